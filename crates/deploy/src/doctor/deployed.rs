//! Whether the bucket is as it was made: nobody outside reads it, ACLs are off, and what expires is removed.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{ExpirationStatus, ObjectOwnership};

use super::{Finding, Verdict};

/// How one setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// As deploying makes it.
    AsMade,
    /// Otherwise.
    Otherwise,
    /// The caller may not look.
    NotChecked(String),
}

/// The bucket's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketSettings {
    /// Block Public Access is on, all of it.
    pub is_private: Setting,
    /// The bucket's owner owns every object: ACLs say nothing.
    pub has_no_acls: Setting,
    /// Renders that are to expire do, and so do parts of uploads that never completed.
    pub has_lifecycle: Setting,
}

/// Asks for the bucket's settings.
pub async fn bucket_settings(config: &SdkConfig, bucket: &str) -> BucketSettings {
    let s3 = store::s3_client(config);
    let (is_private, has_no_acls, has_lifecycle) = tokio::join!(
        is_private(&s3, bucket),
        has_no_acls(&s3, bucket),
        has_lifecycle(&s3, bucket)
    );
    BucketSettings {
        is_private,
        has_no_acls,
        has_lifecycle,
    }
}

async fn is_private(s3: &Client, bucket: &str) -> Setting {
    match s3.get_public_access_block().bucket(bucket).send().await {
        Ok(answer) => Setting::of(
            answer
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
                }),
        ),
        Err(error) => Setting::unread(&error, "NoSuchPublicAccessBlockConfiguration"),
    }
}

async fn has_no_acls(s3: &Client, bucket: &str) -> Setting {
    let asked = s3.get_bucket_ownership_controls().bucket(bucket).send();
    match asked.await {
        Ok(answer) => {
            let controls = answer.ownership_controls;
            let enforced =
                |ownership: &ObjectOwnership| *ownership == ObjectOwnership::BucketOwnerEnforced;
            Setting::of(controls.is_some_and(|controls| {
                let mut rules = controls.rules().iter();
                rules.any(|rule| enforced(rule.object_ownership()))
            }))
        }
        Err(error) => Setting::unread(&error, "OwnershipControlsNotFoundError"),
    }
}

async fn has_lifecycle(s3: &Client, bucket: &str) -> Setting {
    let asked = s3
        .get_bucket_lifecycle_configuration()
        .bucket(bucket)
        .send();
    match asked.await {
        Ok(answer) => {
            let mut rules = answer.rules().iter();
            Setting::of(rules.any(|rule| *rule.status() == ExpirationStatus::Enabled))
        }
        Err(error) => Setting::unread(&error, "NoSuchLifecycleConfiguration"),
    }
}

impl Setting {
    fn of(as_made: bool) -> Self {
        if as_made {
            Self::AsMade
        } else {
            Self::Otherwise
        }
    }

    /// `absent` is the code by which S3 says that nothing is set.
    fn unread<E: ProvideErrorMetadata>(error: &SdkError<E>, absent: &str) -> Self {
        if error.code() == Some(absent) {
            return Self::Otherwise;
        }
        let reason = error.message().or(error.code());
        Self::NotChecked(reason.unwrap_or("S3 did not answer").to_owned())
    }
}

impl BucketSettings {
    /// What they mean for `bucket`.
    #[must_use]
    pub fn finding(&self, bucket: &str) -> Finding {
        let subject = format!("bucket {bucket}");
        let settings = [
            (&self.is_private, "private", "public access is not blocked"),
            (&self.has_no_acls, "ACLs are off", "ACLs are on"),
            (
                &self.has_lifecycle,
                "expired renders are removed",
                "no lifecycle rule removes expired renders",
            ),
        ];
        let seen = settings.map(|(setting, good, bad)| match setting {
            Setting::AsMade => good.to_owned(),
            Setting::Otherwise => bad.to_owned(),
            Setting::NotChecked(reason) => format!("`{good}` is not checked: {reason}"),
        });
        let seen = seen.join("; ");
        let is = |wanted: fn(&Setting) -> bool| {
            settings
                .iter()
                .filter(|(setting, ..)| wanted(setting))
                .count()
        };
        if is(|setting| *setting == Setting::Otherwise) > 0 {
            Finding::new(subject, Verdict::Advice, seen).advising(
                "`framewright functions deploy` sets what is missing; sites in public mode need public access",
            )
        } else if is(|setting| *setting == Setting::AsMade) == 0 {
            Finding::new(subject, Verdict::NotChecked, seen)
        } else {
            Finding::new(subject, Verdict::Good, seen)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_setting_that_is_otherwise_is_worth_advice() {
        let check = |settings: [Setting; 3], expected| {
            let [is_private, has_no_acls, has_lifecycle] = settings;
            let settings = BucketSettings {
                is_private,
                has_no_acls,
                has_lifecycle,
            };
            assert_eq!(settings.finding("b").verdict, expected, "{settings:?}");
        };
        let unknown = || Setting::NotChecked("denied".into());
        check([Setting::AsMade, Setting::AsMade, unknown()], Verdict::Good);
        check(
            [Setting::AsMade, Setting::Otherwise, unknown()],
            Verdict::Advice,
        );
        check([unknown(), unknown(), unknown()], Verdict::NotChecked);
    }
}
