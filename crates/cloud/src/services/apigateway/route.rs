//! Which call a method and a path mean.

use crate::api_error::ApiError;
use crate::incoming::{Head, percent_decoded};

/// A call, with what its path names: the API, then the part of it.
#[expect(clippy::enum_variant_names, reason = "AWS's own names")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    CreateApi,
    GetApis,
    GetApi(String),
    DeleteApi(String),
    CreateIntegration(String),
    GetIntegrations(String),
    GetIntegration(String, String),
    DeleteIntegration(String, String),
    CreateRoute(String),
    GetRoutes(String),
    GetRoute(String, String),
    DeleteRoute(String, String),
    CreateStage(String),
    GetStages(String),
    GetStage(String, String),
    DeleteStage(String, String),
}

impl Route {
    /// The call that a request's head means.
    ///
    /// # Errors
    /// `NotImplemented` for paths that mean no call of this cloud.
    pub(super) fn of(head: &Head) -> Result<Self, ApiError> {
        let segments: Vec<String> = head
            .raw_path()
            .trim_matches('/')
            .split('/')
            .map(percent_decoded)
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let own = |text: &str| text.to_owned();
        Ok(match (head.method.as_str(), segments.as_slice()) {
            ("POST", ["v2", "apis"]) => Self::CreateApi,
            ("GET", ["v2", "apis"]) => Self::GetApis,
            ("GET", ["v2", "apis", api]) => Self::GetApi(own(api)),
            ("DELETE", ["v2", "apis", api]) => Self::DeleteApi(own(api)),
            ("POST", ["v2", "apis", api, "integrations"]) => Self::CreateIntegration(own(api)),
            ("GET", ["v2", "apis", api, "integrations"]) => Self::GetIntegrations(own(api)),
            ("GET", ["v2", "apis", api, "integrations", id]) => {
                Self::GetIntegration(own(api), own(id))
            }
            ("DELETE", ["v2", "apis", api, "integrations", id]) => {
                Self::DeleteIntegration(own(api), own(id))
            }
            ("POST", ["v2", "apis", api, "routes"]) => Self::CreateRoute(own(api)),
            ("GET", ["v2", "apis", api, "routes"]) => Self::GetRoutes(own(api)),
            ("GET", ["v2", "apis", api, "routes", id]) => Self::GetRoute(own(api), own(id)),
            ("DELETE", ["v2", "apis", api, "routes", id]) => Self::DeleteRoute(own(api), own(id)),
            ("POST", ["v2", "apis", api, "stages"]) => Self::CreateStage(own(api)),
            ("GET", ["v2", "apis", api, "stages"]) => Self::GetStages(own(api)),
            ("GET", ["v2", "apis", api, "stages", name]) => Self::GetStage(own(api), own(name)),
            ("DELETE", ["v2", "apis", api, "stages", name]) => {
                Self::DeleteStage(own(api), own(name))
            }
            (method, _) => {
                let call = format!("API Gateway call {method} {}", head.raw_path());
                return Err(ApiError::not_implemented(&call));
            }
        })
    }
}
