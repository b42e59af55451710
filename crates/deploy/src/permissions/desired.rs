//! What there should be in an account, generated from the table of calls.

use iam::limits::{LimitExceeded, Limits, check_size};

use super::wanted::{Budget, CallerChoice, Wanted};
use super::{CLIP_POLICY, CLIP_ROLE, DEPLOY_POLICY, RENDER_POLICY, caller_policy, caller_role};
use crate::calls::{Compute, Part, Scope};
use crate::policy::{self, Policy, Trusted};

/// A customer managed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// One of [`super::POLICY_NAMES`].
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The parts whose calls it allows.
    pub parts: Vec<Part>,
    /// What it says.
    pub document: Policy,
}

/// A role that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Path and name.
    pub name: String,
    /// What it is for.
    pub description: &'static str,
    /// Who may assume it.
    pub trust: Policy,
    /// The managed policies that it has.
    pub policies: Vec<&'static str>,
    /// Whether EC2 takes it: inside an instance profile of its name.
    pub instance_profile: bool,
}

/// A user that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// The managed policies that it has.
    pub policies: Vec<&'static str>,
}

/// Policies, roles and a user; what needs each other, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// The managed policies.
    pub policies: Vec<ManagedPolicy>,
    /// The roles that are made.
    pub roles: Vec<Role>,
    /// A role that exists already, by path and name, and the managed policies that it is given.
    pub existing_role: Option<(String, Vec<&'static str>)>,
    /// The user that is made.
    pub user: Option<User>,
    /// The budget.
    pub budget: Option<Budget>,
}

/// A generated policy is too large for its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the generated policy does not fit: {0}")]
pub struct TooLarge(#[from] LimitExceeded);

impl Desired {
    /// What `wanted` comes to.
    ///
    /// # Errors
    /// [`TooLarge`] if a policy would pass what AWS takes: names are long, or there are many layers.
    pub fn of(wanted: &Wanted) -> Result<Self, TooLarge> {
        let scope = wanted.scope();
        let managed = |name, description, parts: Vec<Part>| ManagedPolicy {
            name,
            description,
            document: policy::generate_all(&parts, scope),
            parts,
        };
        let mut policies = vec![managed(
            RENDER_POLICY,
            "What the render function calls with its execution role",
            vec![Part::RenderFunction, Part::OutputWriter],
        )];
        let lambda = || policy::trust(&Trusted::Service(Compute::Lambda.service(scope)));
        let mut roles = vec![Role {
            name: scope.render_role.clone(),
            description: "Execution role of the render function",
            trust: lambda(),
            policies: vec![RENDER_POLICY],
            instance_profile: false,
        }];
        if wanted.clip {
            policies.push(managed(
                CLIP_POLICY,
                "What the clip cutter calls with its execution role",
                vec![Part::ClipFunction],
            ));
            roles.push(Role {
                name: CLIP_ROLE.to_owned(),
                description: "Execution role of the clip cutter",
                trust: lambda(),
                policies: vec![CLIP_POLICY],
                instance_profile: false,
            });
        }
        let (mut user, mut existing_role) = (None, None);
        let parts = wanted.parts_of_caller();
        match &wanted.caller {
            CallerChoice::Nobody => {}
            CallerChoice::User => {
                policies.push(managed(
                    DEPLOY_POLICY,
                    "Policy for deploying and managing Remotion Lambda functions",
                    parts,
                ));
                user = Some(User {
                    name: scope.user.clone(),
                    policies: vec![DEPLOY_POLICY],
                });
            }
            CallerChoice::Made(_) | CallerChoice::Existing { .. } => policies.push(managed(
                wanted.caller.role_policy(),
                "What starts renders, follows them and fetches their output",
                parts,
            )),
        }
        match &wanted.caller {
            CallerChoice::Made(compute) => roles.push(Role {
                name: caller_role(*compute).to_owned(),
                description: "Starts renders, follows them and fetches their output",
                trust: policy::trust(&trusted(*compute, scope)),
                policies: vec![caller_policy(Some(*compute))],
                instance_profile: *compute == Compute::Ec2,
            }),
            CallerChoice::Existing { role, .. } => {
                existing_role = Some((role.clone(), vec![wanted.caller.role_policy()]));
            }
            CallerChoice::Nobody | CallerChoice::User => {}
        }
        let desired = Self {
            policies,
            roles,
            existing_role,
            user,
            budget: wanted.budget.clone(),
        };
        desired.sized()
    }

    fn sized(self) -> Result<Self, TooLarge> {
        let limits = Limits::DEFAULT;
        for policy in &self.policies {
            let size = policy.document.counted_characters();
            check_size(
                [size],
                limits.managed_policy,
                &format!("policy {}", policy.name),
            )?;
        }
        for role in &self.roles {
            let size = role.trust.counted_characters();
            check_size(
                [size],
                limits.trust_policy,
                &format!("the trust of role {}", role.name),
            )?;
        }
        Ok(self)
    }
}

/// Who assumes the role of a caller that runs on `compute`.
///
/// Tasks of everyone run behind one service, so its trust names the account; the other two vouch for whose role they
/// take.
fn trusted(compute: Compute, scope: &Scope) -> Trusted {
    let service = compute.service(scope);
    match compute {
        Compute::Lambda | Compute::Ec2 => Trusted::Service(service),
        Compute::Fargate => Trusted::ServiceFor {
            service,
            account: scope.account.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{CallerChoice, Desired, Wanted};
    use crate::calls::{Compute, Scope};

    fn desired(caller: CallerChoice) -> Desired {
        let scope = Scope::new("aws", "123456789012", "us-east-1");
        Desired::of(&Wanted::new(scope, caller).with_clip(true)).unwrap()
    }

    #[test]
    fn trust_is_the_callers_only() {
        let trust = |compute| {
            let desired = desired(CallerChoice::Made(compute));
            desired.roles.last().unwrap().trust.to_json()
        };
        assert!(trust(Compute::Lambda).contains("\"lambda.amazonaws.com\""));
        assert!(trust(Compute::Ec2).contains("\"ec2.amazonaws.com\""));
        assert!(trust(Compute::Fargate).contains("\"aws:SourceAccount\":\"123456789012\""));
    }

    #[test]
    fn an_existing_role_is_not_made() {
        let desired = desired(CallerChoice::Existing {
            role: "team/api".into(),
            compute: None,
        });
        assert!(desired.roles.iter().all(|role| role.name != "team/api"));
        assert_eq!(desired.existing_role.unwrap().0, "team/api");
    }

    #[test]
    fn what_does_not_fit_is_refused_before_anything_is_made() {
        let mut scope = Scope::new("aws", "123456789012", "us-east-1");
        let layer =
            |number| format!("arn:aws:lambda:us-east-1:123456789012:layer:l{number:0>99}:1");
        scope.layers = (0..40).map(layer).collect();
        let refused = Desired::of(&Wanted::new(scope, CallerChoice::User)).unwrap_err();
        assert!(refused.to_string().contains("6144"), "{refused}");
    }
}
