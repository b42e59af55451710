//! `framewright cloud serve`.

use cloud::Region;

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
    config.iam_propagation = args.iam_propagation;
    if let Some(account) = args.account {
        config.account = account;
        config.any_account = false;
    }
    let cloud = cloud::connect_or_open(config).await?;
    let key = cloud.administrator();
    let region = Region::default();
    let variables = [
        ("AWS_ENDPOINT_URL", cloud.endpoint()),
        ("AWS_ACCESS_KEY_ID", &key.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &key.secret_access_key),
        ("AWS_REGION", region.as_str()),
        ("AWS_DEFAULT_REGION", region.as_str()),
    ];
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
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    shown.result(
        &text,
        &serde_json::json!({ "endpoint": cloud.endpoint(), "environment": environment }),
    );
    interrupted().await;
    cloud.abandon().await;
    Ok(())
}
