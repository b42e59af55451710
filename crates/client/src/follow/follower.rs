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
    taken_up_at: Option<Instant>,
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
            taken_up_at: None,
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
    /// anew, so that any number of watchers may ask.
    async fn watch_for_silence(&mut self) {
        let now = Instant::now();
        let silence = self.tracker.silence(now);
        if silence < self.options.silence {
            return;
        }
        if silence >= self.options.give_up && self.taken_up_at.is_some() {
            self.end = Some(Err(FollowError::Stalled {
                id: self.render.id.clone(),
                silence,
            }));
            return;
        }
        let recently = |at: Instant| now.saturating_duration_since(at) < self.options.silence;
        if self.taken_up_at.is_some_and(recently) {
            return;
        }
        self.taken_up_at = Some(now);
        if self.way == Way::Ask {
            // Each look has been such a call.
            self.waiting.push_back(Event::TakenUp { silence });
            return;
        }
        match self.render.ask_status().await {
            Ok(_) => self.waiting.push_back(Event::TakenUp { silence }),
            Err(Blind::Invoke(error)) => {
                tracing::warn!(%error, "a silent render cannot be taken up again yet");
            }
            Err(other) => tracing::debug!(?other, "the function's word on a silent render"),
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
        self.render.client.role.is_some() && !self.renewed
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
