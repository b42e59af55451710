//! The one bucket of a region, as renders need it.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint,
    CreateBucketConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration,
};
use protocol::BucketName;
use protocol::names::{BUCKET_PREFIX, HASH_ALPHABET};
use rand::seq::IndexedRandom;

use super::list::{self, BucketRow};
use super::public;
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;

/// Folder of renders that delete themselves, and after how many days.
const EXPIRIES: [(&str, i32); 4] = [("1-day", 1), ("3-days", 3), ("7-days", 7), ("30-days", 30)];

/// Parts of uploads that never completed cost money and are not listed.
const ABORT_PARTS_AFTER_DAYS: i32 = 1;

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
/// Either way ACLs are disabled and lifecycle rules are set.
///
/// # Errors
/// See [`BucketError`].
pub async fn ensure(
    account: &Account,
    wanted: Option<&BucketName>,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<BucketName, BucketError> {
    let bucket = match (find(account, wanted).await, wanted) {
        (Ok(bucket), _) => bucket,
        (Err(BucketError::None { .. }), Some(name)) => {
            create(account, name, changes).await?;
            name.clone()
        }
        (Err(BucketError::None { .. }), None) => create_conventional(account, changes).await?,
        (Err(error), _) => return Err(error),
    };
    let s3 = &account.s3;
    // ACLs are disabled before public access is blocked: where it is blocked as it should be, they have been.
    if !is_blocked(s3, &bucket, visibility).await? {
        disable_acls(s3, &bucket, changes).await?;
        block_public_access(s3, &bucket, visibility, changes).await?;
    }
    set_lifecycle(s3, &bucket, changes).await?;
    if visibility == Visibility::Public {
        public::allow(account, &bucket, changes).await?;
    }
    Ok(bucket)
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
    for _ in 0..ATTEMPTS {
        let mut rng = rand::rng();
        let suffix: String = (0..10)
            .filter_map(|_| HASH_ALPHABET.choose(&mut rng))
            .map(|&byte| char::from(byte))
            .collect();
        let bucket = BucketName::conventional(&account.region, &suffix);
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
    match request.send().await {
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

fn block(visibility: Visibility) -> PublicAccessBlockConfiguration {
    let is_private = visibility == Visibility::Private;
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(is_private)
        .restrict_public_buckets(is_private)
        .build()
}

async fn is_blocked(
    s3: &Client,
    bucket: &BucketName,
    visibility: Visibility,
) -> Result<bool, CallFailed> {
    let get = s3.get_public_access_block().bucket(bucket.as_str());
    match get.send().await {
        Ok(found) => Ok(found.public_access_block_configuration() == Some(&block(visibility))),
        Err(error) if unread(&error, "NoSuchPublicAccessBlockConfiguration") => Ok(false),
        Err(error) => Err(CallFailed::of("read the bucket's public access block")(
            error,
        )),
    }
}

async fn block_public_access(
    s3: &Client,
    bucket: &BucketName,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let put = s3
        .put_public_access_block()
        .bucket(bucket.as_str())
        .public_access_block_configuration(block(visibility));
    put.send()
        .await
        .map_err(CallFailed::of("block public access to the bucket"))?;
    let how = match visibility {
        Visibility::Private => "public access blocked",
        Visibility::Public => "public policies admitted",
    };
    changes.push(Change::new(format!("bucket {bucket}"), how));
    Ok(())
}

async fn disable_acls(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    match s3
        .get_bucket_ownership_controls()
        .bucket(bucket.as_str())
        .send()
        .await
    {
        Ok(found) => {
            let rules = found
                .ownership_controls()
                .map(OwnershipControls::rules)
                .unwrap_or_default();
            if rules
                .iter()
                .any(|rule| rule.object_ownership() == &ObjectOwnership::BucketOwnerEnforced)
            {
                return Ok(());
            }
        }
        Err(error) if unread(&error, "OwnershipControlsNotFoundError") => {}
        Err(error) => {
            return Err(CallFailed::of("read the bucket's ownership controls")(
                error,
            ));
        }
    }
    let controls = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .build()
        .and_then(|rule| OwnershipControls::builder().rules(rule).build())
        .map_err(CallFailed::unbuilt(
            "describe the bucket's ownership controls",
        ))?;
    let put = s3
        .put_bucket_ownership_controls()
        .bucket(bucket.as_str())
        .ownership_controls(controls);
    put.send()
        .await
        .map_err(CallFailed::of("disable the bucket's ACLs"))?;
    changes.push(Change::new(format!("bucket {bucket}"), "ACLs disabled"));
    Ok(())
}

async fn set_lifecycle(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let wanted = lifecycle().map_err(CallFailed::unbuilt("describe the bucket's lifecycle"))?;
    match s3
        .get_bucket_lifecycle_configuration()
        .bucket(bucket.as_str())
        .send()
        .await
    {
        Ok(found) if found.rules() == wanted.rules() => return Ok(()),
        Err(error) if !unread(&error, "NoSuchLifecycleConfiguration") => {
            return Err(CallFailed::of("read the bucket's lifecycle")(error));
        }
        _ => {}
    }
    let put = s3
        .put_bucket_lifecycle_configuration()
        .bucket(bucket.as_str())
        .lifecycle_configuration(wanted);
    put.send()
        .await
        .map_err(CallFailed::of("set the bucket's lifecycle"))?;
    changes.push(Change::new(
        format!("bucket {bucket}"),
        "lifecycle rules set",
    ));
    Ok(())
}

fn lifecycle() -> Result<BucketLifecycleConfiguration, aws_sdk_s3::error::BuildError> {
    let mut rules = Vec::new();
    for (folder, days) in EXPIRIES {
        rules.push(
            LifecycleRule::builder()
                .id(format!("delete-after-{folder}"))
                .filter(
                    LifecycleRuleFilter::builder()
                        .prefix(format!("renders/{folder}"))
                        .build(),
                )
                .expiration(LifecycleExpiration::builder().days(days).build())
                .status(ExpirationStatus::Enabled)
                .build()?,
        );
    }
    let abort = AbortIncompleteMultipartUpload::builder()
        .days_after_initiation(ABORT_PARTS_AFTER_DAYS)
        .build();
    rules.push(
        LifecycleRule::builder()
            .id("abort-incomplete-uploads")
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .abort_incomplete_multipart_upload(abort)
            .status(ExpirationStatus::Enabled)
            .build()?,
    );
    BucketLifecycleConfiguration::builder()
        .set_rules(Some(rules))
        .build()
}

/// Whether a setting is absent, or may not be read: then it is written, which changes nothing where it is as it should be.
fn unread<E: aws_sdk_s3::error::ProvideErrorMetadata>(
    error: &aws_sdk_s3::error::SdkError<E>,
    absent: &str,
) -> bool {
    call::code(error) == Some(absent) || call::is_denied(error)
}
