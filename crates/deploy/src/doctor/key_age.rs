//! How old the caller's key is.

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_iam::error::ProvideErrorMetadata as _;
use jiff::Timestamp;

use super::{Finding, Verdict};

/// Keys that are older should be replaced.
const DAYS: i64 = 90;

/// The age of the caller's key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyAge {
    /// The key ends by itself; when, where its source tells.
    Temporary(Option<Timestamp>),
    /// It has this many days.
    Days(i64),
    /// The caller may not look, or the key is of no user.
    NotChecked(String),
}

/// Asks IAM when the key was made. A caller that may not ask is told so.
pub async fn key_age(config: &SdkConfig, now: Timestamp) -> KeyAge {
    let Some(provider) = config.credentials_provider() else {
        return KeyAge::NotChecked("there are no credentials".to_owned());
    };
    let credentials = match provider.provide_credentials().await {
        Ok(credentials) => credentials,
        Err(error) => return KeyAge::NotChecked(error.to_string()),
    };
    if credentials.session_token().is_some() {
        let end = credentials
            .expiry()
            .and_then(|end| Timestamp::try_from(end).ok());
        return KeyAge::Temporary(end);
    }
    let listed = aws_sdk_iam::Client::new(config)
        .list_access_keys()
        .send()
        .await;
    let keys = match listed {
        Ok(listed) => listed.access_key_metadata,
        Err(error) => {
            let reason = error
                .message()
                .or(error.code())
                .unwrap_or("IAM did not answer");
            return KeyAge::NotChecked(reason.to_owned());
        }
    };
    let ours = keys
        .iter()
        .find(|key| key.access_key_id() == Some(credentials.access_key_id()))
        .and_then(|key| key.create_date());
    match ours.and_then(|made| Timestamp::from_second(made.secs()).ok()) {
        Some(made) => KeyAge::Days(now.duration_since(made).as_hours() / 24),
        None => KeyAge::NotChecked("IAM does not list the key".to_owned()),
    }
}

impl KeyAge {
    /// What it means.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::Temporary(end) => {
                let until =
                    end.map(|end| format!(", until {}", end.strftime("%Y-%m-%dT%H:%M:%SZ")));
                let seen = format!("temporary{}", until.unwrap_or_default());
                Finding::new("key", Verdict::Good, seen)
            }
            Self::Days(days) if *days >= DAYS => {
                Finding::new("key", Verdict::Advice, format!("{days} days old"))
                    .advising("`framewright permissions rotate USER` replaces it")
            }
            Self::Days(days) => Finding::new("key", Verdict::Good, format!("{days} days old")),
            Self::NotChecked(reason) => Finding::new("key", Verdict::NotChecked, reason.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_old_after_ninety_days() {
        assert_eq!(KeyAge::Days(89).finding().verdict, Verdict::Good);
        assert_eq!(KeyAge::Days(90).finding().verdict, Verdict::Advice);
    }
}
