//! Deletes a render bucket.

use protocol::names::BUCKET_PREFIX;
use store::{Bucket, StoreError};

use super::list::list;
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::emptied::{self, EmptyError};

/// What was deleted with a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Objects that were in it.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// A bucket that was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The name is not that of a render bucket.
    #[error("`{0}` is no render bucket: the names of those begin with `{BUCKET_PREFIX}`")]
    Foreign(String),
    /// The account has none of that name.
    #[error("the account has no bucket `{0}`")]
    Unknown(String),
    /// It holds objects, and it was not said that they may go.
    #[error("the bucket `{0}` holds sites or renders")]
    NotEmpty(String),
    /// Its objects could not be listed.
    #[error(transparent)]
    List(#[from] StoreError),
    /// Its objects could not be deleted.
    #[error(transparent)]
    Empty(#[from] EmptyError),
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
}

/// Deletes the render bucket `name`; with `objects`, all that is in it first.
///
/// # Errors
/// See [`RemoveError`].
pub async fn remove(account: &Account, name: &str, objects: bool) -> Result<Removed, RemoveError> {
    if !name.starts_with(BUCKET_PREFIX) {
        return Err(RemoveError::Foreign(name.to_owned()));
    }
    let rows = list(account).await?;
    if !rows.iter().any(|row| row.name == name) {
        return Err(RemoveError::Unknown(name.to_owned()));
    }
    let mut removed = Removed {
        objects: 0,
        bytes: 0,
    };
    if objects {
        let bucket = Bucket::new(account.s3.clone(), name).owned_by(&account.id);
        let all = bucket.list("").await?;
        removed.objects = all.len();
        removed.bytes = all.iter().map(|object| object.size).sum();
        emptied::delete(&bucket, all.into_iter().map(|object| object.key)).await?;
    }
    match account.s3.delete_bucket().bucket(name).send().await {
        Ok(_) => Ok(removed),
        Err(error) if call::code(&error) == Some("BucketNotEmpty") => {
            Err(RemoveError::NotEmpty(name.to_owned()))
        }
        Err(error) => Err(CallFailed::of(format!("delete the bucket {name}"))(error).into()),
    }
}
