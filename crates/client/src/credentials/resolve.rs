//! Credentials and region for AWS, in the documented order.

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

use super::choice::{self, Choice, CredentialSource, IncompleteKey};
use super::missing::Telling;
use super::profiles::{self, Profiles};
use super::{AccessKey, Held};
use crate::env::{self, Environment, Variable};

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
    /// A file of profiles cannot be read.
    #[error("the shared AWS files cannot be read: {0}")]
    Files(String),
    /// The shared files hold no such profile.
    #[error("there is no {from}: {}", known(.profiles))]
    NoProfile {
        /// What names it.
        from: CredentialSource,
        /// Those that there are.
        profiles: Vec<String>,
    },
    /// A variable names an endpoint that is none.
    #[error("`{variable}` is `{value}`, which is no http:// or https:// address")]
    Endpoint {
        /// The variable.
        variable: Variable,
        /// What it says.
        value: String,
    },
    /// Nothing names a region.
    #[error("no region is set: give one, or set `AWS_REGION`")]
    NoRegion,
    /// What names a region cannot be one.
    #[error("`{0}` cannot be a region: one is written like `us-east-1`")]
    Region(String),
}

fn known(profiles: &[String]) -> String {
    match profiles {
        [] => "the shared AWS files hold none".to_owned(),
        names => format!("the shared AWS files hold {}", names.join(", ")),
    }
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
/// that yields nothing shows at the first call.
///
/// # Errors
/// [`ResolveError`].
pub async fn resolve(environment: &Environment, wish: &Wish) -> Result<Resolved, ResolveError> {
    let chosen = choice::choose(environment, wish.profile.as_deref())?;
    let profiles = match Profiles::load().await {
        Ok(profiles) => profiles,
        // A key in variables needs no file.
        Err(_) if matches!(chosen.choice, Choice::Key(_)) => Profiles::default(),
        Err(reason) => return Err(ResolveError::Files(reason)),
    };
    let profile = match &chosen.choice {
        Choice::Profile(name) if profiles.has(name) => name.clone(),
        Choice::Profile(_) => {
            return Err(ResolveError::NoProfile {
                from: chosen.source,
                profiles: profiles.names(),
            });
        }
        // Always by name: the SDK takes an empty `AWS_PROFILE` for the name of a profile.
        Choice::Key(_) | Choice::Chain => environment
            .get(env::AWS_PROFILE)
            .unwrap_or(profiles::DEFAULT)
            .to_owned(),
    };
    endpoints(environment)?;
    let region = region(environment, wish, &profile).await?;
    let bundle = ca_bundle(environment)?;
    let http = store::outward_http_client(bundle.as_ref());
    let settings = ProviderConfig::default()
        .with_http_client(http.clone())
        .with_region(Some(Region::new(region.clone())));
    let signed_in_by = profiles.signed_in_by(&profile);
    let credentials = match chosen.choice {
        Choice::Key(key) => SharedCredentialsProvider::new(key.into_credentials()),
        Choice::Profile(name) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&settings)
                .profile_name(name)
                .build(),
        ),
        Choice::Chain => {
            let chain = DefaultCredentialsChain::builder()
                .configure(settings)
                .profile_name(&profile);
            SharedCredentialsProvider::new(chain.build().await)
        }
    };
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.clone()))
        .profile_name(profile)
        .no_credentials();
    let credentials = SharedCredentialsProvider::new(Telling {
        source: credentials,
        from: chosen.source.clone(),
        signed_in_by,
    });
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
    endpoints(environment)?;
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

/// The SDK passes over an address that it cannot read, and asks AWS itself.
fn endpoints(environment: &Environment) -> Result<(), ResolveError> {
    let variables = [
        env::AWS_ENDPOINT_URL,
        env::AWS_ENDPOINT_URL_STS,
        env::AWS_ENDPOINT_URL_LAMBDA,
        env::AWS_ENDPOINT_URL_S3,
        env::AWS_ENDPOINT_URL_IAM,
    ];
    for variable in variables {
        let value = environment.get(variable).unwrap_or("http://unset");
        let host = ["http://", "https://"]
            .iter()
            .find_map(|scheme| value.strip_prefix(scheme));
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
            let value = value.to_owned();
            return Err(ResolveError::Endpoint { variable, value });
        }
    }
    Ok(())
}

async fn region(
    environment: &Environment,
    wish: &Wish,
    profile: &str,
) -> Result<String, ResolveError> {
    let named = wish.region.as_deref().or(choice::region(environment));
    let region = match named {
        Some(region) => Some(region.to_owned()),
        None => {
            let of_profile = ProfileFileRegionProvider::builder().profile_name(profile);
            let region = of_profile.build().region().await;
            let region = region.map(|region| region.to_string());
            region.or_else(|| wish.fallback_region.clone())
        }
    };
    let region = region.ok_or(ResolveError::NoRegion)?;
    let is_letter =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if region.contains('-') && region.chars().all(is_letter) {
        Ok(region)
    } else {
        Err(ResolveError::Region(region))
    }
}
