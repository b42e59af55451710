//! `framewright functions deploy`.

use client::env;
use deploy::buckets::{self, BucketName, Visibility};
use deploy::functions::{
    self, Claim, DEFAULT_DISK, DEFAULT_MEMORY, DEFAULT_TIMEOUT, Package, RuntimeUpdates, Settings,
    SettingsError, Vpc,
};
use deploy::{Account, Change, provision};

use crate::args::{FunctionSettings, FunctionsDeploy, Place, RuntimeUpdatesName};
use crate::commands::opened;
use crate::error::CliError;
use crate::locate;
use crate::project_file::{self, ProjectFile};
use crate::show::{Shown, changes_made};

/// Creates or updates the function.
pub(super) async fn run(args: FunctionsDeploy) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let project = project_file::read(".".as_ref())?;
    let settings = settings(&args.function, &project)?;
    let package = package(&args.function, &args.place)?;
    warn_without_tools(&package, &settings, &args.place, &shown);
    opened(&args.place, &shown, async |account| {
        let mut changes = Vec::new();
        let wanted = args.bucket.or(project.bucket).map(Into::into);
        shown.step("looking for the bucket");
        let visibility = visibility(args.function.public);
        let bucket = buckets::ensure(account, wanted.as_ref(), visibility, &mut changes).await?;
        let bucket = bucket.name;
        let role = render_role(
            account,
            &bucket,
            &settings,
            &args.function,
            &shown,
            &mut changes,
        )
        .await?;
        shown.step("deploying the function");
        let claim = Claim::Explicit;
        let deploying = functions::deploy(account, &bucket, &package, &settings, &role, claim);
        let deployed = Box::pin(deploying).await?;
        changes.extend(deployed.changes);
        let name = deployed.name;
        shown.result(
            &format!("{}function {name} is active", changes_made(&changes)),
            &serde_json::json!({ "function": name, "bucket": bucket.to_string(), "changes": changes }),
        );
        Ok(())
    })
    .await
}

/// What the options, and for the rest the project file, say about the function.
pub(in crate::commands) fn settings(
    args: &FunctionSettings,
    project: &ProjectFile,
) -> Result<Settings, SettingsError> {
    let mut settings = Settings::new(
        args.memory.or(project.memory).unwrap_or(DEFAULT_MEMORY),
        args.disk.or(project.disk).unwrap_or(DEFAULT_DISK),
        args.function_timeout
            .or(project.timeout)
            .unwrap_or(DEFAULT_TIMEOUT),
    )?;
    if args.no_log_group {
        settings.retention_days = None;
    } else if let Some(days) = args.retention_period {
        settings.retention_days = Some(days);
    }
    settings.layers.clone_from(&args.layers);
    settings.layers.extend(args.lambda_insights.clone());
    settings.runtime_updates = match args.runtime_updates {
        RuntimeUpdatesName::Auto => RuntimeUpdates::Auto,
        RuntimeUpdatesName::FunctionUpdate => RuntimeUpdates::FunctionUpdate,
    };
    settings.tags = args.tags.iter().cloned().collect();
    if !args.vpc_subnet_ids.is_empty() {
        settings.vpc = Some(Vpc {
            subnet_ids: args.vpc_subnet_ids.clone(),
            security_group_ids: args.vpc_security_group_ids.clone(),
        });
    }
    settings.kms_key_arn.clone_from(&args.kms_key_arn);
    if args.public {
        let variable = env::PUBLIC_OUTPUTS.name().to_owned();
        settings.environment.insert(variable, "1".to_owned());
    }
    Ok(settings)
}

/// The package that was given, or the zip beside this program.
pub(in crate::commands) fn package(
    args: &FunctionSettings,
    place: &Place,
) -> Result<Package, CliError> {
    Ok(match &args.package {
        Some(folder) => Package::open(folder)?,
        None => {
            let zip = place.embedded.function_zip.clone();
            Package::of_code(&locate::function_zip(zip)?)?
        }
    })
}

/// The render role: made or corrected by an administrator, taken as it is by others.
pub(in crate::commands) async fn render_role(
    account: &Account,
    bucket: &BucketName,
    settings: &Settings,
    args: &FunctionSettings,
    shown: &Shown,
    changes: &mut Vec<Change>,
) -> Result<String, CliError> {
    if let Some(arn) = &args.role_arn {
        return Ok(arn.clone());
    }
    shown.step("looking at the render role");
    let scope = provision::scope(account, bucket, &settings.function);
    match provision::render_role(account, &scope, changes).await {
        Ok(arn) => Ok(arn),
        Err(error) if error.is_denied() => {
            shown.warning(&format!(
                "the render role is taken as it is, since you do not manage roles: {error}"
            ));
            Ok(account.role_arn(provision::RENDER_ROLE))
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::commands) fn visibility(public: bool) -> Visibility {
    if public {
        Visibility::Public
    } else {
        Visibility::Private
    }
}

/// The embedded cloud's functions see this machine's Chrome and ffmpeg; those of AWS see what layers bring.
pub(in crate::commands) fn warn_without_tools(
    package: &Package,
    settings: &Settings,
    place: &Place,
    shown: &Shown,
) {
    if place.is_aws() && package.layers.is_empty() && settings.layers.is_empty() {
        shown.warning(
            "the function gets no layers, and so neither Chrome nor ffmpeg: `cargo xtask package --out DIR` makes them, \
             and --package DIR deploys them",
        );
    }
}
