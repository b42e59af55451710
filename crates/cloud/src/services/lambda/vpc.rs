//! Functions in VPCs, which this cloud lacks: what Lambda makes sure of before it makes one is decided all the same.

use super::Lambda;
use super::fault::invalid;
use crate::api_error::ApiError;
use crate::authz::OfRole;
use crate::events::Trail;

/// What Lambda does with a function's role in a VPC.
const INTERFACES: [&str; 3] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
];

/// Why the function `name` with this role cannot be in a VPC: the role lacks a right, or there are no VPCs.
pub(super) fn refusal(lambda: &Lambda, trail: &Trail, name: &str, role: &str) -> ApiError {
    let may = |action: &str| {
        let asked = OfRole {
            action,
            resource: "*",
            region: lambda.home().region.as_str(),
            trail: Some(trail),
        };
        lambda.executions().role_may(name, role, &asked, None)
    };
    match INTERFACES.into_iter().find(|action| !may(action)) {
        Some(action) => {
            let call = action.trim_start_matches("ec2:");
            invalid(format!(
                "The provided execution role does not have permissions to call {call} on EC2"
            ))
        }
        None => invalid("this cloud has no VPCs"),
    }
}
