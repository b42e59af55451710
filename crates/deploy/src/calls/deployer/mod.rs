//! What whoever deploys functions and sites calls.

mod account;
mod bucket;
mod function;
mod site;

use super::{Call, Loss, Part, Resource};

/// The rows, file by file.
pub(super) const CALLS: [&[Call]; 4] =
    [function::CALLS, bucket::CALLS, site::CALLS, account::CALLS];

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(Part::Deployer, operations, action, resource, why, without)
}
