//! The variables of a function's environment.

use std::collections::BTreeMap;
use std::path::Path;

use super::provision::Provision;
use super::wire::{Isolation, LAYER_ROOT, TASK_ROOT};

/// Variables that a customer may not set.
pub(crate) const RESERVED: [&str; 22] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// All variables of an environment. What the platform says goes before what the
/// customer says.
pub(super) fn environment(
    provision: &Provision,
    isolation: Isolation,
    runtime_api: &str,
    scratch: &Path,
) -> Vec<(String, String)> {
    let (task_root, layer_root) = roots(provision, isolation);
    let mut variables = BTreeMap::from(
        [
            // What a customer may change.
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
            (
                "PATH",
                format!("/usr/local/bin:/usr/bin:/bin:{layer_root}/bin"),
            ),
            (
                "LD_LIBRARY_PATH",
                format!("/var/runtime:{task_root}:{task_root}/lib:{layer_root}/lib"),
            ),
            ("AWS_ENDPOINT_URL", provision.endpoint.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if isolation == Isolation::Plain {
        variables.insert("TMPDIR".to_owned(), scratch.display().to_string());
    }
    variables.extend(provision.variables.iter().cloned());
    let credentials = &provision.credentials;
    let platform = [
        ("_HANDLER", provision.handler.clone()),
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.clone()),
        ("AWS_DEFAULT_REGION", provision.region.clone()),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            provision.memory_mib.to_string(),
        ),
        ("AWS_LAMBDA_FUNCTION_NAME", provision.function_name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", provision.version.clone()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", provision.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", provision.log_stream.clone()),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_REGION", provision.region.clone()),
        (
            "AWS_SECRET_ACCESS_KEY",
            credentials.secret_access_key.clone(),
        ),
        ("AWS_SESSION_TOKEN", credentials.session_token.clone()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("LAMBDA_TASK_ROOT", task_root),
    ];
    variables.extend(platform.map(|(name, value)| (name.to_owned(), value)));
    variables.into_iter().collect()
}

/// Where the function finds its code and its layers.
fn roots(provision: &Provision, isolation: Isolation) -> (String, String) {
    match isolation {
        Isolation::Namespaces => (TASK_ROOT.to_owned(), LAYER_ROOT.to_owned()),
        Isolation::Plain => (
            provision.code.display().to_string(),
            provision.layers.as_ref().map_or_else(
                || LAYER_ROOT.to_owned(),
                |layers| layers.display().to_string(),
            ),
        ),
    }
}

/// The programs that start the function, the first that exists.
pub(super) fn entries(provision: &Provision, isolation: Isolation) -> Vec<std::path::PathBuf> {
    let (task_root, layer_root) = roots(provision, isolation);
    [task_root, layer_root]
        .map(|root| Path::new(&root).join("bootstrap"))
        .into()
}
