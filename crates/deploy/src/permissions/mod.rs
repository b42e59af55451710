//! Roles, policies, users and keys of the system in an account.
//!
//! [`Desired`] is what there should be, generated from the table of calls. [`show`] prints it for people who apply
//! permissions by their own process. [`Setup`] compares it with an account, says what differs as a [`Plan`], and carries
//! that out; [`remove`] undoes it. [`check`] asks whether every row of the table would be allowed, and [`rotate`]
//! replaces an access key. Nothing without our tag is ever changed or removed.

mod caller;
pub mod check;
mod comparison;
mod desired;
mod function_role;
pub mod grant;
mod patience;
mod plan;
pub mod remove;
pub mod rotate;
mod setup;
pub mod show;
mod wanted;

pub use caller::{CALLERS, caller_policy, caller_role};
pub use desired::{Desired, ManagedPolicy, Role, TooLarge, User};
pub use function_role::execution_role;
pub use patience::patiently;
pub use plan::{Foreign, Plan, State, Step, What};
pub use setup::{MadeKey, Setup, SetupError};
pub use wanted::{Budget, CallerChoice, Wanted};

use crate::calls::Compute;

/// The managed policy of the render function's role.
pub const RENDER_POLICY: &str = "remotion-lambda-policy";
/// The managed policy of a user that deploys and renders.
pub const DEPLOY_POLICY: &str = "RemotionLambdaDeployPolicy";
/// The managed policy of the clip cutter's role.
pub const CLIP_POLICY: &str = "ffmpeg-clip-cutter-policy";

/// The managed policies that setup makes, as the documents name them.
pub const POLICY_NAMES: [&str; 6] = [
    RENDER_POLICY,
    DEPLOY_POLICY,
    caller_policy(None),
    caller_policy(Some(Compute::Ec2)),
    caller_policy(Some(Compute::Fargate)),
    CLIP_POLICY,
];

/// The execution role of the clip cutter.
pub const CLIP_ROLE: &str = "framewright-clip-role";

/// The budget that setup makes.
pub const BUDGET_NAME: &str = "framewright";

/// The description of an access key; AWS keeps it as a tag of the user whose key is the id.
pub const KEY_DESCRIPTION: &str = "Remotion video editor deployment";

/// The name of a role or user without its path.
pub(crate) fn last_name(path_and_name: &str) -> &str {
    path_and_name.rsplit('/').next().unwrap_or(path_and_name)
}

/// `/` or `/team/`: the path of a role by its path and name.
pub(crate) fn path_of(path_and_name: &str) -> String {
    let path = path_and_name.strip_suffix(last_name(path_and_name));
    format!("/{}", path.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{last_name, path_of};

    #[test]
    fn paths_and_names_come_apart() {
        assert_eq!(
            [last_name("team/render"), last_name("render")],
            ["render"; 2]
        );
        assert_eq!([path_of("team/render"), path_of("render")], ["/team/", "/"]);
    }
}
