//! Credentials and region for AWS, in the documented order.

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

use super::choice::{self, Choice, CredentialSource, IncompleteKey};
use super::{AccessKey, Held, missing};
use crate::env::{self, Environment};

/// What is asked for beside the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The region, before every variable.
    pub region: Option<String>,
    /// A profile, before every variable that names credentials.
    pub profile: Option<String>,
    /// The region where neither a variable nor a profile names one.
    pub fallback_region: Option<String>,
}

/// Where requests go, and whose they are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resolved {
    /// What clients are made from.
    pub config: SdkConfig,
    /// The credentials of `config`, to be forgotten when AWS says that they have expired.
    pub held: Held,
    /// The certificates that `config` trusts in place of the system's.
    pub bundle: Option<store::CaBundle>,
    /// The region of `config`.
    pub region: String,
    /// Where the credentials come from.
    pub source: CredentialSource,
    /// What the environment names too, and what is not used because of `source`.
    pub shadowed: Vec<CredentialSource>,
}

/// Credentials and region cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// One half of a key is set without the other.
    #[error(transparent)]
    Incomplete(#[from] IncompleteKey),
    /// `AWS_CA_BUNDLE` names a file that is no bundle of certificates.
    #[error("`AWS_CA_BUNDLE` is `{path}`, which cannot be used: {reason}")]
    CaBundle {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A profile is named that the shared files do not have.
    #[error("there is no {profile} in the shared AWS files: {known}")]
    NoProfile {
        /// The profile, and what names it.
        profile: CredentialSource,
        /// Those that there are, in words.
        known: String,
    },
    /// Nothing names a region.
    #[error("no region is set: give one, or set `AWS_REGION`")]
    NoRegion,
}

/// Finds credentials and region as documented.
///
/// | | credentials | region |
/// |---|---|---|
/// | 1 | the profile of `wish` | that of `wish` |
/// | 2 | `REMOTION_AWS_PROFILE` | `REMOTION_AWS_REGION` |
/// | 3 | `REMOTION_AWS_ACCESS_KEY_ID`, … | `AWS_REGION`, `AWS_DEFAULT_REGION` |
/// | 4 | `AWS_PROFILE` | the profile's |
/// | 5 | `AWS_ACCESS_KEY_ID`, … | the fallback of `wish` |
/// | 6 | the SDK's chain: shared files, web identity, container, instance | |
///
/// `AWS_ENDPOINT_URL` and its like for single services replace AWS's endpoints. No request is made: a chain or profile
/// that yields nothing shows at the first call; a profile that does not exist is refused.
///
/// # Errors
/// [`ResolveError`].
pub async fn resolve(environment: &Environment, wish: &Wish) -> Result<Resolved, ResolveError> {
    let chosen = choice::choose(environment, wish.profile.as_deref())?;
    let profile = match &chosen.choice {
        Choice::Profile(name) => Some(name.clone()),
        Choice::Key(_) | Choice::Chain => None,
    };
    if let Some(name) = &profile {
        missing::known_profile(name, &chosen.source).await?;
    }
    let region = region(environment, wish, profile.as_deref()).await;
    let region = region.ok_or(ResolveError::NoRegion)?;
    let bundle = ca_bundle(environment)?;
    let http = store::outward_http_client(bundle.as_ref());
    let settings = ProviderConfig::default()
        .with_http_client(http.clone())
        .with_region(Some(Region::new(region.clone())));
    let credentials = match chosen.choice {
        Choice::Key(key) => SharedCredentialsProvider::new(key.into_credentials()),
        Choice::Profile(name) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&settings)
                .profile_name(name)
                .build(),
        ),
        Choice::Chain => {
            let chain = DefaultCredentialsChain::builder().configure(settings);
            let chain = SharedCredentialsProvider::new(chain.build().await);
            SharedCredentialsProvider::new(missing::Chain(chain))
        }
    };
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .no_credentials();
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let held = Held::new(credentials, None);
    let shared = store::shared_settings(loader.load().await.into_builder(), http);
    Ok(Resolved {
        config: held.config(&shared.build()),
        held,
        bundle,
        region,
        source: chosen.source,
        shadowed: chosen.shadowed,
    })
}

/// The configuration of clients that use `key` on AWS, or on what `AWS_ENDPOINT_URL` puts in its place, and no other
/// credentials, whatever else is set.
///
/// # Errors
/// [`ResolveError::CaBundle`].
pub async fn with_key_on_aws(
    environment: &Environment,
    region: &str,
    key: AccessKey,
) -> Result<SdkConfig, ResolveError> {
    let http = store::outward_http_client(ca_bundle(environment)?.as_ref());
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .no_credentials();
    let credentials = SharedCredentialsProvider::new(key.into_credentials());
    let settings = store::shared_settings(loader.load().await.into_builder(), http);
    Ok(settings.credentials_provider(credentials).build())
}

/// The certificates of `AWS_CA_BUNDLE`, where that is set.
///
/// # Errors
/// [`ResolveError::CaBundle`].
pub fn ca_bundle(environment: &Environment) -> Result<Option<store::CaBundle>, ResolveError> {
    let Some(path) = environment.get(env::AWS_CA_BUNDLE) else {
        return Ok(None);
    };
    let broken = |reason: String| ResolveError::CaBundle {
        path: path.to_owned(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| broken(error.to_string()))?;
    let bundle = store::CaBundle::from_pem(pem).map_err(|error| broken(error.to_string()))?;
    Ok(Some(bundle))
}

async fn region(environment: &Environment, wish: &Wish, profile: Option<&str>) -> Option<String> {
    if let Some(region) = wish.region.as_deref().or(choice::region(environment)) {
        return Some(region.to_owned());
    }
    let mut of_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        of_profile = of_profile.profile_name(profile);
    }
    match of_profile.build().region().await {
        Some(region) => Some(region.to_string()),
        None => wish.fallback_region.clone(),
    }
}
