//! The policies that take part in one decision.

use std::sync::Arc;

use crate::Policy;

/// The layers of policies that apply to a request, compiled.
///
/// A layer that is absent does not limit. Cloning shares the policies.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Policies of the caller: its own and its groups', inline and attached.
    pub identity: Vec<Arc<Policy>>,
    /// The caller's permissions boundary.
    pub boundary: Option<Arc<Policy>>,
    /// Session policies, where any were passed: together they cap the session.
    pub session: Option<Vec<Arc<Policy>>>,
    /// Service control policies of the caller's account, the root's first, down to the account's own.
    pub scp: Option<Vec<Level>>,
    /// Resource control policies of the resource's account, likewise. The policy that AWS attaches everywhere is implied.
    pub rcp: Vec<Level>,
    /// The policy of the resource; of a role to be assumed its trust policy.
    pub resource: Option<Arc<Policy>>,
    /// The policies of the VPC endpoint that the request came through.
    pub vpce: Option<Vec<Arc<Policy>>>,
    /// Switches outside the policy language.
    pub settings: Settings,
}

/// The policies attached at one level of an organization; any of them may allow.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// The root, organizational unit or account.
    pub target: Box<str>,
    /// What is attached there.
    pub policies: Vec<Arc<Policy>>,
}

/// Switches outside the policy language that take part in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// S3's `RestrictPublicBuckets`: a public bucket policy gives nothing to other accounts and unsigned callers.
    pub s3_restrict_public_buckets: bool,
}

/// A kind of policy as it takes part in decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Resource control policies.
    Rcp,
    /// Service control policies.
    Scp,
    /// VPC endpoint policies.
    Vpce,
    /// The resource's own policy.
    Resource,
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

impl Layer {
    /// Every layer, in the order in which they are asked.
    // spec: iam/evaluation-logic#order
    pub const ALL: [Self; 7] = [
        Self::Rcp,
        Self::Scp,
        Self::Vpce,
        Self::Resource,
        Self::Identity,
        Self::Boundary,
        Self::Session,
    ];

    /// The word for it in records and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rcp => "rcp",
            Self::Scp => "scp",
            Self::Vpce => "vpce",
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Boundary => "boundary",
            Self::Session => "session",
        }
    }
}
