//! `framewright configure`.

mod origin;
mod usage;

use ::deploy::doctor::{self, Caller, Verdict};
use client::credentials::{self, Identity, ResolveError};
use client::env::Environment;
use cloud::Region;
use serde_json::json;

use crate::args::{Configure, Place, TargetName};
use crate::env_file::EnvFile;
use crate::error::CliError;
use crate::key_store::{KeyStore, KeyStoreError};
use crate::show::Shown;
use crate::target::{self, TargetError};
use origin::{Given, OriginError};

/// Where a key is verified if no region is named: every account has it.
const EVERYBODYS: &str = "us-east-1";

/// A key that is not kept. Nothing is written then.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ConfigureError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] KeyStoreError),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("nothing is written: {seen}")]
    NotVerified {
        seen: String,
        #[help]
        advice: Option<String>,
    },
}

/// Takes a key, asks AWS whose it is, and writes it where it belongs.
pub(crate) async fn run(args: Configure, file: &EnvFile) -> Result<(), CliError> {
    // What cannot be written must be known before anybody types a secret.
    let store = match (&args.place.profile, &args.key_file) {
        (Some(name), _) => KeyStore::profile(name.clone()),
        (None, Some(file)) => KeyStore::env_file(file.clone()),
        (None, None) => KeyStore::env_file(".env".into()),
    };
    let store = store.map_err(ConfigureError::Store)?;
    let given = origin::take(&args).map_err(ConfigureError::Origin)?;
    // Not before: what turns on a terminal writes over what is typed.
    let shown = Shown::new(args.output.json);
    shown.step("asking whose key it is");
    let (identity, finding) = Box::pin(verified(&args.place, &given)).await?;
    store
        .write(&given.key, given.region.as_deref())
        .map_err(ConfigureError::Store)?;
    let text = format!(
        "access key {} of {} is in {store}",
        given.key.id, identity.arn
    );
    shown.result(
        &text,
        &json!({
            "accessKeyId": given.key.id,
            "arn": identity.arn,
            "account": identity.account,
            "region": given.region,
            "writtenTo": store.to_string(),
        }),
    );
    if let Some(how) = usage::how(&args) {
        shown.note(&how);
    }
    let used = usage::warnings(&args, &given, file).await;
    for warning in finding.into_iter().chain(store.warnings()).chain(used) {
        shown.warning(&warning);
    }
    Ok(())
}

/// Whose key it is, with what its owner should know.
async fn verified(place: &Place, given: &Given) -> Result<(Identity, Option<String>), CliError> {
    let region = given.region.as_deref().unwrap_or(EVERYBODYS);
    let caller = match place.target {
        TargetName::Aws => {
            let environment = Environment::of_process();
            let config = credentials::with_key_on_aws(&environment, region, given.key.clone());
            doctor::caller(&config.await.map_err(ConfigureError::Resolve)?).await
        }
        TargetName::Embedded => {
            let named: Region = region.parse().map_err(TargetError::Region)?;
            let cloud = target::open(&place.embedded, named, 0).await?;
            let config = credentials::with_key(region, cloud.endpoint(), given.key.clone());
            let caller = doctor::caller(&config).await;
            cloud.finish().await;
            caller
        }
    };
    let finding = caller.finding();
    match caller {
        Caller::Known(identity) => {
            let is_advice = finding.verdict == Verdict::Advice;
            let advice = finding.advice.filter(|_| is_advice);
            Ok((identity, advice))
        }
        Caller::Throttled(reason) => Err(ConfigureError::NotVerified {
            seen: format!("AWS could not be asked whose key it is: {reason}"),
            advice: finding.advice,
        }
        .into()),
        Caller::Unanswered(reason) => Err(ConfigureError::NotVerified {
            seen: format!("nobody could be asked whose key it is: {reason}"),
            advice: Some(
                "`framewright doctor` tells what stands in the way of a connection".into(),
            ),
        }
        .into()),
        _ => Err(ConfigureError::NotVerified {
            seen: finding.seen,
            advice: finding.advice,
        }
        .into()),
    }
}
