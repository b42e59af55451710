//! Names of what setup makes for callers without an IAM user: callers of one kind take nothing from those of another.

use crate::calls::Compute;

/// What callers run on that setup makes roles for.
pub const CALLERS: [Compute; 3] = [Compute::Lambda, Compute::Ec2, Compute::Fargate];

/// The role that setup makes for callers on `compute`.
#[must_use]
pub const fn caller_role(compute: Compute) -> &'static str {
    match compute {
        Compute::Lambda => "framewright-caller-role",
        Compute::Ec2 => "framewright-instance-role",
        Compute::Fargate => "framewright-task-role",
    }
}

/// The managed policy of a role that starts renders; `None` for one of which nobody said what runs with it.
#[must_use]
pub const fn caller_policy(compute: Option<Compute>) -> &'static str {
    match compute {
        None | Some(Compute::Lambda) => "remotion-executionrole-policy",
        Some(Compute::Ec2) => "remotion-instance-policy",
        Some(Compute::Fargate) => "remotion-task-policy",
    }
}

/// What runs with the policy of that name, if it is a caller's.
pub(super) fn compute_of(policy: &str) -> Option<Compute> {
    CALLERS
        .into_iter()
        .find(|compute| caller_policy(Some(*compute)) == policy)
}
