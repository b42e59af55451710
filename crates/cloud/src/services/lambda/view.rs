//! Functions and layers as answers show them.

use std::collections::BTreeMap;

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::function::{Function, LayerVersion};
use super::name::LATEST;
use crate::api_error::ApiError;
use crate::response::{Response, document, empty};

/// In which moment of its life a function is shown. Nothing takes long here: a
/// change is complete by the time its answer is read, which still says what AWS says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Created,
    Updated,
    Settled,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Configuration<'a> {
    function_name: &'a str,
    function_arn: &'a str,
    runtime: &'a str,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<&'a str>,
    code_size: u64,
    description: &'a str,
    timeout: u32,
    memory_size: u32,
    last_modified: String,
    code_sha256: &'a str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Variables<'a>>,
    tracing_config: Value,
    revision_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<Layer<'a>>,
    #[serde(flatten)]
    state: State,
    package_type: &'static str,
    architectures: [&'a str; 1],
    ephemeral_storage: Value,
    snap_start: Value,
    runtime_version_config: Value,
    logging_config: Value,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Variables<'a> {
    variables: &'a BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Layer<'a> {
    arn: &'a str,
    code_size: u64,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_status_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_status_reason_code: Option<&'static str>,
}

const BEING_CREATED: &str = "The function is being created.";

impl State {
    fn at(moment: Moment) -> Self {
        match moment {
            Moment::Created => Self {
                state: "Pending",
                state_reason: Some(BEING_CREATED),
                state_reason_code: Some("Creating"),
                ..Self::default()
            },
            Moment::Updated => Self {
                state: "Active",
                last_update_status: Some("InProgress"),
                last_update_status_reason: Some(BEING_CREATED),
                last_update_status_reason_code: Some("Creating"),
                ..Self::default()
            },
            Moment::Settled => Self {
                state: "Active",
                last_update_status: Some("Successful"),
                ..Self::default()
            },
        }
    }
}

/// A function's configuration.
pub(super) fn configuration(function: &Function, moment: Moment) -> Configuration<'_> {
    Configuration {
        function_name: &function.name,
        function_arn: &function.arn,
        runtime: &function.runtime,
        role: &function.role,
        handler: function.handler.as_deref(),
        code_size: function.code.size,
        description: &function.description,
        timeout: function.timeout_seconds,
        memory_size: function.memory_mib,
        last_modified: date(function.modified_at),
        code_sha256: &function.code.sha256,
        version: LATEST,
        environment: function
            .variables
            .as_ref()
            .map(|variables| Variables { variables }),
        tracing_config: json!({ "Mode": function.tracing_mode }),
        revision_id: &function.revision,
        layers: function
            .layers
            .iter()
            .map(|layer| Layer {
                arn: &layer.arn,
                code_size: layer.package.size,
            })
            .collect(),
        state: State::at(moment),
        package_type: "Zip",
        architectures: [&function.architecture],
        ephemeral_storage: json!({ "Size": function.scratch_mib }),
        snap_start: json!({ "ApplyOn": "None", "OptimizationStatus": "Off" }),
        runtime_version_config: json!({ "RuntimeVersionArn": runtime_version(function) }),
        logging_config: json!({
            "LogFormat": function.log_format,
            "LogGroup": function.log_group,
        }),
    }
}

/// The ARN of the runtime's version: the one that was pinned, or the one there is.
fn runtime_version(function: &Function) -> String {
    let region = function.arn.split(':').nth(3).unwrap_or_default();
    match &function.runtime_management.runtime_version_arn {
        Some(arn) => arn.clone(),
        None => format!("arn:aws:lambda:{region}::runtime:{}", function.runtime),
    }
}

/// A layer version. Its content is not offered for download.
pub(super) fn layer_version(layer: &LayerVersion) -> Value {
    let mut shown = json!({
        "Content": {
            "CodeSha256": layer.package.sha256,
            "CodeSize": layer.package.size,
        },
        "LayerArn": layer.layer_arn,
        "LayerVersionArn": layer.arn(),
        "Description": layer.description,
        "CreatedDate": date(layer.created_at),
        "Version": layer.version,
    });
    if !layer.runtimes.is_empty() {
        shown["CompatibleRuntimes"] = json!(layer.runtimes);
    }
    if !layer.architectures.is_empty() {
        shown["CompatibleArchitectures"] = json!(layer.architectures);
    }
    if let Some(license) = &layer.license {
        shown["LicenseInfo"] = json!(license);
    }
    shown
}

/// `2026-11-20T23:39:26.000+0000`
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// A JSON answer.
pub(super) fn json_response(
    status: StatusCode,
    body: &impl Serialize,
) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))?;
    Ok(document(status, "application/json", body))
}

/// An answer that says nothing but that it is done.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_spelled_as_lambda_does() {
        let at = "2026-11-20T23:39:26Z".parse().unwrap();
        assert_eq!(date(at), "2026-11-20T23:39:26.000+0000");
    }
}
