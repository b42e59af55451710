//! Temporary credentials of a role.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::error::ProvideErrorMetadata as _;

use store::in_a_line;

use super::Held;

/// A role that is being assumed.
///
/// Clones, and all clients made from [`config`](Self::config), use the same credentials, which are
/// [`Held`].
#[derive(Debug, Clone)]
pub struct AssumedRole {
    config: SdkConfig,
    held: Held,
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
        let held = Held::new(SharedCredentialsProvider::new(call), Some(first));
        Ok(Self {
            config: held.config(base),
            held,
        })
    }

    /// The configuration of clients that act as the role.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The credentials.
    pub fn held(&self) -> &Held {
        &self.held
    }
}

#[derive(Debug)]
struct Call {
    sts: aws_sdk_sts::Client,
    role: String,
    session: String,
    duration: Option<i32>,
}

impl ProvideCredentials for Call {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let given = self.send().await;
            given.map_err(CredentialsError::provider_error)
        })
    }
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
