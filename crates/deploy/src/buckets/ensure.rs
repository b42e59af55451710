//! The one bucket of a region, as renders need it.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership};
use protocol::BucketName;
use protocol::names::{BUCKET_PREFIX, hash};
use sha2::{Digest as _, Sha256};

use super::list::{self, BucketRow};
use super::public;
use super::settings::{
    admit_acls, block_public_access, counts_acls, is_blocked, own_objects, put_lifecycle,
    set_lifecycle, undisturbed,
};
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;

/// Names that are tried where others have taken the ones before.
const ATTEMPTS: usize = 3;

/// Who may read what is in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Whom policies allow: public access is blocked.
    #[default]
    Private,
    /// Everybody may read sites and the outputs of renders, by a bucket policy.
    Public,
}

/// A bucket, and how everybody reads what is public in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensured {
    /// Its name.
    pub name: BucketName,
    /// Nothing is public in a private bucket.
    pub reading: Option<PublicReading>,
}

/// How everybody reads what is public in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicReading {
    /// The bucket's policy says so of sites and outputs.
    ByPolicy,
    /// Each object of a site says so itself, since the caller may not write the bucket's policy. Outputs stay private.
    ByAcl,
}

/// No bucket to render with.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The account has several render buckets in the region, and none is said to be meant.
    #[error("the account has several render buckets in {region}: {}; say which", buckets.join(", "))]
    Several {
        /// The region.
        region: String,
        /// Their names.
        buckets: Vec<String>,
    },
    /// The account has none in the region.
    #[error("the account has no render bucket in {region}")]
    None {
        /// The region.
        region: String,
    },
    /// Somebody else's.
    #[error("the bucket name `{0}` is taken by another account")]
    Taken(String),
    /// A name that policies for render buckets do not match.
    #[error("`{0}` is no name of a render bucket: those begin with `{BUCKET_PREFIX}`")]
    Name(String),
}

/// The bucket `wanted`, or the region's only one; made where there is none.
///
/// In a private bucket public access is blocked; in a public one a bucket policy lets everybody read sites and outputs.
/// Either way ACLs are disabled and lifecycle rules are set. Whoever may not write the bucket's policy gets a public
/// bucket in which ACLs count; a public bucket in which they count already keeps them.
///
/// # Errors
/// See [`BucketError`].
pub async fn ensure(
    account: &Account,
    wanted: Option<&BucketName>,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<Ensured, BucketError> {
    match find(account, wanted).await {
        Ok(bucket) => Ok(settle(account, bucket, visibility, changes).await?),
        Err(BucketError::None { .. }) => make(account, wanted, visibility, changes).await,
        Err(error) => Err(error),
    }
}

/// The region's only bucket as its owner has set it, but for lifecycle rules; a private one is made where there is none.
///
/// # Errors
/// See [`BucketError`].
pub async fn ensure_any(
    account: &Account,
    changes: &mut Vec<Change>,
) -> Result<BucketName, BucketError> {
    match find(account, None).await {
        Ok(name) => {
            set_lifecycle(&account.s3, &name, changes).await?;
            Ok(name)
        }
        Err(BucketError::None { .. }) => Ok(make(account, None, Visibility::Private, changes)
            .await?
            .name),
        Err(error) => Err(error),
    }
}

/// A new bucket, of the name `wanted` or of one by the convention.
async fn make(
    account: &Account,
    wanted: Option<&BucketName>,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<Ensured, BucketError> {
    let name = match wanted {
        Some(name) => {
            create(account, name, changes).await?;
            name.clone()
        }
        None => create_conventional(account, changes).await?,
    };
    // It is set and not looked at: what a new bucket begins with depends on where and when it is made.
    block_public_access(&account.s3, &name, visibility, changes).await?;
    put_lifecycle(&account.s3, &name, changes).await?;
    Ok(opened(account, name, visibility, changes).await?)
}

/// Brings a bucket that is there to what [`ensure`] makes of it.
///
/// # Errors
/// Where AWS refuses or fails a call.
pub async fn settle(
    account: &Account,
    name: BucketName,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<Ensured, CallFailed> {
    let s3 = &account.s3;
    // ACLs are disabled before public access is blocked: where it is blocked as it should be, they have been. A public
    // bucket in which ACLs count stays as it is, since there may be clients that send them.
    let is_as_wanted = is_blocked(s3, &name, visibility).await?
        || (visibility == Visibility::Public && counts_acls(s3, &name).await?);
    if !is_as_wanted {
        own_objects(s3, &name, ObjectOwnership::BucketOwnerEnforced, changes).await?;
        block_public_access(s3, &name, visibility, changes).await?;
    }
    set_lifecycle(s3, &name, changes).await?;
    opened(account, name, visibility, changes).await
}

/// The bucket, public as far as it is to be.
async fn opened(
    account: &Account,
    name: BucketName,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<Ensured, CallFailed> {
    let reading = match visibility {
        Visibility::Private => None,
        Visibility::Public => Some(Box::pin(publish(account, &name, changes)).await?),
    };
    Ok(Ensured { name, reading })
}

/// Lets everybody read sites and outputs, or, where the caller may not, lets sites say so themselves.
async fn publish(
    account: &Account,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<PublicReading, CallFailed> {
    match public::allow(account, bucket, changes).await {
        Ok(()) => Ok(PublicReading::ByPolicy),
        Err(error) if error.is_denied() => {
            tracing::info!(%error, "sites are made public object by object");
            if !counts_acls(&account.s3, bucket).await? {
                admit_acls(&account.s3, bucket, changes).await?;
            }
            Ok(PublicReading::ByAcl)
        }
        Err(error) => Err(error),
    }
}

/// The bucket `wanted`, or the region's only one.
///
/// # Errors
/// [`BucketError::None`], [`BucketError::Several`], [`BucketError::Name`], [`BucketError::Call`].
pub async fn find(
    account: &Account,
    wanted: Option<&BucketName>,
) -> Result<BucketName, BucketError> {
    if let Some(name) = wanted.filter(|name| !name.as_str().starts_with(BUCKET_PREFIX)) {
        return Err(BucketError::Name(name.to_string()));
    }
    let rows = list::list(account).await?;
    let region = &account.region;
    let is_meant = |row: &BucketRow| match wanted {
        Some(wanted) => row.name == wanted.as_str(),
        None => row.region.as_deref() == Some(region),
    };
    let mut found: Vec<_> = rows
        .into_iter()
        .filter(is_meant)
        .map(|row| row.name)
        .collect();
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(BucketError::None {
            region: region.clone(),
        }),
        (Some(only), true) => Ok(only.into()),
        (Some(last), false) => {
            found.push(last);
            Err(BucketError::Several {
                region: region.clone(),
                buckets: found,
            })
        }
    }
}

async fn create_conventional(
    account: &Account,
    changes: &mut Vec<Change>,
) -> Result<BucketName, BucketError> {
    let mut taken = None;
    for attempt in 0..ATTEMPTS {
        let bucket = BucketName::conventional(&account.region, &suffix(account, attempt));
        match create(account, &bucket, changes).await {
            Ok(()) => return Ok(bucket),
            Err(error @ BucketError::Taken(_)) => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| BucketError::None {
        region: account.region.clone(),
    }))
}

/// Tells the account's bucket in a region from those of others. The first is the same at every call, so that deployments
/// at once make one bucket; whoever guesses it and takes the name cannot guess the next.
fn suffix(account: &Account, attempt: usize) -> String {
    if attempt > 0 {
        return hash(std::array::from_fn(|_| rand::random()));
    }
    let digest = Sha256::digest(format!("framewright {} {}", account.id, account.region));
    hash(std::array::from_fn(|index| u64::from(digest[index])))
}

async fn create(
    account: &Account,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), BucketError> {
    let mut request = account
        .s3
        .create_bucket()
        .bucket(bucket.as_str())
        .object_ownership(ObjectOwnership::BucketOwnerEnforced);
    // The oldest region is the one that must not be named.
    if account.region != "us-east-1" {
        let constraint = BucketLocationConstraint::from(account.region.as_str());
        request = request.create_bucket_configuration(
            CreateBucketConfiguration::builder()
                .location_constraint(constraint)
                .build(),
        );
    }
    match undisturbed(|| request.clone().send()).await {
        Ok(_) => changes.push(Change::new(format!("bucket {bucket}"), "created")),
        // A deployment beside this one was faster.
        Err(error) if call::code(&error) == Some("BucketAlreadyOwnedByYou") => {}
        Err(error) if call::code(&error) == Some("BucketAlreadyExists") => {
            return Err(BucketError::Taken(bucket.to_string()));
        }
        Err(error) => return Err(CallFailed::of("create the bucket")(error).into()),
    }
    Ok(())
}
