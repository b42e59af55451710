//! The one private bucket of a region.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint,
    CreateBucketConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration,
};
use protocol::BucketName;
use protocol::names::{BUCKET_PREFIX, HASH_ALPHABET};
use rand::seq::IndexedRandom;

use super::{Change, ProvisionError, change};

/// Folder of renders that delete themselves, and after how many days.
const EXPIRIES: [(&str, i32); 4] = [("1-day", 1), ("3-days", 3), ("7-days", 7), ("30-days", 30)];

/// Parts of uploads that never completed cost money and are not listed.
const ABORT_PARTS_AFTER_DAYS: i32 = 1;

/// The region's bucket; made where there is none. Public access is blocked, ACLs are disabled, lifecycle rules set.
pub(super) async fn ensure(
    s3: &Client,
    region: &str,
    changes: &mut Vec<Change>,
) -> Result<BucketName, ProvisionError> {
    let bucket = match existing(s3, region).await? {
        Some(bucket) => bucket,
        None => create(s3, region, changes).await?,
    };
    block_public_access(s3, &bucket, changes).await?;
    disable_acls(s3, &bucket, changes).await?;
    set_lifecycle(s3, &bucket, changes).await?;
    Ok(bucket)
}

async fn existing(s3: &Client, region: &str) -> Result<Option<BucketName>, ProvisionError> {
    let listed = s3
        .list_buckets()
        .send()
        .await
        .map_err(ProvisionError::call("list buckets"))?;
    let prefix = format!("{BUCKET_PREFIX}{}-", region.replace('-', ""));
    let names = listed.buckets().iter().filter_map(|bucket| bucket.name());
    let mut ours: Vec<_> = names
        .filter(|name| name.starts_with(&prefix))
        .map(str::to_owned)
        .collect();
    if ours.len() > 1 {
        return Err(ProvisionError::SeveralBuckets {
            region: region.to_owned(),
            buckets: ours,
        });
    }
    Ok(ours.pop().map(BucketName::from))
}

async fn create(
    s3: &Client,
    region: &str,
    changes: &mut Vec<Change>,
) -> Result<BucketName, ProvisionError> {
    let mut rng = rand::rng();
    let suffix: String = (0..10)
        .filter_map(|_| HASH_ALPHABET.choose(&mut rng))
        .map(|&byte| char::from(byte))
        .collect();
    let bucket = BucketName::conventional(region, &suffix);
    let mut request = s3
        .create_bucket()
        .bucket(bucket.as_str())
        .object_ownership(ObjectOwnership::BucketOwnerEnforced);
    // The oldest region is the one that must not be named.
    if region != "us-east-1" {
        let constraint = BucketLocationConstraint::from(region);
        request = request.create_bucket_configuration(
            CreateBucketConfiguration::builder()
                .location_constraint(constraint)
                .build(),
        );
    }
    request
        .send()
        .await
        .map_err(ProvisionError::call("create the bucket"))?;
    changes.push(change(format!("bucket {bucket}"), "created"));
    Ok(bucket)
}

async fn block_public_access(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let wanted = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    match s3
        .get_public_access_block()
        .bucket(bucket.as_str())
        .send()
        .await
    {
        Ok(found) if found.public_access_block_configuration() == Some(&wanted) => return Ok(()),
        Err(error) if error.code() != Some("NoSuchPublicAccessBlockConfiguration") => {
            return Err(ProvisionError::call(
                "read the bucket's public access block",
            )(error));
        }
        _ => {}
    }
    let put = s3
        .put_public_access_block()
        .bucket(bucket.as_str())
        .public_access_block_configuration(wanted);
    put.send()
        .await
        .map_err(ProvisionError::call("block public access to the bucket"))?;
    changes.push(change(format!("bucket {bucket}"), "public access blocked"));
    Ok(())
}

async fn disable_acls(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
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
        Err(error) if error.code() == Some("OwnershipControlsNotFoundError") => {}
        Err(error) => {
            return Err(ProvisionError::call("read the bucket's ownership controls")(error));
        }
    }
    let controls = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .build()
        .and_then(|rule| OwnershipControls::builder().rules(rule).build())
        .map_err(ProvisionError::call(
            "describe the bucket's ownership controls",
        ))?;
    let put = s3
        .put_bucket_ownership_controls()
        .bucket(bucket.as_str())
        .ownership_controls(controls);
    put.send()
        .await
        .map_err(ProvisionError::call("disable the bucket's ACLs"))?;
    changes.push(change(format!("bucket {bucket}"), "ACLs disabled"));
    Ok(())
}

async fn set_lifecycle(
    s3: &Client,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let wanted = lifecycle().map_err(ProvisionError::call("describe the bucket's lifecycle"))?;
    match s3
        .get_bucket_lifecycle_configuration()
        .bucket(bucket.as_str())
        .send()
        .await
    {
        Ok(found) if found.rules() == wanted.rules() => return Ok(()),
        Err(error) if error.code() != Some("NoSuchLifecycleConfiguration") => {
            return Err(ProvisionError::call("read the bucket's lifecycle")(error));
        }
        _ => {}
    }
    let put = s3
        .put_bucket_lifecycle_configuration()
        .bucket(bucket.as_str())
        .lifecycle_configuration(wanted);
    put.send()
        .await
        .map_err(ProvisionError::call("set the bucket's lifecycle"))?;
    changes.push(change(format!("bucket {bucket}"), "lifecycle rules set"));
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
