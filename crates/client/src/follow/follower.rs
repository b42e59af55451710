//! Looks at a render again and again, and does something about it where nobody else does.

use std::collections::VecDeque;
use std::time::Duration;

use protocol::RenderId;
use store::ErrorKind;
use tokio::time::Instant;

use super::observe::{Blind, Observation};
use super::tracker::Tracker;
use super::{Event, FollowError, FollowOptions};
use crate::{InvokeError, Render};

/// Looks at a progress document that is not there, before the render is called unknown.
const MISSES: u32 = 3;
/// Time between two invocations that tell the progress; they cost more than a read.
const STATUS_INTERVAL: Duration = Duration::from_secs(2);

/// The state of following one render.
pub(super) struct Follower {
    render: Render,
    options: FollowOptions,
    tracker: Tracker,
    waiting: VecDeque<Event>,
    end: Option<Result<(), FollowError>>,
    way: Way,
    looked: bool,
    misses: u32,
    renewed: bool,
    blind_since: Option<Instant>,
    asked_at: Option<Instant>,
}

/// How the progress is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From the bucket.
    Read,
    /// From the function, since the bucket does not let us.
    Ask,
}

impl Follower {
    pub(super) fn new(render: Render, options: FollowOptions) -> Self {
        Self {
            render,
            options,
            tracker: Tracker::new(),
            waiting: VecDeque::new(),
            end: None,
            way: Way::Read,
            looked: false,
            misses: 0,
            renewed: false,
            blind_since: None,
            asked_at: None,
        }
    }

    /// The next event; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, FollowError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(event));
            }
            if let Some(end) = self.end.take() {
                return end.map(|()| None);
            }
            if self.looked {
                tokio::time::sleep(self.interval()).await;
            }
            self.looked = true;
            let looked = match self.way {
                Way::Read => self.render.read_progress().await,
                Way::Ask => self.render.ask_status().await,
            };
            match looked {
                Ok(seen) => self.take_in(&seen).await,
                Err(blind) => self.get_over(blind).await?,
            }
        }
    }

    fn interval(&self) -> Duration {
        match self.way {
            Way::Ask => self.options.interval.max(STATUS_INTERVAL),
            Way::Read if self.tracker.is_near_the_end() => self.options.interval / 4,
            Way::Read => self.options.interval,
        }
    }

    async fn take_in(&mut self, seen: &Observation) {
        self.misses = 0;
        self.renewed = false;
        self.blind_since = None;
        let news = self.tracker.observe(seen, Instant::now());
        self.waiting.extend(news.events);
        if let Some(failure) = news.failure {
            self.end = Some(Err(FollowError::Failed(failure)));
        } else if news.over {
            self.end = Some(Ok(()));
        } else {
            self.watch_for_silence().await;
        }
    }

    /// Takes a render up again that nobody leads any more.
    ///
    /// Asking for its status does that: the function decides by the lease whether to launch it
    /// anew, so that any number of watchers may ask, and one whose clock runs ahead asks again.
    async fn watch_for_silence(&mut self) {
        let now = Instant::now();
        let silence = self.tracker.silence(now);
        if silence < self.options.silence {
            self.asked_at = None;
            return;
        }
        let Some(asked_at) = self.asked_at else {
            self.take_up(now).await;
            self.waiting.push_back(Event::TakenUp { silence });
            return;
        };
        if silence >= self.options.give_up {
            self.end = Some(Err(FollowError::Stalled {
                id: self.render.id.clone(),
                silence,
            }));
        } else if now.saturating_duration_since(asked_at) >= self.options.silence / 3 {
            self.take_up(now).await;
        }
    }

    async fn take_up(&mut self, now: Instant) {
        self.asked_at = Some(now);
        if self.way == Way::Ask {
            // Each look has been such a call.
            return;
        }
        if let Err(error) = self.render.ask_status().await {
            // Often the limit of concurrent executions; it is asked again soon.
            tracing::warn!(?error, "a silent render cannot be taken up again yet");
        }
    }

    /// Decides what a look that showed nothing means.
    async fn get_over(&mut self, blind: Blind) -> Result<(), FollowError> {
        match blind {
            Blind::Malformed(error) => Err(FollowError::Malformed(error)),
            Blind::Still(error) => Err(error.into()),
            Blind::Store(error) => match error.kind() {
                ErrorKind::Missing if self.misses + 1 < MISSES => {
                    self.misses += 1;
                    Ok(())
                }
                ErrorKind::Missing => Err(FollowError::Unknown(self.render.id.clone())),
                ErrorKind::Denied(_) => {
                    tracing::info!(%error, "the function is asked for the progress instead");
                    self.way = Way::Ask;
                    self.looked = false;
                    Ok(())
                }
                ErrorKind::Expired if self.can_renew() => self.renew().await,
                _ if error.is_transient() => self.bear(error.into()),
                _ => Err(FollowError::Store(error)),
            },
            Blind::Invoke(error) => match error {
                InvokeError::Throttled | InvokeError::Unreachable { .. } => self.bear(error.into()),
                error => Err(FollowError::Invoke(error)),
            },
        }
    }

    fn can_renew(&self) -> bool {
        self.render.client.held.is_some() && !self.renewed
    }

    async fn renew(&mut self) -> Result<(), FollowError> {
        self.renewed = true;
        self.render.client.renew().await;
        self.looked = false;
        Ok(())
    }

    /// Bears not to reach AWS, for some time.
    fn bear(
        &mut self,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> Result<(), FollowError> {
        let now = Instant::now();
        let since = *self.blind_since.get_or_insert(now);
        if now.saturating_duration_since(since) < self.options.unreachable {
            return Ok(());
        }
        let id: RenderId = self.render.id.clone();
        Err(FollowError::Unreachable { id, source })
    }
}
