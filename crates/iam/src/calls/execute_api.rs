//! Requests to the APIs that API Gateway serves.

use super::table::need;
use super::{Call, Template};

// spec: iam/calls#api-gateway
pub(super) const CALLS: &[Call] = &[Call {
    service: "execute-api",
    operation: "Invoke",
    needs: &[need("execute-api:Invoke", Template::ApiMethod)],
}];
