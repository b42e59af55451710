//! What whoever runs setup and remove calls.

mod account;
mod policies;
mod roles;
mod user;

use super::{Call, Condition, Loss, Part, Resource};

/// The rows, file by file.
pub(super) const CALLS: [&[Call]; 4] = [policies::CALLS, roles::CALLS, user::CALLS, account::CALLS];

const SETUP: Loss = Loss::Step("permissions setup");
const REMOVE: Loss = Loss::Step("permissions remove");

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    let part = Part::Administrator;
    super::row(part, operations, action, resource, why, without)
}

const TAGGED: &[Condition] = &[Condition::HasOurTag];
const TAGGING: &[Condition] = &[Condition::GivesOurTag];
const ATTACHED: &[Condition] = &[Condition::OwnPolicies];
