//! What renders need: a function, a bucket, and a client that may use them.
//!
//! On the embedded cloud they are provisioned, and the client acts as the trigger role. On AWS they are found, and the
//! client acts as the caller.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use client::credentials::AssumedRole;
use client::env::{self, Environment};
use client::{Client, Installation, Sought};
use cloud::Access;
use deploy::Account;
use deploy::functions::{Package, Settings};
use deploy::provision::{self, Wanted};

use crate::args::{Place, Which};
use crate::caller;
use crate::error::CliError;
use crate::locate;
use crate::show::Shown;
use crate::target::{Target, TargetError};

/// How the trigger role's sessions are named in the event history.
const SESSION_NAME: &str = "framewright-render";

/// The function's documented defaults.
const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// Everything that a render needs.
pub(crate) struct Session {
    pub(crate) target: Target,
    client: Client,
    caller: SdkConfig,
    identity: String,
}

impl Session {
    /// Opens the target; on the embedded cloud provisions what is missing and assumes the trigger role, on AWS finds
    /// what is deployed.
    pub(crate) async fn open(
        place: &Place,
        which: &Which,
        shown: &Shown,
    ) -> Result<Self, CliError> {
        let target = Target::open(place, shown).await?;
        let opened = match target.embedded() {
            Some(cloud) => {
                let zip = place.embedded.function_zip.clone();
                Box::pin(provisioned(cloud, target.config(), zip, which, shown)).await
            }
            None => found(&target, which, shown).await,
        };
        match opened {
            Ok((client, caller, identity)) => Ok(Self {
                target,
                client,
                caller,
                identity,
            }),
            Err(error) => {
                target.finish().await;
                Err(error)
            }
        }
    }

    /// A client with the credentials that renders are made with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The configuration of clients that act as [`client`](Self::client) does.
    pub(crate) fn as_caller(&self) -> &SdkConfig {
        &self.caller
    }

    /// Who renders: the ARN as the event history names it.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }
}

type Opened = (Client, SdkConfig, String);

async fn provisioned(
    _cloud: &Access,
    config: &SdkConfig,
    zip: Option<std::path::PathBuf>,
    which: &Which,
    shown: &Shown,
) -> Result<Opened, CliError> {
    for (given, option) in [(&which.function, "--function"), (&which.bucket, "--bucket")] {
        if given.is_some() {
            return Err(TargetError::ForAws(option).into());
        }
    }
    let package = Package::of_code(&locate::function_zip(zip)?)?;
    let account = Account::open(config).await?;
    shown.step("provisioning");
    let function: client::FunctionName = FUNCTION.parse().map_err(|_| CliError::NoState)?;
    let mut settings = Settings::of(function.clone());
    settings.environment = function_environment();
    let wanted = Wanted { settings, package };
    let provisioned = provision::provision(&account, &wanted).await?;
    for change in &provisioned.changes {
        tracing::info!("{change}");
    }
    let role =
        AssumedRole::assume(config, &provisioned.trigger_role_arn, SESSION_NAME, None).await?;
    let scope = &provisioned.scope;
    let installation = Installation {
        function,
        bucket: scope.bucket.as_str().into(),
        account: scope.account.clone(),
    };
    let name = provisioned.trigger_role_arn.rsplit('/').next();
    let identity = format!(
        "arn:{}:sts::{}:assumed-role/{}/{SESSION_NAME}",
        scope.partition,
        scope.account,
        name.unwrap_or_default()
    );
    let client = Client::as_role(&role, installation);
    Ok((client, role.config().clone(), identity))
}

async fn found(target: &Target, which: &Which, shown: &Shown) -> Result<Opened, CliError> {
    shown.step("looking for the function and its bucket");
    let config = target.config();
    let identity = caller::identity(target).await?;
    let sought = Sought {
        function: which.function.clone(),
        bucket: which.bucket.clone(),
    };
    let installation = Installation::find(config, &identity.account, &sought).await?;
    tracing::info!(function = %installation.function, bucket = %installation.bucket, "found");
    let mut client = Client::new(config, installation);
    if let Some(resolved) = target.resolved() {
        client = client
            .renewing(&resolved.held)
            .trusting(resolved.bundle.clone());
    }
    Ok((client, config.clone(), identity.arn))
}

/// What tests ask of the function reaches it as any variable would on AWS.
fn function_environment() -> BTreeMap<String, String> {
    let environment = Environment::of_process();
    let asked = [env::FAULT_POINTS, env::MERGE_ABOVE].into_iter();
    asked
        .filter_map(|variable| {
            let value = environment.get(variable)?;
            Some((variable.name().to_owned(), value.to_owned()))
        })
        .collect()
}
