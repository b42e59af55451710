//! Whose requests these are.
//!
//! Against AWS the identity is found as documented: Remotion's variables, then AWS's, then the
//! SDK's chain. Against an embedded cloud it is handed in, a key of that state, and nothing else
//! is looked at: see [`sources_in`] for what is ignored.

mod assumed_role;
mod choice;
mod identity;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

pub use assumed_role::{AssumeRoleError, AssumedRole};
pub use choice::{CredentialSource, IncompleteKey, region, sources_in};
pub use identity::{Identity, IdentityError, who_am_i};

use crate::env::Environment;
use choice::Choice;

/// An access key, handed in by whoever knows the state it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Public part.
    pub id: String,
    /// Secret part.
    pub secret: String,
    /// The session of a temporary key.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AccessKey({})", self.id)
    }
}

impl AccessKey {
    fn into_credentials(self) -> Credentials {
        Credentials::new(
            self.id,
            self.secret,
            self.session_token,
            None,
            "framewright",
        )
    }
}

/// The configuration of clients that use `key` at `endpoint`, and look at nothing else.
pub fn with_key(region: &str, endpoint: &str, key: AccessKey) -> SdkConfig {
    let credentials = SharedCredentialsProvider::new(key.into_credentials());
    store::sdk_config(region, Some(endpoint), credentials)
}

/// The configuration of clients that talk to AWS, and where its credentials come from.
///
/// No request is made; a chain or profile that yields nothing shows at the first call.
///
/// # Errors
/// [`IncompleteKey`] when one half of a key is set without the other.
pub async fn for_aws(
    environment: &Environment,
    region: &str,
) -> Result<(SdkConfig, CredentialSource), IncompleteKey> {
    let (choice, source) = choice::choose(environment)?;
    let settings = || {
        ProviderConfig::default()
            .with_http_client(store::http_client(None))
            .with_region(Some(Region::new(region.to_owned())))
    };
    let credentials = match choice {
        Choice::Key(key) => SharedCredentialsProvider::new(key.into_credentials()),
        Choice::Profile(name) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&settings())
                .profile_name(name)
                .build(),
        ),
        Choice::Chain => {
            let chain = DefaultCredentialsChain::builder().configure(settings());
            SharedCredentialsProvider::new(chain.build().await)
        }
    };
    Ok((store::sdk_config(region, None, credentials), source))
}
