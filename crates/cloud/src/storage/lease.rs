//! Keeps blobs in place while somebody reads them.
//!
//! A reader takes a [`Lease`] before it looks up an object. Blobs that a commit retires are removed once every lease
//! taken before that commit is gone, so a reader finishes the version it began, however long it takes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::blob::{BlobId, Blobs};

/// Who reads, and which blobs wait for them.
#[derive(Debug)]
pub(crate) struct Leases {
    blobs: Arc<Blobs>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the present generation. Each retirement begins a new one.
    generation: u64,
    /// How many leases of a generation are alive.
    readers: BTreeMap<u64, usize>,
    /// Blobs by the last generation whose readers may know them, ascending.
    retired: VecDeque<(u64, Vec<BlobId>)>,
}

impl Leases {
    /// Leases over a folder of blobs.
    pub(crate) fn new(blobs: Arc<Blobs>) -> Arc<Self> {
        Arc::new(Self {
            blobs,
            state: Mutex::default(),
        })
    }

    /// Keeps every blob that a record names now, until the lease is dropped.
    pub(crate) fn take(self: &Arc<Self>) -> Lease {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = state.generation;
        *state.readers.entry(generation).or_default() += 1;
        Lease {
            leases: Arc::clone(self),
            generation,
        }
    }

    /// Removes blobs that no record names since the last commit, as soon as no reader can know them.
    pub(crate) fn retire(&self, blobs: Vec<BlobId>) {
        if blobs.is_empty() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = state.generation;
        state.generation += 1;
        state.retired.push_back((generation, blobs));
        let removable = state.removable();
        drop(state);
        self.blobs.remove(&removable);
    }
}

impl State {
    /// Takes out the blobs that no live lease can know.
    fn removable(&mut self) -> Vec<BlobId> {
        let oldest_reader = self
            .readers
            .first_key_value()
            .map(|(generation, _)| *generation);
        let mut blobs = Vec::new();
        while let Some((generation, retired)) = self.retired.front_mut()
            && oldest_reader.is_none_or(|oldest| *generation < oldest)
        {
            blobs.append(retired);
            self.retired.pop_front();
        }
        blobs
    }
}

/// The promise that blobs stay in place.
#[derive(Debug)]
pub(crate) struct Lease {
    leases: Arc<Leases>,
    generation: u64,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self
            .leases
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(readers) = state.readers.get_mut(&self.generation) {
            *readers -= 1;
            if *readers == 0 {
                state.readers.remove(&self.generation);
            }
        }
        let removable = state.removable();
        drop(state);
        self.leases.blobs.remove(&removable);
    }
}

#[cfg(test)]
mod tests {
    use super::super::blob::Durability;
    use super::*;
    use crate::fault::FaultPlan;

    #[test]
    fn a_retired_blob_waits_for_the_readers_that_may_know_it() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(
            folder.path().to_owned(),
            Durability::Volatile,
            FaultPlan::none(),
        )
        .unwrap();
        let leases = Leases::new(Arc::clone(&blobs));
        let publish = || {
            let blob = blobs.stage().unwrap().publish().unwrap();
            let id = blob.id();
            blob.keep();
            id
        };
        let (first, second) = (publish(), publish());
        let exists = |id| blobs.open_blob(id).is_ok();

        let before = leases.take();
        leases.retire(vec![first]);
        let between = leases.take();
        leases.retire(vec![second]);
        let after = leases.take();
        assert!(exists(first) && exists(second));
        drop(before);
        assert!(!exists(first) && exists(second));
        drop(after);
        assert!(exists(second));
        drop(between);
        assert!(!exists(second));
    }
}
