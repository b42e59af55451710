//! Whose requests these are.
//!
//! Against AWS the identity is found as documented: Remotion's variables, then AWS's, then the
//! SDK's chain. Against an embedded cloud it is handed in, a key of that state, and nothing else
//! is looked at: see [`sources_in`] for what is ignored.

mod assumed_role;
mod choice;
mod held;
mod identity;
mod in_function;
mod missing;
mod profiles;
mod resolve;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

pub use assumed_role::{AssumeRoleError, AssumedRole};
pub use choice::{CredentialSource, IncompleteKey, KEYS, key_of, region as region_of, sources_in};
pub use held::Held;
pub use identity::{Identity, IdentityError, who_am_i};
pub use in_function::{NotInFunction, in_function};
pub use missing::{NoCredentials, Remedy};
pub use resolve::{ResolveError, Resolved, Wish, ca_bundle, resolve, with_key_on_aws};

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
