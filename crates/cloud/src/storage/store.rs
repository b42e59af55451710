//! The store as a whole: opening it, and the one way in which it changes.

use std::collections::HashSet;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use redb::ReadableTable as _;

use super::blob::{BlobFolderError, BlobId, Blobs, Durability, PublishedBlob};
use super::checksum::Algorithm;
use super::ingest::{Ingest, IngestError};
use super::lease::{Lease, Leases};
use super::record::{Object, Part};
use super::table::{BUCKETS, OBJECTS, PARTS, StorageError, StoreError, UPLOADS};
use crate::authz::Permit;
use crate::fault::FaultPlan;
use crate::state::{Change, ChangeError, State, StateError, decode};

/// Buckets, their objects and uploads: metadata in the database, bytes in files. A cheap handle.
///
/// Every change takes the [`Permit`] of the call that it is made for. What was acknowledged survives a crash at any
/// point; what was not leaves nothing but files, which the next start removes.
#[derive(Debug, Clone)]
pub(crate) struct ObjectStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: State,
    blobs: Arc<Blobs>,
    leases: Arc<Leases>,
}

/// The object store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenStoreError {
    /// The folder of object bytes cannot be used.
    #[error(transparent)]
    Folder(#[from] BlobFolderError),
    /// The metadata cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What a change did: its answer, and the blobs that no record names any more.
pub(super) struct Changed<T> {
    pub(super) answer: T,
    pub(super) retired: Vec<BlobId>,
}

impl<T> Changed<T> {
    pub(super) fn new(answer: T) -> Self {
        Self {
            answer,
            retired: Vec::new(),
        }
    }
}

impl ObjectStore {
    /// Opens the store over `state`, with object bytes in `folder`. What a crash left there is removed.
    pub(crate) async fn open(
        state: State,
        folder: PathBuf,
        durability: Durability,
        faults: FaultPlan,
    ) -> Result<Self, OpenStoreError> {
        make_tables(&state).await?;
        let blobs = Blobs::open(folder, durability, faults)?;
        let removed = blobs.collect_garbage(&named_blobs(&state)?)?;
        if removed > 0 {
            tracing::info!(removed, "removed object files that no record names");
        }
        let leases = Leases::new(Arc::clone(&blobs));
        Ok(Self(Arc::new(Inner {
            state,
            blobs,
            leases,
        })))
    }

    /// Begins to take in the bytes of an object or part.
    pub(crate) async fn ingest(&self, algorithm: Algorithm) -> Result<Ingest, IngestError> {
        Ingest::begin(&self.0.blobs, algorithm).await
    }

    pub(super) fn state(&self) -> &State {
        &self.0.state
    }

    pub(super) fn blobs(&self) -> &Arc<Blobs> {
        &self.0.blobs
    }

    pub(super) fn lease(&self) -> Lease {
        self.0.leases.take()
    }

    /// Changes the metadata on behalf of a call.
    pub(super) async fn change<T, E, F>(
        &self,
        permit: &Permit,
        change: F,
    ) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<Changed<T>, ChangeError<E>> + Send + 'static,
    {
        self.settle(Some(permit), None, change).await
    }

    /// Changes the metadata so that it names `blob`, which is removed again if the change is refused.
    pub(super) async fn change_with<T, E, F>(
        &self,
        permit: &Permit,
        blob: PublishedBlob,
        change: F,
    ) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<Changed<T>, ChangeError<E>> + Send + 'static,
    {
        self.settle(Some(permit), Some(blob), change).await
    }

    /// Changes the metadata on behalf of nobody: expiry.
    pub(super) async fn maintain<T, E, F>(&self, change: F) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<Changed<T>, ChangeError<E>> + Send + 'static,
    {
        self.settle(None, None, change).await
    }

    // A task of its own, because a client that goes away drops the future of its request: the files would then
    // disagree with what the writer commits all the same.
    async fn settle<T, E, F>(
        &self,
        permit: Option<&Permit>,
        blob: Option<PublishedBlob>,
        change: F,
    ) -> Result<T, StoreError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Change<'_>) -> Result<Changed<T>, ChangeError<E>> + Send + 'static,
    {
        let store = self.clone();
        let permit = permit.cloned();
        let blob = blob.map(|blob| {
            let id = blob.id();
            // From here on the database may come to name it, whether or not this process learns of it.
            blob.keep();
            id
        });
        let settled = tokio::spawn(async move {
            let Inner {
                state,
                blobs,
                leases,
            } = &*store.0;
            let result = match &permit {
                Some(permit) => state.change(permit, change).await,
                None => state.maintain(change).await,
            };
            match result {
                Ok(Changed { answer, retired }) => {
                    leases.retire(retired);
                    Ok(answer)
                }
                Err(ChangeError::Refused(refusal)) => {
                    blobs.remove(blob.as_slice());
                    Err(StoreError::Refused(refusal))
                }
                // Whether the commit reached the disk is unknown; the next start knows.
                Err(ChangeError::State(error)) => Err(StoreError::Storage(error.into())),
            }
        });
        settled.await.map_err(StorageError::from)?
    }
}

/// Makes the tables, so that every later read finds them.
async fn make_tables(state: &State) -> Result<(), StateError> {
    let made = state.maintain(|change| {
        change.write(BUCKETS)?;
        change.write(OBJECTS)?;
        change.write(UPLOADS)?;
        change.write(PARTS)?;
        Ok::<(), ChangeError<Infallible>>(())
    });
    match made.await {
        Ok(()) => Ok(()),
        Err(ChangeError::State(error)) => Err(error),
        Err(ChangeError::Refused(never)) => match never {},
    }
}

fn named_blobs(state: &State) -> Result<HashSet<BlobId>, StateError> {
    let read = state.read()?;
    let mut named = HashSet::new();
    for entry in read.open_table(OBJECTS)?.iter()? {
        let object: Object = decode(&OBJECTS, entry?.1.value())?;
        named.extend(object.blobs());
    }
    for entry in read.open_table(PARTS)?.iter()? {
        let part: Part = decode(&PARTS, entry?.1.value())?;
        named.insert(part.blob);
    }
    Ok(named)
}
