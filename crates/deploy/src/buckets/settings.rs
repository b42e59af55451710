//! What a bucket is set to: who owns its objects, what is public, and what goes by itself.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration,
};
use protocol::BucketName;

use super::ensure::Visibility;
use crate::call::{self, CallFailed};
use crate::change::Change;
use crate::permissions::patiently;

/// Folder of renders that delete themselves, and after how many days.
const EXPIRIES: [(&str, i32); 4] = [("1-day", 1), ("3-days", 3), ("7-days", 7), ("30-days", 30)];

/// Parts of uploads that never completed cost money and are not listed.
const ABORT_PARTS_AFTER_DAYS: i32 = 1;

/// Makes ACLs count in the bucket, public ones too.
pub(super) async fn admit_acls(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    own_objects(s3, bucket, ObjectOwnership::ObjectWriter, changes).await?;
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(false)
        .ignore_public_acls(false)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    put_block(s3, bucket, block).await?;
    changes.push(Change::new(
        format!("bucket {bucket}"),
        "public ACLs admitted",
    ));
    Ok(())
}

/// Whether public ACLs count in the bucket.
pub(super) async fn counts_acls(s3: &Client, bucket: &BucketName) -> Result<bool, CallFailed> {
    let get = s3.get_public_access_block().bucket(bucket.as_str());
    let blocked = match get.send().await {
        Ok(found) => found
            .public_access_block_configuration()
            .is_some_and(|block| {
                block.block_public_acls() == Some(true) || block.ignore_public_acls() == Some(true)
            }),
        Err(error) if call::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => false,
        Err(error) if call::is_denied(&error) => true,
        Err(error) => {
            return Err(CallFailed::of("read the bucket's public access block")(
                error,
            ));
        }
    };
    if blocked {
        return Ok(false);
    }
    let get = s3.get_bucket_ownership_controls().bucket(bucket.as_str());
    match get.send().await {
        Ok(found) => Ok(found.ownership_controls().is_some_and(|controls| {
            controls
                .rules()
                .iter()
                .any(|rule| rule.object_ownership() != &ObjectOwnership::BucketOwnerEnforced)
        })),
        Err(error) if call::code(&error) == Some("OwnershipControlsNotFoundError") => Ok(true),
        Err(error) if call::is_denied(&error) => Ok(false),
        Err(error) => Err(CallFailed::of("read the bucket's ownership controls")(
            error,
        )),
    }
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

pub(super) async fn is_blocked(
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

pub(super) async fn block_public_access(
    s3: &Client,
    bucket: &BucketName,
    visibility: Visibility,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    put_block(s3, bucket, block(visibility)).await?;
    let how = match visibility {
        Visibility::Private => "public access blocked",
        Visibility::Public => "public policies admitted",
    };
    changes.push(Change::new(format!("bucket {bucket}"), how));
    Ok(())
}

async fn put_block(
    s3: &Client,
    bucket: &BucketName,
    block: PublicAccessBlockConfiguration,
) -> Result<(), CallFailed> {
    let put = s3
        .put_public_access_block()
        .bucket(bucket.as_str())
        .public_access_block_configuration(block);
    undisturbed(|| put.clone().send())
        .await
        .map_err(CallFailed::of("block public access to the bucket"))?;
    Ok(())
}

/// Says who owns the bucket's objects, and with that whether ACLs count.
pub(super) async fn own_objects(
    s3: &Client,
    bucket: &BucketName,
    ownership: ObjectOwnership,
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
                .any(|rule| rule.object_ownership() == &ownership)
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
    let how = match ownership {
        ObjectOwnership::BucketOwnerEnforced => "ACLs disabled",
        _ => "ACLs enabled",
    };
    let controls = OwnershipControlsRule::builder()
        .object_ownership(ownership)
        .build()
        .and_then(|rule| OwnershipControls::builder().rules(rule).build())
        .map_err(CallFailed::unbuilt(
            "describe the bucket's ownership controls",
        ))?;
    let put = s3
        .put_bucket_ownership_controls()
        .bucket(bucket.as_str())
        .ownership_controls(controls);
    undisturbed(|| put.clone().send())
        .await
        .map_err(CallFailed::of("set the bucket's ownership controls"))?;
    changes.push(Change::new(format!("bucket {bucket}"), how));
    Ok(())
}

pub(super) async fn set_lifecycle(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let wanted = lifecycle()?;
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
    put_lifecycle(s3, bucket, changes).await
}

pub(super) async fn put_lifecycle(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let put = s3
        .put_bucket_lifecycle_configuration()
        .bucket(bucket.as_str())
        .lifecycle_configuration(lifecycle()?);
    undisturbed(|| put.clone().send())
        .await
        .map_err(CallFailed::of("set the bucket's lifecycle"))?;
    changes.push(Change::new(
        format!("bucket {bucket}"),
        "lifecycle rules set",
    ));
    Ok(())
}

fn lifecycle() -> Result<BucketLifecycleConfiguration, CallFailed> {
    rules().map_err(CallFailed::unbuilt("describe the bucket's lifecycle"))
}

fn rules() -> Result<BucketLifecycleConfiguration, aws_sdk_s3::error::BuildError> {
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

/// Makes `call`, and makes it again while S3 says that another deployment changes the bucket.
pub(super) async fn undisturbed<T, E, R, F>(call: impl FnMut() -> F) -> Result<T, SdkError<E, R>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E, R>>>,
{
    let disturbed = |error: &SdkError<E, R>| call::code(error) == Some("OperationAborted");
    Box::pin(patiently(call, disturbed)).await
}

/// Whether a setting is absent, or may not be read: then it is written, which changes nothing where it is as it should be.
fn unread<E: ProvideErrorMetadata>(error: &SdkError<E>, absent: &str) -> bool {
    call::code(error) == Some(absent) || call::is_denied(error)
}
