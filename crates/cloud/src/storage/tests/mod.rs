//! The store against a model, and against crashes.

mod contract;
mod crash;
mod model;

use std::path::Path;

use futures_util::TryStreamExt as _;
use http::Method;
use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::authn::Authenticated;
use crate::authz::Permit;
use crate::fault::FaultPlan;
use crate::incoming::Head;
use crate::service::Service;
use crate::state::State;

/// A store in a folder of its own, with metadata in memory.
struct Scratch {
    store: ObjectStore,
    folder: TempDir,
}

impl Scratch {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = State::in_memory(FaultPlan::none()).unwrap();
        let root = folder.path().to_owned();
        let store = ObjectStore::open(state, root, Durability::Volatile, FaultPlan::none())
            .await
            .unwrap();
        Self { store, folder }
    }

    /// The number of files of object bytes.
    fn files(&self) -> usize {
        files(self.folder.path())
    }
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

fn permit() -> Permit {
    Permit::undecided(Authenticated::of_nobody(
        Service::S3,
        Head::for_tests(Method::GET, "/"),
    ))
}

fn now() -> Timestamp {
    "2026-11-21T04:30:00Z".parse().unwrap()
}

fn bucket(name: &str) -> BucketName {
    BucketName::parse(name).unwrap()
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::parse(name).unwrap()
}

async fn content(store: &ObjectStore, bytes: &[u8]) -> Content {
    let mut ingest = store.ingest(Algorithm::Crc64Nvme).await.unwrap();
    ingest.write(bytes.to_vec().into()).await.unwrap();
    ingest.finish(&Claims::default()).await.unwrap()
}

async fn put(
    store: &ObjectStore,
    bucket: &BucketName,
    key: &ObjectKey,
    bytes: &[u8],
    condition: WriteCondition,
) -> Result<Object, StoreError<PutRefusal>> {
    let new = NewObject {
        bucket: bucket.clone(),
        key: key.clone(),
        content: content(store, bytes).await,
        attributes: Attributes::default(),
        condition,
        at: now(),
    };
    store.put_object(&permit(), new).await
}

/// The bytes at a key.
async fn get(store: &ObjectStore, bucket: &BucketName, key: &ObjectKey) -> Option<Vec<u8>> {
    let open = store.open_object(bucket, key).unwrap()?;
    let size = open.object().size;
    let pieces: Vec<bytes::Bytes> = open.read(0..size).try_collect().await.unwrap();
    Some(pieces.concat())
}
