//! Watches what an environment uses while it is at work.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::memory::{Measure, MemoryLimit};
use super::scratch::Scratch;

/// How often an environment at work is looked at.
const PERIOD: Duration = Duration::from_millis(500);

/// A limit that an environment went beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breach {
    /// More memory than the function has.
    Memory,
    /// More in `/tmp` than the function has.
    Scratch,
}

/// What an environment has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// The most that was seen at once.
    pub(crate) peak_bytes: u64,
    /// How it was measured.
    pub(crate) measure: Measure,
}

/// A handle on the task that watches. The task ends with it.
#[derive(Debug)]
pub(crate) struct Watch {
    requests: mpsc::Sender<Request>,
    breaches: mpsc::Receiver<Breach>,
    task: JoinHandle<Arc<Watched>>,
}

#[derive(Debug)]
enum Request {
    AtWork,
    AtRest(oneshot::Sender<Usage>),
}

/// What is looked at: the tree below a process, its memory and its `/tmp`.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) root: u32,
    pub(crate) memory: MemoryLimit,
    pub(crate) scratch: Scratch,
}

impl Watch {
    /// Watches, at rest at first.
    pub(crate) fn start(watched: Watched) -> Self {
        let (requests, received) = mpsc::channel(4);
        let (breached, breaches) = mpsc::channel(1);
        let task = tokio::spawn(Watcher::new(watched, breached).run(received));
        Self {
            requests,
            breaches,
            task,
        }
    }

    /// Stops watching and removes the cgroup and the folder, whose processes must be gone.
    pub(crate) async fn close(self) {
        drop(self.requests);
        let removed = match self.task.await {
            // A folder of gigabytes takes its time.
            Ok(watched) => tokio::task::spawn_blocking(move || drop(watched)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, "an environment was not tidied up");
        }
    }

    /// The function begins to work.
    pub(crate) async fn at_work(&self) {
        drop(self.requests.send(Request::AtWork).await);
    }

    /// The function rests; what it has used so far, counted at this moment too.
    /// Nothing if the watcher is gone.
    pub(crate) async fn at_rest(&self) -> Option<Usage> {
        let (reply, usage) = oneshot::channel();
        self.requests.send(Request::AtRest(reply)).await.ok()?;
        usage.await.ok()
    }

    /// Waits until a limit is passed. Cancel safe.
    pub(crate) async fn breach(&mut self) -> Breach {
        match self.breaches.recv().await {
            Some(breach) => breach,
            None => std::future::pending().await,
        }
    }
}

struct Watcher {
    watched: Arc<Watched>,
    breached: mpsc::Sender<Breach>,
    peak_bytes: u64,
    at_work: bool,
}

impl Watcher {
    fn new(watched: Watched, breached: mpsc::Sender<Breach>) -> Self {
        Self {
            watched: Arc::new(watched),
            breached,
            peak_bytes: 0,
            at_work: false,
        }
    }

    async fn run(mut self, mut requests: mpsc::Receiver<Request>) -> Arc<Watched> {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                request = requests.recv() => match request {
                    None => return self.watched,
                    Some(Request::AtWork) => self.at_work = true,
                    Some(Request::AtRest(reply)) => {
                        self.at_work = false;
                        self.look().await;
                        let _unheard = reply.send(self.usage());
                    }
                },
                _ = ticks.tick(), if self.at_work => {
                    if let Some(breach) = self.look().await {
                        // One is enough: the environment is ended for it.
                        let _unheard = self.breached.try_send(breach);
                    }
                }
            }
        }
    }

    async fn look(&mut self) -> Option<Breach> {
        let watched = Arc::clone(&self.watched);
        let seen = tokio::task::spawn_blocking(move || {
            let used = watched.memory.used_bytes(watched.root);
            (used, watched.scratch.is_exceeded())
        });
        let (used, scratch_exceeded) = seen.await.ok()?;
        self.peak_bytes = self.peak_bytes.max(used);
        if self.watched.memory.is_exceeded(used) {
            Some(Breach::Memory)
        } else {
            scratch_exceeded.then_some(Breach::Scratch)
        }
    }

    fn usage(&self) -> Usage {
        Usage {
            peak_bytes: self.peak_bytes,
            measure: self.watched.memory.measure(),
        }
    }
}
