//! What the execution environment tells the function about itself.

use std::env::var;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;

/// What the environment's variables say, read once.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    region: String,
    endpoint: Option<String>,
    credentials: Credentials,
}

/// The process is not in an execution environment.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not set or not readable: this program is started by AWS Lambda")]
pub(crate) struct MissingVariable(&'static str);

impl Environment {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`MissingVariable`] outside of an execution environment.
    pub(crate) fn read() -> Result<Self, MissingVariable> {
        let required = |name: &'static str| var(name).map_err(|_| MissingVariable(name));
        let optional = |name: &str| var(name).ok().filter(|value| !value.is_empty());
        Ok(Self {
            region: required("AWS_REGION")?,
            endpoint: optional("AWS_ENDPOINT_URL"),
            credentials: Credentials::new(
                required("AWS_ACCESS_KEY_ID")?,
                required("AWS_SECRET_ACCESS_KEY")?,
                optional("AWS_SESSION_TOKEN"),
                None,
                "ExecutionRole",
            ),
        })
    }

    /// The configuration of clients that act as the function's role.
    pub(crate) fn config(&self) -> SdkConfig {
        let credentials = SharedCredentialsProvider::new(self.credentials.clone());
        store::sdk_config(self.region.clone(), self.endpoint.as_deref(), credentials)
    }
}
