//! Which call a method and a path mean.

use http::Method;

use super::name::FunctionName;
use crate::api_error::ApiError;
use crate::incoming::{Head, percent_decoded};

/// A call, with what its path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    CreateFunction,
    ListFunctions,
    GetFunction(FunctionName),
    DeleteFunction(FunctionName),
    GetFunctionConfiguration(FunctionName),
    UpdateFunctionConfiguration(FunctionName),
    UpdateFunctionCode(FunctionName),
    Invoke(FunctionName),
    InvokeWithResponseStream(FunctionName),
    PutFunctionEventInvokeConfig(FunctionName),
    GetFunctionEventInvokeConfig(FunctionName),
    UpdateFunctionEventInvokeConfig(FunctionName),
    DeleteFunctionEventInvokeConfig(FunctionName),
    AddPermission(FunctionName),
    RemovePermission {
        function: FunctionName,
        statement_id: String,
    },
    GetPolicy(FunctionName),
    PutRuntimeManagementConfig(FunctionName),
    PublishLayerVersion(String),
    GetLayerVersion {
        layer: String,
        version: String,
    },
    GetLayerVersionByArn,
    DeleteLayerVersion {
        layer: String,
        version: String,
    },
    ListLayerVersions(String),
    ListLayers,
    TagResource(String),
    UntagResource(FunctionName),
    ListTags(FunctionName),
    CreateEventSourceMapping,
    ListEventSourceMappings,
    GetEventSourceMapping(String),
    UpdateEventSourceMapping(String),
    DeleteEventSourceMapping(String),
}

impl Route {
    /// The call that a request's head means.
    ///
    /// # Errors
    /// `NotImplemented` for paths that mean no call of this cloud; a validation error for a
    /// function's name that cannot be.
    pub(super) fn of(head: &Head) -> Result<Self, ApiError> {
        let qualifier = head.query_parameter("Qualifier");
        let route = Self::find(&head.method, head.raw_path(), qualifier.as_deref())?;
        let is_search = head.query_parameter("find").as_deref() == Some("LayerVersion");
        Ok(match route {
            Self::ListLayers if is_search => Self::GetLayerVersionByArn,
            route => route,
        })
    }

    fn find(method: &Method, path: &str, qualifier: Option<&str>) -> Result<Self, ApiError> {
        let segments: Vec<String> = path
            .trim_matches('/')
            .split('/')
            .map(percent_decoded)
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let function =
            |identifier: &str| FunctionName::parse(identifier, qualifier.map(str::to_owned));
        Ok(match (method.as_str(), segments.as_slice()) {
            ("POST", ["2015-03-31", "functions"]) => Self::CreateFunction,
            ("GET", ["2015-03-31", "functions"]) => Self::ListFunctions,
            ("GET", ["2015-03-31", "functions", name]) => Self::GetFunction(function(name)?),
            ("DELETE", ["2015-03-31", "functions", name]) => Self::DeleteFunction(function(name)?),
            ("GET", ["2015-03-31", "functions", name, "configuration"]) => {
                Self::GetFunctionConfiguration(function(name)?)
            }
            ("PUT", ["2015-03-31", "functions", name, "configuration"]) => {
                Self::UpdateFunctionConfiguration(function(name)?)
            }
            ("PUT", ["2015-03-31", "functions", name, "code"]) => {
                Self::UpdateFunctionCode(function(name)?)
            }
            ("POST", ["2015-03-31", "functions", name, "invocations"]) => {
                Self::Invoke(function(name)?)
            }
            (
                "POST",
                [
                    "2021-11-15",
                    "functions",
                    name,
                    "response-streaming-invocations",
                ],
            ) => Self::InvokeWithResponseStream(function(name)?),
            ("PUT", ["2019-09-25", "functions", name, "event-invoke-config"]) => {
                Self::PutFunctionEventInvokeConfig(function(name)?)
            }
            ("GET", ["2019-09-25", "functions", name, "event-invoke-config"]) => {
                Self::GetFunctionEventInvokeConfig(function(name)?)
            }
            ("POST", ["2019-09-25", "functions", name, "event-invoke-config"]) => {
                Self::UpdateFunctionEventInvokeConfig(function(name)?)
            }
            ("DELETE", ["2019-09-25", "functions", name, "event-invoke-config"]) => {
                Self::DeleteFunctionEventInvokeConfig(function(name)?)
            }
            ("POST", ["2015-03-31", "functions", name, "policy"]) => {
                Self::AddPermission(function(name)?)
            }
            ("GET", ["2015-03-31", "functions", name, "policy"]) => {
                Self::GetPolicy(function(name)?)
            }
            ("DELETE", ["2015-03-31", "functions", name, "policy", statement]) => {
                Self::RemovePermission {
                    function: function(name)?,
                    statement_id: (*statement).to_owned(),
                }
            }
            ("PUT", ["2021-07-20", "functions", name, "runtime-management-config"]) => {
                Self::PutRuntimeManagementConfig(function(name)?)
            }
            ("POST", ["2018-10-31", "layers", name, "versions"]) => {
                Self::PublishLayerVersion((*name).to_owned())
            }
            ("GET", ["2018-10-31", "layers", name, "versions", version]) => Self::GetLayerVersion {
                layer: (*name).to_owned(),
                version: (*version).to_owned(),
            },
            ("DELETE", ["2018-10-31", "layers", name, "versions", version]) => {
                Self::DeleteLayerVersion {
                    layer: (*name).to_owned(),
                    version: (*version).to_owned(),
                }
            }
            ("GET", ["2018-10-31", "layers", name, "versions"]) => {
                Self::ListLayerVersions((*name).to_owned())
            }
            ("GET", ["2018-10-31", "layers"]) => Self::ListLayers,
            ("POST", ["2017-03-31", "tags", arn]) => Self::TagResource((*arn).to_owned()),
            ("DELETE", ["2017-03-31", "tags", arn]) => Self::UntagResource(function(arn)?),
            ("GET", ["2017-03-31", "tags", arn]) => Self::ListTags(function(arn)?),
            ("POST", ["2015-03-31", "event-source-mappings"]) => Self::CreateEventSourceMapping,
            ("GET", ["2015-03-31", "event-source-mappings"]) => Self::ListEventSourceMappings,
            ("GET", ["2015-03-31", "event-source-mappings", id]) => {
                Self::GetEventSourceMapping((*id).to_owned())
            }
            ("PUT", ["2015-03-31", "event-source-mappings", id]) => {
                Self::UpdateEventSourceMapping((*id).to_owned())
            }
            ("DELETE", ["2015-03-31", "event-source-mappings", id]) => {
                Self::DeleteEventSourceMapping((*id).to_owned())
            }
            _ => {
                let call = format!("Lambda call {method} {path}");
                return Err(ApiError::not_implemented(&call));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_in_paths_are_decoded() {
        let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3A\
                    function%3Af/invocations";
        let route = Route::find(&Method::POST, path, None).unwrap();
        let f = FunctionName {
            name: "f".into(),
            qualifier: None,
        };
        assert_eq!(route, Route::Invoke(f));
    }

    #[test]
    fn a_slash_at_the_end_means_nothing() {
        let route = Route::find(&Method::GET, "/2015-03-31/functions/", None).unwrap();
        assert_eq!(route, Route::ListFunctions);
    }

    #[test]
    fn what_is_lacking_is_named() {
        let error = Route::find(&Method::GET, "/2016-08-19/account-settings", None).unwrap_err();
        assert_eq!(error.code, "NotImplemented");
        assert!(error.message.contains("account-settings"));
    }
}
