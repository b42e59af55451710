//! The embedded cloud, provisioned, and a client that acts as the trigger role.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_config::SdkConfig;
use client::credentials::{self, AccessKey, AssumedRole};
use client::env::{self, Environment};
use client::{Client, Installation};
use cloud::{Access, AccountId, Administrator, Config, Region, StateLocation};
use deploy::provision::{self, FunctionZip, Provisioned, Wanted};

use crate::args::EmbeddedCloud;
use crate::error::CliError;
use crate::locate;
use crate::show::Shown;

/// How the trigger role's sessions are named in the event history.
const SESSION_NAME: &str = "framewright-render";

/// The function's documented defaults.
const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// Everything that a render needs.
pub(crate) struct Session {
    pub(crate) cloud: Access,
    pub(crate) administrator: provision::Administrator,
    pub(crate) provisioned: Provisioned,
    role: AssumedRole,
    client: Client,
}

impl Session {
    /// Opens the cloud, provisions what is missing, and assumes the trigger role.
    pub(crate) async fn open(args: &EmbeddedCloud, shown: &Shown) -> Result<Self, CliError> {
        warn_of_ignored_keys(shown);
        let zip = FunctionZip::read(&locate::function_zip(args.function_zip.clone())?)?;
        let cloud = open(args, 0).await?;
        let config = administrator(&cloud);
        let administrator = provision::Administrator::new(&config);
        shown.step("provisioning");
        let function = FUNCTION.parse().map_err(|_| CliError::NoState)?;
        let provisioned = administrator
            .provision(&Wanted {
                function,
                zip,
                environment: function_environment(),
            })
            .await?;
        for change in &provisioned.changes {
            tracing::info!("{change}");
        }
        let role =
            AssumedRole::assume(&config, &provisioned.trigger_role_arn, SESSION_NAME, None).await?;
        let installation = Installation {
            function: FUNCTION.parse().map_err(|_| CliError::NoState)?,
            bucket: provisioned.scope.bucket.as_str().into(),
            account: provisioned.scope.account.clone(),
        };
        let client = Client::as_role(&role, installation);
        Ok(Self {
            cloud,
            administrator,
            provisioned,
            role,
            client,
        })
    }

    /// A client with nothing but the trigger role's temporary credentials.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The configuration of clients that act as the trigger role.
    pub(crate) fn as_trigger(&self) -> &SdkConfig {
        self.role.config()
    }

    /// The session's ARN, as the event history names it.
    pub(crate) fn identity(&self) -> String {
        let scope = &self.provisioned.scope;
        let role = self
            .provisioned
            .trigger_role_arn
            .rsplit('/')
            .next()
            .unwrap_or_default();
        format!(
            "arn:{}:sts::{}:assumed-role/{role}/{SESSION_NAME}",
            scope.partition, scope.account
        )
    }
}

/// Opens the cloud on the state that `args` names, or talks to the process that owns it.
pub(crate) async fn open(args: &EmbeddedCloud, port: u16) -> Result<Access, CliError> {
    let mut config = Config::new(
        account(),
        location(args)?,
        locate::sandbox_init(args.sandbox_init.clone())?,
    );
    config.port = port;
    Ok(cloud::connect_or_open(config).await?)
}

/// The folder of the state that `args` names, unless it is in memory.
pub(crate) fn state_folder(args: &EmbeddedCloud) -> Result<Option<PathBuf>, CliError> {
    Ok(match location(args)? {
        StateLocation::Folder(folder) => Some(folder),
        StateLocation::Memory => None,
    })
}

fn location(args: &EmbeddedCloud) -> Result<StateLocation, CliError> {
    Ok(match &args.state {
        Some(memory) if memory.as_os_str() == "memory" => StateLocation::Memory,
        // Functions run in folders of their own: what is relative here means something else there.
        Some(folder) => {
            StateLocation::Folder(std::path::absolute(folder).map_err(CliError::Runtime)?)
        }
        None => StateLocation::Folder(default_state()?),
    })
}

/// The account of AWS's own examples.
#[expect(clippy::expect_used, reason = "twelve digits")]
fn account() -> AccountId {
    "123456789012".parse().expect("an account id")
}

/// The configuration of clients that act as the cloud's administrator.
fn administrator(cloud: &Access) -> SdkConfig {
    let key = cloud.administrator();
    let key = AccessKey {
        id: key.access_key_id.clone(),
        secret: key.secret_access_key.clone(),
        session_token: None,
    };
    credentials::with_key(Region::default().as_str(), cloud.endpoint(), key)
}

/// Asks the cloud, as its administrator, what no SDK asks.
pub(crate) fn asking(cloud: &Access) -> Administrator {
    Administrator::new(
        cloud.endpoint(),
        cloud.administrator().clone(),
        Region::default(),
    )
}

fn default_state() -> Result<PathBuf, CliError> {
    let data = std::env::var_os("XDG_DATA_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let home = std::env::var_os("HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let data = data
        .or_else(|| home.map(|home| home.join(".local/share")))
        .ok_or(CliError::NoState)?;
    Ok(data.join("framewright"))
}

/// Faults that tests ask for reach the function as any variable would on AWS.
fn function_environment() -> BTreeMap<String, String> {
    let environment = Environment::of_process();
    let faults = environment.get(env::FAULT_POINTS);
    faults
        .map(|points| (env::FAULT_POINTS.name().to_owned(), points.to_owned()))
        .into_iter()
        .collect()
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
