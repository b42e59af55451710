//! What whoever runs setup and remove calls.

mod account;
mod policies;
mod roles;
mod user;

use super::{Call, Condition, Loss, Part, Resource};

/// The rows, file by file.
pub(super) const CALLS: [&[Call]; 4] = [policies::CALLS, roles::CALLS, user::CALLS, account::CALLS];

const fn setup(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
) -> Call {
    let without = Loss::Step("permissions setup");
    super::row(
        Part::Administrator,
        operations,
        action,
        resource,
        why,
        without,
    )
}

const fn remove(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
) -> Call {
    let without = Loss::Step("permissions remove");
    super::row(
        Part::Administrator,
        operations,
        action,
        resource,
        why,
        without,
    )
}

const TAGGED: &[Condition] = &[Condition::HasOurTag];
const TAGGING: &[Condition] = &[Condition::GivesOurTag];
const ATTACHED: &[Condition] = &[Condition::OwnPolicies];
