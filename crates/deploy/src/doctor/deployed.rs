//! Whether the bucket is as it was made: nobody outside reads it.

use aws_config::SdkConfig;
use aws_sdk_s3::error::ProvideErrorMetadata as _;

use super::{Finding, Verdict};

/// Who may read the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BucketSettings {
    /// Block Public Access is on, all of it.
    Private,
    /// Some of it is off, as public mode needs it.
    Public,
    /// The caller may not look.
    NotChecked(String),
}

/// Asks for the bucket's Block Public Access.
pub async fn bucket_settings(config: &SdkConfig, bucket: &str) -> BucketSettings {
    let s3 = store::s3_client(config);
    match s3.get_public_access_block().bucket(bucket).send().await {
        Ok(answer) => {
            let on = answer
                .public_access_block_configuration
                .is_some_and(|block| {
                    [
                        block.block_public_acls,
                        block.ignore_public_acls,
                        block.block_public_policy,
                        block.restrict_public_buckets,
                    ]
                    .iter()
                    .all(|one| *one == Some(true))
                });
            if on {
                BucketSettings::Private
            } else {
                BucketSettings::Public
            }
        }
        Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => {
            BucketSettings::Public
        }
        Err(error) => {
            let reason = error.message().or(error.code());
            BucketSettings::NotChecked(reason.unwrap_or("S3 did not answer").to_owned())
        }
    }
}

impl BucketSettings {
    /// What it means for `bucket`.
    #[must_use]
    pub fn finding(&self, bucket: &str) -> Finding {
        let subject = format!("bucket {bucket}");
        match self {
            Self::Private => Finding::new(subject, Verdict::Good, "private"),
            Self::Public => Finding::new(subject, Verdict::Advice, "public access is not blocked")
                .advising("block public access, unless sites are served in public mode"),
            Self::NotChecked(reason) => Finding::new(subject, Verdict::NotChecked, reason.clone()),
        }
    }
}
