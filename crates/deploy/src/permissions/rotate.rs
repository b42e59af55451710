//! Replacing an access key.

use std::fmt;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::StatusType;

use super::MadeKey;
use super::setup::make_key;
use crate::call::{CallFailed, is_denied};

/// An access key of a user, as AWS tells.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyStatus {
    /// Its id.
    pub id: String,
    /// Whether requests with it are taken.
    pub is_active: bool,
    /// When it was made; `None` if AWS does not say.
    pub created: Option<SystemTime>,
    /// When it was last used; `None` where nobody asked, or may.
    pub last_used: Option<LastUsed>,
}

/// When a key was last used.
#[derive(Debug, Clone, PartialEq)]
pub enum LastUsed {
    /// It never was.
    Never,
    /// Then, for this service.
    At(SystemTime, String),
}

/// A key cannot be replaced.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The user has no key to replace.
    #[error("the user {0} has no access key")]
    NoKey(String),
    /// The user has as many keys as there can be.
    #[error("the user {user} has two access keys already: {}", both(keys))]
    TwoKeys {
        /// The user's name.
        user: String,
        /// Both.
        keys: Vec<KeyStatus>,
    },
}

/// The keys of one user.
#[derive(Debug, Clone)]
pub struct Keys {
    iam: Client,
    config: SdkConfig,
    user: String,
}

impl Keys {
    /// Keys of `user`, with the endpoint and credentials of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, user: &str) -> Self {
        Self {
            iam: Client::new(config),
            config: config.clone(),
            user: user.to_owned(),
        }
    }

    /// The keys there are, oldest first.
    ///
    /// # Errors
    /// The call that AWS refuses.
    pub async fn list(&self) -> Result<Vec<KeyStatus>, CallFailed> {
        let listed = self
            .iam
            .list_access_keys()
            .user_name(&self.user)
            .send()
            .await;
        let listed = listed.map_err(CallFailed::of(format!(
            "list keys of the user {}",
            self.user
        )))?;
        let mut keys = Vec::new();
        for key in listed.access_key_metadata() {
            let id = key.access_key_id().unwrap_or_default().to_owned();
            keys.push(KeyStatus {
                is_active: key.status() == Some(&StatusType::Active),
                created: key.create_date().and_then(|date| (*date).try_into().ok()),
                last_used: None,
                id,
            });
        }
        keys.sort_by_key(|key| key.created);
        Ok(keys)
    }

    /// When the key `id` was last used; `None` where the caller may not know.
    async fn last_used(&self, id: &str) -> Result<Option<LastUsed>, CallFailed> {
        let asked = self.iam.get_access_key_last_used().access_key_id(id);
        let answer = match asked.send().await {
            Ok(answer) => answer,
            Err(error) if is_denied(&error) => return Ok(None),
            Err(error) => {
                let step = format!("find out when the key {id} was last used");
                return Err(CallFailed::of(step)(error));
            }
        };
        let used = answer.access_key_last_used();
        let at = used.and_then(|used| {
            let when = (*used.last_used_date()?).try_into().ok()?;
            Some(LastUsed::At(when, used.service_name().to_owned()))
        });
        Ok(Some(at.unwrap_or(LastUsed::Never)))
    }

    /// The key that can be replaced.
    ///
    /// # Errors
    /// [`RotateError::NoKey`]; [`RotateError::TwoKeys`], since AWS allows no third.
    pub async fn only(&self) -> Result<KeyStatus, RotateError> {
        let mut keys = self.list().await?;
        match (keys.len(), keys.pop()) {
            (1, Some(key)) => Ok(key),
            (_, None) => Err(RotateError::NoKey(self.user.clone())),
            (_, Some(newest)) => {
                keys.push(newest);
                for key in &mut keys {
                    key.last_used = self.last_used(&key.id).await?;
                }
                Err(RotateError::TwoKeys {
                    user: self.user.clone(),
                    keys,
                })
            }
        }
    }

    /// Makes a key beside the one there is. That stays in force until [`Self::deactivate`].
    ///
    /// # Errors
    /// The call that AWS refuses.
    pub async fn make(&self) -> Result<MadeKey, CallFailed> {
        make_key(&self.iam, &self.user).await
    }

    /// Whether AWS takes `made`: its user's ARN.
    ///
    /// # Errors
    /// [`CallFailed`] if AWS does not know the key within a minute.
    pub async fn verify(&self, made: &MadeKey) -> Result<String, CallFailed> {
        made.verified(&self.config).await
    }

    /// Turns the key `id` off. It can be turned on again in the console.
    ///
    /// # Errors
    /// The call that AWS refuses.
    pub async fn deactivate(&self, id: &str) -> Result<(), CallFailed> {
        let turned_off = self
            .iam
            .update_access_key()
            .user_name(&self.user)
            .access_key_id(id)
            .status(StatusType::Inactive)
            .send()
            .await;
        turned_off.map_err(CallFailed::of(format!("turn the key {id} off")))?;
        Ok(())
    }

    /// Deletes the key `id` for good.
    ///
    /// # Errors
    /// The call that AWS refuses.
    pub async fn delete(&self, id: &str) -> Result<(), CallFailed> {
        let deleted = self
            .iam
            .delete_access_key()
            .user_name(&self.user)
            .access_key_id(id)
            .send()
            .await;
        deleted.map_err(CallFailed::of(format!("delete the key {id}")))?;
        Ok(())
    }
}

impl KeyStatus {
    /// Days since the key was made, at `now`; `None` if that is not known.
    #[must_use]
    pub fn age_in_days(&self, now: SystemTime) -> Option<u64> {
        let age = now.duration_since(self.created?).unwrap_or_default();
        Some(age.as_secs() / (24 * 60 * 60))
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = if self.is_active { "active" } else { "inactive" };
        let date = |time: SystemTime| {
            let seconds = time
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            let time =
                aws_sdk_iam::primitives::DateTime::from_secs_f64(seconds.as_secs_f64().floor());
            time.to_string()
        };
        write!(f, "{} ({status}, ", self.id)?;
        if let Some(created) = self.created {
            write!(f, "made {}, ", date(created))?;
        }
        match &self.last_used {
            None => write!(f, "last use not checked)"),
            Some(LastUsed::Never) => write!(f, "never used)"),
            Some(LastUsed::At(when, service)) => {
                write!(f, "last used {} for {service})", date(*when))
            }
        }
    }
}

fn both(keys: &[KeyStatus]) -> String {
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    keys.join(" and ")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{KeyStatus, LastUsed};

    #[test]
    fn a_key_says_how_old_it_is_and_when_it_was_used() {
        let day = |number: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(number * 86_400);
        let key = KeyStatus {
            id: "AKIAEXAMPLE".into(),
            is_active: true,
            created: Some(day(20_000)),
            last_used: Some(LastUsed::At(day(20_001), "s3".into())),
        };
        assert_eq!(key.age_in_days(day(20_090)), Some(90));
        assert_eq!(
            key.to_string(),
            "AKIAEXAMPLE (active, made 2024-10-04T00:00:00Z, last used 2024-10-05T00:00:00Z for s3)"
        );
        let unused = KeyStatus {
            last_used: Some(LastUsed::Never),
            is_active: false,
            created: None,
            ..key
        };
        assert_eq!(unused.to_string(), "AKIAEXAMPLE (inactive, never used)");
        let unasked = KeyStatus {
            last_used: None,
            ..unused
        };
        assert!(unasked.to_string().ends_with("last use not checked)"));
    }
}
