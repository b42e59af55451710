//! Credentials that are not there.

use std::error::Error;

use aws_config::profile;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::os_shim_internal::{Env, Fs};

use super::{CredentialSource, ResolveError};

/// Nothing that was looked at holds credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no credentials were found: neither in the variables REMOTION_AWS_ACCESS_KEY_ID and AWS_ACCESS_KEY_ID, nor by \
     REMOTION_AWS_PROFILE and AWS_PROFILE, nor as the profile `default` of the files in ~/.aws, nor from a web identity, a \
     container or an instance; `framewright configure` stores a key, and each of those variables names one"
)]
pub struct NoCredentials;

impl NoCredentials {
    /// The lack of credentials among the causes of an error.
    pub fn among<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| (*error).source())
            .find_map(|error| error.downcast_ref())
    }
}

/// The SDK's chain, which says so when it ends without credentials.
#[derive(Debug)]
pub(super) struct Chain(pub(super) SharedCredentialsProvider);

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found: Result<Credentials, _> = self.0.provide_credentials().await;
            found.map_err(|error| match error {
                CredentialsError::CredentialsNotLoaded(_) => {
                    CredentialsError::not_loaded(NoCredentials)
                }
                other => other,
            })
        })
    }
}

/// Refuses a profile that the shared files do not have. What is wrong with the files shows at the first call.
pub(super) async fn known_profile(
    name: &str,
    source: &CredentialSource,
) -> Result<(), ResolveError> {
    let files = Default::default();
    let Ok(found) = profile::load(&Fs::real(), &Env::real(), &files, None).await else {
        return Ok(());
    };
    if found.get_profile(name).is_some() {
        return Ok(());
    }
    let mut names: Vec<String> = found.profiles().map(|name| format!("`{name}`")).collect();
    names.sort_unstable();
    Err(ResolveError::NoProfile {
        profile: source.clone(),
        known: if names.is_empty() {
            "they have none".to_owned()
        } else {
            format!("they have {}", names.join(", "))
        },
    })
}
