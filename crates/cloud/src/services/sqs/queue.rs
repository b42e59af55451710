//! Queues as they are kept, and their attributes.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use iam::policy::Kind;
use iam::{AccountId, Policy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fault::{invalid, invalid_attribute, no_such_queue, unknown_attribute};
use crate::api_error::ApiError;
use crate::identity::{Directory, Pinned};

/// The largest message, and the largest batch: 1 MiB.
pub(super) const LARGEST_MESSAGE: u32 = 1_048_576;

const LONGEST_VISIBILITY: u32 = 43_200;

/// A queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub(super) region: String,
    pub(super) name: String,
    /// Tells the queue from an earlier one of its name.
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
    pub(super) settings: Settings,
    pub(super) policy: Option<Pinned>,
    pub(super) tags: BTreeMap<String, String>,
}

/// What a queue does with its messages. Times are in seconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) delay: u32,
    pub(super) maximum_message_size: u32,
    pub(super) retention: u32,
    pub(super) wait: u32,
    pub(super) visibility_timeout: u32,
    pub(super) redrive: Option<Redrive>,
    pub(super) redrive_allowed: Option<String>,
    pub(super) encrypted: bool,
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Redrive {
    pub(super) dead_letter_target_arn: String,
    #[serde(deserialize_with = "number_or_text")]
    pub(super) max_receive_count: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            delay: 0,
            maximum_message_size: LARGEST_MESSAGE,
            retention: 345_600,
            wait: 0,
            visibility_timeout: 30,
            redrive: None,
            redrive_allowed: None,
            encrypted: true,
        }
    }
}

impl Queue {
    /// The queue's ARN.
    pub(crate) fn arn(&self, account: AccountId) -> String {
        format!("arn:aws:sqs:{}:{account}:{}", self.region, self.name)
    }

    /// The queue's own policy.
    pub(crate) fn policy(&self) -> Option<Arc<Policy>> {
        self.policy
            .as_ref()
            .map(|policy| Arc::clone(policy.policy()))
    }

    /// For how many seconds a message that was received stays invisible.
    pub(crate) fn visibility_timeout_seconds(&self) -> u32 {
        self.settings.visibility_timeout
    }

    /// Sets attributes as a request gives them.
    ///
    /// # Errors
    /// The first that there is not, or that cannot have its value.
    pub(super) fn set(
        &mut self,
        attributes: &BTreeMap<String, String>,
        directory: &Directory,
    ) -> Result<(), ApiError> {
        for (name, value) in attributes {
            self.set_one(name, value, directory)?;
        }
        Ok(())
    }

    fn set_one(&mut self, name: &str, value: &str, directory: &Directory) -> Result<(), ApiError> {
        let number = |range: RangeInclusive<u32>| {
            let number = value.parse().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| invalid_attribute(name))
        };
        let settings = &mut self.settings;
        match name {
            "DelaySeconds" => settings.delay = number(0..=900)?,
            "MaximumMessageSize" => {
                settings.maximum_message_size = number(1024..=LARGEST_MESSAGE)?;
            }
            "MessageRetentionPeriod" => settings.retention = number(60..=1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => settings.wait = number(0..=20)?,
            "VisibilityTimeout" => settings.visibility_timeout = number(0..=LONGEST_VISIBILITY)?,
            "SqsManagedSseEnabled" => {
                settings.encrypted = value.parse().map_err(|_| invalid_attribute(name))?;
            }
            "RedrivePolicy" => settings.redrive = redrive(value)?,
            "RedriveAllowPolicy" => {
                settings.redrive_allowed = (!value.is_empty()).then(|| value.to_owned());
            }
            "Policy" if value.is_empty() => self.policy = None,
            "Policy" => {
                let policy = Pinned::new(&self.name, value, Kind::Resource, directory);
                self.policy = Some(policy.map_err(|error| {
                    tracing::debug!(%error, "a queue policy was refused");
                    invalid_attribute(name)
                })?);
            }
            "KmsMasterKeyId" | "KmsDataKeyReusePeriodSeconds" if value.is_empty() => {}
            "KmsMasterKeyId" | "KmsDataKeyReusePeriodSeconds" => {
                return Err(invalid("this cloud has no KMS keys"));
            }
            "FifoQueue"
            | "ContentBasedDeduplication"
            | "DeduplicationScope"
            | "FifoThroughputLimit" => return Err(no_fifo()),
            _ => return Err(unknown_attribute(name)),
        }
        Ok(())
    }

    /// The attributes that can be set, as they are shown.
    pub(super) fn shown(&self, directory: &Directory) -> BTreeMap<&'static str, String> {
        let settings = &self.settings;
        let mut shown = BTreeMap::from([
            ("DelaySeconds", settings.delay.to_string()),
            (
                "MaximumMessageSize",
                settings.maximum_message_size.to_string(),
            ),
            ("MessageRetentionPeriod", settings.retention.to_string()),
            ("ReceiveMessageWaitTimeSeconds", settings.wait.to_string()),
            ("VisibilityTimeout", settings.visibility_timeout.to_string()),
            ("SqsManagedSseEnabled", settings.encrypted.to_string()),
            ("CreatedTimestamp", self.created_at.as_second().to_string()),
            (
                "LastModifiedTimestamp",
                self.modified_at.as_second().to_string(),
            ),
        ]);
        if let Some(redrive) = &settings.redrive {
            let text = serde_json::json!(redrive).to_string();
            shown.insert("RedrivePolicy", text);
        }
        if let Some(allowed) = &settings.redrive_allowed {
            shown.insert("RedriveAllowPolicy", allowed.clone());
        }
        if let Some(policy) = &self.policy {
            shown.insert("Policy", policy.shown(directory));
        }
        shown
    }
}

/// Reads a redrive policy; an empty one is none.
fn redrive(text: &str) -> Result<Option<Redrive>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    let refused = |reason: &str| {
        invalid(format!(
            "Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
        ))
    };
    let redrive: Redrive = serde_json::from_str(text)
        .map_err(|_| refused("Redrive policy is not a valid JSON map."))?;
    if !(1..=1000).contains(&redrive.max_receive_count) {
        return Err(refused("maxReceiveCount must be between 1 and 1000."));
    }
    if iam::Arn::parse(&redrive.dead_letter_target_arn).is_err() {
        return Err(refused("Invalid value for deadLetterTargetArn."));
    }
    Ok(Some(redrive))
}

fn number_or_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(u32),
        Text(String),
    }
    match NumberOrText::deserialize(deserializer)? {
        NumberOrText::Number(number) => Ok(number),
        NumberOrText::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// The refusal of queues that keep their order.
pub(super) fn no_fifo() -> ApiError {
    invalid("this cloud has standard queues, and no FIFO queues")
}

/// The queue's name in a URL, of whichever host: clients keep URLs while ports change.
///
/// # Errors
/// That it is no URL of a queue.
pub(super) fn name_in_url(url: &str) -> Result<&str, ApiError> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let name = path.rsplit('/').next().unwrap_or_default();
    if is_name(name) {
        Ok(name)
    } else {
        Err(no_such_queue())
    }
}

/// The account in a queue's URL, if it has one.
pub(super) fn account_in_url(url: &str) -> Option<&str> {
    url.rsplit('/')
        .nth(1)
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Checks the name of a queue to be.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    if name.ends_with(".fifo") {
        return Err(no_fifo());
    }
    if is_name(name) {
        Ok(())
    } else {
        Err(invalid(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ))
    }
}

fn is_name(name: &str) -> bool {
    let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= 80 && name.bytes().all(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_named_by_the_end_of_their_url() {
        for url in [
            "http://127.0.0.1:4566/123456789012/jobs",
            "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
            "jobs",
        ] {
            assert_eq!(name_in_url(url).unwrap(), "jobs");
        }
        assert_eq!(
            account_in_url("http://h:1/123456789012/jobs"),
            Some("123456789012")
        );
        assert_eq!(account_in_url("jobs"), None);
        for wrong in ["", "http://127.0.0.1:4566/", "http://h/1/a b"] {
            assert!(name_in_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn redrive_policies_count_in_numbers_and_in_text() {
        let arn = "arn:aws:sqs:us-east-1:123456789012:dead";
        for count in ["3", "\"3\""] {
            let text = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{count}}}"#);
            let read = redrive(&text).unwrap().unwrap();
            assert_eq!(
                (read.dead_letter_target_arn.as_str(), read.max_receive_count),
                (arn, 3)
            );
        }
        assert_eq!(redrive("").unwrap(), None);
        for wrong in [
            "x".to_owned(),
            format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":0}}"#),
            r#"{"deadLetterTargetArn":"dead","maxReceiveCount":3}"#.to_owned(),
        ] {
            assert!(redrive(&wrong).is_err(), "{wrong}");
        }
    }
}
