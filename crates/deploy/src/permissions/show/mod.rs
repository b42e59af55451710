//! Permissions as text, for people who apply them by their own process. Nothing here asks anybody.

mod cdk;
mod cloudformation;
mod commands;
mod explain;
mod terraform;

pub use cdk::cdk;
pub use cloudformation::{CAPABILITY, INLINE_LIMIT, cloudformation};
pub use commands::commands;
pub use explain::{Row, markdown, rows};
pub use terraform::terraform;

use super::Desired;
use crate::calls::{Part, Scope};
use crate::policy::generate_all;

impl Desired {
    /// The policy of one part by itself.
    #[must_use]
    pub fn of_part(part: Part, scope: &Scope) -> Self {
        let name = match part {
            Part::Administrator => "framewright-administrator-policy",
            Part::Auditor => "framewright-auditor-policy",
            Part::KeyRotator => "framewright-key-rotator-policy",
            Part::Deployer => super::DEPLOY_POLICY,
            Part::RenderFunction => super::RENDER_POLICY,
            Part::Trigger => super::caller_policy(scope.caller.compute()),
            Part::OutputWriter => "framewright-output-writer-policy",
            Part::ClipInvoker => "framewright-clip-invoker-policy",
            Part::ClipFunction => super::CLIP_POLICY,
            Part::Viewer => "framewright-viewer-policy",
            Part::Cleanup => "framewright-cleanup-policy",
        };
        let parts = vec![part];
        Self {
            policies: vec![super::ManagedPolicy {
                name,
                description: part.about().trim_end_matches('.'),
                document: generate_all(&parts, scope),
                parts,
            }],
            roles: Vec::new(),
            existing_role: None,
            user: None,
            budget: None,
        }
    }
}

/// `RemotionLambdaPolicy` of `remotion-lambda-policy`: a name for templates, letters and digits only.
fn logical(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    };
    words.map(capital).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::calls::{Compute, Scope};
    use crate::permissions::{CallerChoice, Desired, Wanted};

    /// Everything that can be desired at once, but for the caller.
    pub(crate) fn desired() -> Vec<Desired> {
        let scope = Scope::new("aws", "123456789012", "us-east-1");
        let callers = [
            CallerChoice::User,
            CallerChoice::Made(Compute::Lambda),
            CallerChoice::Made(Compute::Ec2),
            CallerChoice::Made(Compute::Fargate),
            CallerChoice::Existing {
                role: "team/api".into(),
                compute: None,
            },
        ];
        callers
            .into_iter()
            .map(|caller| Desired::of(&Wanted::new(scope.clone(), caller).with_clip(true)).unwrap())
            .collect()
    }

    #[test]
    fn names_for_templates_have_no_dashes() {
        assert_eq!(
            super::logical("remotion-lambda-policy"),
            "RemotionLambdaPolicy"
        );
    }
}
