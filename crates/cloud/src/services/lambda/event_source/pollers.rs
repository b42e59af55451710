//! One poller for each mapping that is enabled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::mapping::{Mapping, mappings};
use super::poller::Poller;
use crate::services::QueueStore;
use crate::services::lambda::execution::Executions;
use crate::state::{State, StateError};

/// A handle on the pollers.
#[derive(Debug)]
pub(in crate::services::lambda) struct Pollers {
    state: State,
    executions: Executions,
    queues: QueueStore,
    running: Mutex<HashMap<String, CancellationToken>>,
    closing: CancellationToken,
}

impl Pollers {
    /// Starts the pollers of the mappings that a state has.
    pub(in crate::services::lambda) fn start(
        state: &State,
        executions: &Executions,
        queues: &QueueStore,
    ) -> Result<Self, StateError> {
        let pollers = Self {
            state: state.clone(),
            executions: executions.clone(),
            queues: queues.clone(),
            running: Mutex::default(),
            closing: CancellationToken::new(),
        };
        for mapping in mappings(state)? {
            pollers.follow(&mapping);
        }
        Ok(pollers)
    }

    /// Polls as the mapping says from now on.
    pub(super) fn follow(&self, mapping: &Mapping) {
        let mut running = self.running();
        if let Some(former) = running.remove(&mapping.id) {
            former.cancel();
        }
        if !mapping.settings.enabled {
            return;
        }
        let stop = self.closing.child_token();
        running.insert(mapping.id.clone(), stop.clone());
        let poller = Arc::new(Poller {
            mapping: mapping.clone(),
            state: self.state.clone(),
            executions: self.executions.clone(),
            queues: self.queues.clone(),
        });
        self.executions.parts().deliveries.spawn(poller.run(stop));
    }

    /// Polls a mapping no more.
    pub(super) fn leave(&self, id: &str) {
        if let Some(former) = self.running().remove(id) {
            former.cancel();
        }
    }

    /// Polls nothing any more. Messages that are with functions come back if those do not finish.
    pub(in crate::services::lambda) fn close(&self) {
        self.closing.cancel();
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, CancellationToken>> {
        // No method leaves it half changed.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
