//! `framewright cloud serve`.

use cloud::{Access, Metadata, MetadataEndpoint, Region};

use super::interrupted;
use crate::args::Serve;
use crate::error::CliError;
use crate::show::Shown;
use crate::target;

/// Runs the embedded cloud until interrupted.
pub(crate) async fn run(args: Serve) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let mut config = target::configuration(&args.cloud)?;
    config.port = args.port;
    let region = args.region.clone().unwrap_or_default();
    config.region = region.clone();
    config.iam_propagation = args.iam_propagation;
    if let Some(account) = args.account {
        config.account = account;
        config.any_account = false;
    }
    let cloud = cloud::connect_or_open(config).await?;
    let metadata = match metadata(&args, &cloud, &region).await {
        Ok(metadata) => metadata,
        Err(error) => {
            cloud.abandon().await;
            return Err(error);
        }
    };
    let variables = variables(&cloud, metadata.as_ref(), &region);
    let exports: Vec<_> = variables
        .iter()
        .map(|(name, value)| format!("export {name}={value}"))
        .collect();
    let text = format!(
        "The embedded cloud listens on {}\n\n{}",
        cloud.endpoint(),
        exports.join("\n")
    );
    let environment: serde_json::Map<_, _> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
        .collect();
    shown.result(
        &text,
        &serde_json::json!({ "endpoint": cloud.endpoint(), "environment": environment }),
    );
    interrupted().await;
    if let Some(metadata) = metadata {
        metadata.shutdown().await;
    }
    cloud.abandon().await;
    Ok(())
}

async fn metadata(
    args: &Serve,
    cloud: &Access,
    region: &Region,
) -> Result<Option<MetadataEndpoint>, CliError> {
    let of = match (&args.instance_profile, &args.task_role) {
        (Some(profile), _) => Metadata::Instance(profile.clone()),
        (None, Some(role)) => Metadata::Task(role.clone()),
        (None, None) => return Ok(None),
    };
    let administrator = target::asking(cloud, region.clone());
    let endpoint = MetadataEndpoint::start(administrator, &of, args.credentials_lifetime).await?;
    Ok(Some(endpoint))
}

/// What a program needs: a role's, where there is one, finds its own keys.
fn variables(
    cloud: &Access,
    metadata: Option<&MetadataEndpoint>,
    region: &Region,
) -> Vec<(&'static str, String)> {
    let mut variables = vec![("AWS_ENDPOINT_URL", cloud.endpoint().to_owned())];
    match metadata {
        Some(metadata) => variables.extend_from_slice(metadata.variables()),
        None => {
            let key = cloud.administrator();
            variables.push(("AWS_ACCESS_KEY_ID", key.access_key_id.clone()));
            variables.push(("AWS_SECRET_ACCESS_KEY", key.secret_access_key.clone()));
        }
    }
    variables.push(("AWS_REGION", region.to_string()));
    variables.push(("AWS_DEFAULT_REGION", region.to_string()));
    variables
}
