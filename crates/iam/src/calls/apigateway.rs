//! API Gateway: actions are HTTP methods, resources are paths.

use super::table::need;
use super::{Call, Need, Template};

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "apigateway",
        operation,
        needs,
    }
}

const fn on_path(action: &'static str) -> Need {
    need(action, Template::ApiPath)
}

// spec: iam/calls#api-gateway
pub(super) const CALLS: &[Call] = &[
    row("CreateApi", &[on_path("apigateway:POST")]),
    row("GetApi", &[on_path("apigateway:GET")]),
    row("GetApis", &[on_path("apigateway:GET")]),
    row("DeleteApi", &[on_path("apigateway:DELETE")]),
    row("CreateIntegration", &[on_path("apigateway:POST")]),
    row("GetIntegration", &[on_path("apigateway:GET")]),
    row("GetIntegrations", &[on_path("apigateway:GET")]),
    row("DeleteIntegration", &[on_path("apigateway:DELETE")]),
    row("CreateRoute", &[on_path("apigateway:POST")]),
    row("GetRoute", &[on_path("apigateway:GET")]),
    row("GetRoutes", &[on_path("apigateway:GET")]),
    row("DeleteRoute", &[on_path("apigateway:DELETE")]),
    row("CreateStage", &[on_path("apigateway:POST")]),
    row("GetStage", &[on_path("apigateway:GET")]),
    row("GetStages", &[on_path("apigateway:GET")]),
    row("DeleteStage", &[on_path("apigateway:DELETE")]),
];
