//! `ResourceHandlingOption`: which resources launching an instance needs.

use iam::Resource;

use super::invalid_input;
use crate::api_error::ApiError;

const SCENARIOS: [(&str, &[&str]); 4] = [
    (
        "EC2-VPC-InstanceStore",
        &["instance", "image", "security-group", "network-interface"],
    ),
    (
        "EC2-VPC-InstanceStore-Subnet",
        &[
            "instance",
            "image",
            "security-group",
            "network-interface",
            "subnet",
        ],
    ),
    (
        "EC2-VPC-EBS",
        &[
            "instance",
            "image",
            "security-group",
            "network-interface",
            "volume",
        ],
    ),
    (
        "EC2-VPC-EBS-Subnet",
        &[
            "instance",
            "image",
            "security-group",
            "network-interface",
            "subnet",
            "volume",
        ],
    ),
];

/// Checks that the resources of a scenario are all there.
///
/// # Errors
/// `InvalidInput` for an unknown scenario, or naming the kinds of resource that it lacks.
pub(super) fn check(name: &str, resources: &[Resource]) -> Result<(), ApiError> {
    let (_, needed) = SCENARIOS
        .iter()
        .find(|(scenario, _)| *scenario == name)
        .ok_or_else(|| invalid_input(&format!("Invalid ResourceHandlingOption: {name}")))?;
    let is_there = |kind: &str| {
        resources.iter().filter_map(Resource::arn).any(|arn| {
            let of_kind = arn.resource().split('/').next() == Some(kind);
            arn.service() == "ec2" && of_kind
        })
    };
    let lacking: Vec<&str> = needed
        .iter()
        .copied()
        .filter(|kind| !is_there(kind))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(invalid_input(&format!(
        "{name} needs resources that ResourceArns lacks: {}",
        lacking.join(", ")
    )))
}
