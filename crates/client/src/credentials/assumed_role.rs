//! Temporary credentials of a role, renewed before they expire or when AWS says that they have.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_s3::config::IdentityCache;
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use tokio::sync::{mpsc, oneshot};

use crate::sdk_error::in_a_line;

/// Credentials that are closer to their end than this are renewed before they are used.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// A role that is being assumed.
///
/// Clones, and all clients made from [`config`](Self::config), use the same credentials. One task
/// owns them; it ends when the last of these is gone.
#[derive(Debug, Clone)]
pub struct AssumedRole {
    config: SdkConfig,
    holder: mpsc::Sender<Ask>,
}

/// A role cannot be assumed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AssumeRoleError {
    /// The caller may not assume it, or its trust policy does not name the caller.
    #[error("role `{role}` cannot be assumed: {message}")]
    Denied {
        /// The role.
        role: String,
        /// AWS's own text.
        message: String,
    },
    /// STS could not be asked, or answered with another error.
    #[error("role `{role}` cannot be assumed: {message}")]
    Failed {
        /// The role.
        role: String,
        /// What went wrong.
        message: String,
    },
}

#[derive(Debug)]
enum Ask {
    Credentials(oneshot::Sender<Result<Credentials, AssumeRoleError>>),
    Forget,
}

impl AssumedRole {
    /// Assumes `role_arn` with the credentials of `base`, once, so that a refusal shows here.
    ///
    /// `duration` is how long each set of credentials lives, from 15 minutes to what the role
    /// allows, an hour by default.
    ///
    /// # Errors
    /// [`AssumeRoleError`].
    pub async fn assume(
        base: &SdkConfig,
        role_arn: &str,
        session_name: &str,
        duration: Option<Duration>,
    ) -> Result<Self, AssumeRoleError> {
        let call = Call {
            sts: aws_sdk_sts::Client::new(base),
            role: role_arn.to_owned(),
            session: session_name.to_owned(),
            duration: duration.map(|duration| duration.as_secs().try_into().unwrap_or(i32::MAX)),
        };
        let first = call.send().await?;
        let (holder, asks) = mpsc::channel(16);
        tokio::spawn(hold(call, first, asks));
        let provider = SharedCredentialsProvider::new(Provider {
            holder: holder.clone(),
        });
        // The holder is the cache: a second one would go on with credentials that are forgotten.
        let config = base.to_builder().credentials_provider(provider);
        let config = config.identity_cache(IdentityCache::no_cache()).build();
        Ok(Self { config, holder })
    }

    /// The configuration of clients that act as the role.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Gives up the present credentials: AWS says that they have expired, whatever our clock
    /// says. The next request assumes the role again.
    pub async fn forget(&self) {
        // The holder lives as long as `self`.
        let _taken = self.holder.send(Ask::Forget).await;
    }
}

#[derive(Debug)]
struct Provider {
    holder: mpsc::Sender<Ask>,
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let (answer, answered) = oneshot::channel();
            let gone = |_| CredentialsError::provider_error("nobody holds the role any more");
            self.holder
                .send(Ask::Credentials(answer))
                .await
                .map_err(|_| CredentialsError::provider_error("nobody holds the role any more"))?;
            answered
                .await
                .map_err(gone)?
                .map_err(CredentialsError::provider_error)
        })
    }
}

/// Owns the credentials, and renews them one call at a time, however many ask.
async fn hold(call: Call, first: Credentials, mut asks: mpsc::Receiver<Ask>) {
    let mut held = Some(first);
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::Forget => held = None,
            Ask::Credentials(answer) => {
                let fresh = held.take().filter(|held| is_fresh(held, SystemTime::now()));
                let credentials = match fresh {
                    Some(credentials) => Ok(credentials),
                    None => call.send().await,
                };
                held = credentials.as_ref().ok().cloned();
                // Whoever asked may have gone; the credentials stay for the next.
                let _gone = answer.send(credentials);
            }
        }
    }
}

/// Whether credentials outlive `now` by the margin.
fn is_fresh(credentials: &Credentials, now: SystemTime) -> bool {
    credentials
        .expiry()
        .is_none_or(|expiry| expiry > now + MARGIN)
}

#[derive(Debug)]
struct Call {
    sts: aws_sdk_sts::Client,
    role: String,
    session: String,
    duration: Option<i32>,
}

impl Call {
    async fn send(&self) -> Result<Credentials, AssumeRoleError> {
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.role)
            .role_session_name(&self.session)
            .set_duration_seconds(self.duration)
            .send()
            .await
            .map_err(|error| {
                let role = self.role.clone();
                match (error.code(), error.message()) {
                    (Some("AccessDenied"), message) => AssumeRoleError::Denied {
                        role,
                        message: message.unwrap_or("access denied").to_owned(),
                    },
                    _ => AssumeRoleError::Failed {
                        role,
                        message: in_a_line(&error),
                    },
                }
            })?;
        let given = answer.credentials.ok_or_else(|| AssumeRoleError::Failed {
            role: self.role.clone(),
            message: "the answer holds no credentials".to_owned(),
        })?;
        let expiry = SystemTime::try_from(given.expiration).ok();
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            expiry,
            "framewright-assumed-role",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_before_their_end() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let check = |seconds_left: Option<u64>, expected| {
            let expiry = seconds_left.map(|seconds| now + Duration::from_secs(seconds));
            let credentials = Credentials::new("id", "secret", None, expiry, "test");
            assert_eq!(is_fresh(&credentials, now), expected, "{seconds_left:?}");
        };
        check(None, true);
        check(Some(3600), true);
        check(Some(301), true);
        check(Some(300), false);
        check(Some(0), false);
    }
}
