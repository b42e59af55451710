//! Where a command acts, opened: the embedded cloud as its administrator, or AWS as the caller.

use std::path::PathBuf;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use client::credentials::{self, AccessKey, NoCredentials, ResolveError, Resolved, Wish};
use client::env::{self, Environment};
use cloud::{Access, AccountId, Administrator, Config, Region, StateLocation};

use crate::args::{EmbeddedCloud, Place, TargetName};
use crate::error::CliError;
use crate::locate;
use crate::project_file::{self, ProjectFileError};
use crate::show::Shown;

/// Where a command acts.
#[derive(Debug)]
pub(crate) struct Target {
    config: SdkConfig,
    region: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Embedded(Box<Access>),
    Aws(Box<Resolved>),
}

/// A command cannot find out where to act.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum TargetError {
    #[error(transparent)]
    #[diagnostic(help(
        "`framewright help doctor` lists where credentials and region come from, in their order"
    ))]
    Resolve(#[from] ResolveError),
    #[error("{error}")]
    NoCredentials {
        error: Box<NoCredentials>,
        #[help]
        help: String,
    },
    #[error("no credentials")]
    Credentials(#[source] CredentialsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    ProjectFile(#[from] ProjectFileError),
    #[error(transparent)]
    Region(#[from] cloud::InvalidRegion),
    #[error("{0} is for AWS")]
    #[diagnostic(help("add --target aws, or leave it out"))]
    ForAws(&'static str),
}

impl TargetError {
    fn without_credentials(error: CredentialsError) -> Self {
        match NoCredentials::of(&error) {
            Some(told) => Self::NoCredentials {
                help: told.remedy().to_string(),
                error: Box::new(told.clone()),
            },
            None => Self::Credentials(error),
        }
    }
}

impl Target {
    /// Opens the embedded cloud, or talks to the process that owns its state, as that account's administrator; or
    /// resolves credentials and region of AWS, and gets the credentials from where they are.
    pub(crate) async fn open(place: &Place, shown: &Shown) -> Result<Self, CliError> {
        let target = Self::resolve(place, shown).await?;
        if let Some(resolved) = target.resolved() {
            let given = resolved.held.provide_credentials().await;
            given.map_err(TargetError::without_credentials)?;
        }
        Ok(target)
    }

    /// As [`open`](Self::open), but credentials that cannot be had show at the first call.
    pub(crate) async fn resolve(place: &Place, shown: &Shown) -> Result<Self, CliError> {
        match place.target {
            TargetName::Embedded => Self::open_embedded(place, shown).await,
            TargetName::Aws => Ok(Self::resolve_aws(place, shown).await?),
        }
    }

    async fn open_embedded(place: &Place, shown: &Shown) -> Result<Self, CliError> {
        if place.profile.is_some() {
            return Err(TargetError::ForAws("--profile").into());
        }
        warn_of_ignored_keys(shown);
        let region: Region = match &place.region {
            Some(region) => region.parse().map_err(TargetError::Region)?,
            None => Region::default(),
        };
        let cloud = open(&place.embedded, region.clone(), 0).await?;
        let config = administrator(&cloud, &region);
        Ok(Self {
            config,
            region: region.to_string(),
            kind: Kind::Embedded(Box::new(cloud)),
        })
    }

    async fn resolve_aws(place: &Place, shown: &Shown) -> Result<Self, TargetError> {
        let wish = Wish {
            region: place.region.clone(),
            profile: place.profile.clone(),
            fallback_region: project_file::read(".".as_ref())?.region,
        };
        let resolved = credentials::resolve(&Environment::of_process(), &wish).await?;
        for source in &resolved.shadowed {
            shown.warning(&format!(
                "credentials come from {}; {source} is set too and not used",
                resolved.source
            ));
        }
        tracing::info!(source = %resolved.source, region = resolved.region, "credentials");
        Ok(Self {
            config: resolved.config.clone(),
            region: resolved.region.clone(),
            kind: Kind::Aws(Box::new(resolved)),
        })
    }

    /// The configuration of clients with the caller's own credentials.
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The region that the command acts in.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// As people call it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Embedded(_) => "the embedded cloud",
            Kind::Aws(_) => "AWS",
        }
    }

    /// The embedded cloud, where that is the target.
    pub(crate) fn embedded(&self) -> Option<&Access> {
        match &self.kind {
            Kind::Embedded(cloud) => Some(cloud),
            Kind::Aws(_) => None,
        }
    }

    /// Where the caller's credentials on AWS come from.
    pub(crate) fn resolved(&self) -> Option<&Resolved> {
        match &self.kind {
            Kind::Aws(resolved) => Some(resolved),
            Kind::Embedded(_) => None,
        }
    }

    /// The folder where commands keep notes of what they began here; none where nothing outlives the process.
    pub(crate) fn notes_folder(&self, place: &Place) -> Result<Option<PathBuf>, CliError> {
        Ok(match self.kind {
            Kind::Embedded(_) => match location(&place.embedded)? {
                StateLocation::Folder(folder) => Some(folder),
                StateLocation::Memory => None,
            },
            // A container or a function may have no place that lasts: nothing to fail for.
            Kind::Aws(_) => {
                data_folder().map(|data| data.join("framewright-aws").join(self.region()))
            }
        })
    }

    /// The command is done: the embedded cloud serves on while other processes use it.
    pub(crate) async fn finish(self) {
        if let Kind::Embedded(cloud) = self.kind {
            cloud.finish().await;
        }
    }

    /// The command must go now; another process takes the embedded cloud over if it uses it.
    pub(crate) async fn abandon(self) {
        if let Kind::Embedded(cloud) = self.kind {
            cloud.abandon().await;
        }
    }
}

/// Opens the cloud on the state that `args` names, or talks to the process that owns it.
pub(crate) async fn open(
    args: &EmbeddedCloud,
    region: Region,
    port: u16,
) -> Result<Access, CliError> {
    let mut config = configuration(args)?;
    config.port = port;
    config.region = region;
    Ok(cloud::connect_or_open(config).await?)
}

/// What the cloud on the state that `args` names is opened with: it keeps the account that it has.
pub(crate) fn configuration(args: &EmbeddedCloud) -> Result<Config, CliError> {
    let mut config = Config::new(
        account(),
        location(args)?,
        locate::sandbox_init(args.sandbox_init.clone())?,
    );
    config.any_account = true;
    Ok(config)
}

/// Asks the cloud, as its administrator, what no SDK asks.
pub(crate) fn asking(cloud: &Access, region: Region) -> Administrator {
    Administrator::new(cloud.endpoint(), cloud.administrator().clone(), region)
}

fn location(args: &EmbeddedCloud) -> Result<StateLocation, CliError> {
    Ok(match &args.state {
        Some(memory) if memory.as_os_str() == "memory" => StateLocation::Memory,
        // Functions run in folders of their own: what is relative here means something else there.
        Some(folder) => {
            StateLocation::Folder(std::path::absolute(folder).map_err(CliError::Runtime)?)
        }
        None => StateLocation::Folder(data_folder().ok_or(CliError::NoState)?.join("framewright")),
    })
}

/// The account of AWS's own examples.
#[expect(clippy::expect_used, reason = "twelve digits")]
fn account() -> AccountId {
    "123456789012".parse().expect("an account id")
}

/// The configuration of clients that act as the cloud's administrator.
fn administrator(cloud: &Access, region: &Region) -> SdkConfig {
    let key = cloud.administrator();
    let key = AccessKey {
        id: key.access_key_id.clone(),
        secret: key.secret_access_key.clone(),
        session_token: None,
    };
    credentials::with_key(region.as_str(), cloud.endpoint(), key)
}

/// Where programs keep data of the user's.
fn data_folder() -> Option<PathBuf> {
    let folder = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
}

/// On this target only keys of its own state are ever used.
fn warn_of_ignored_keys(shown: &Shown) {
    let environment = Environment::of_process();
    let keys = [
        env::REMOTION_AWS_ACCESS_KEY_ID,
        env::AWS_ACCESS_KEY_ID,
        env::REMOTION_AWS_PROFILE,
        env::AWS_PROFILE,
    ];
    if let Some((variable, _)) = environment.first(&keys) {
        shown.warning(&format!(
            "{variable} is set and ignored: the embedded cloud has keys of its own"
        ));
    }
}
