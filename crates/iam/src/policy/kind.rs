//! The places a document can be meant for, and what the grammar asks of each.

use std::fmt;
use std::str::FromStr;

/// What a document is used as; the grammar differs in which elements it wants and forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Attached to, or inline in, a user, group or role.
    Identity,
    /// Caps what identity policies of a user or role can grant.
    Boundary,
    /// Passed when a session is made.
    Session,
    /// Service control policy of an organization.
    Scp,
    /// Resource control policy of an organization.
    Rcp,
    /// Attached to a resource other than a role: bucket, queue, topic, function, key.
    Resource,
    /// A role's trust policy.
    Trust,
    /// Policy of a VPC endpoint.
    Vpce,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Boundary,
        Self::Session,
        Self::Scp,
        Self::Rcp,
        Self::Resource,
        Self::Trust,
        Self::Vpce,
    ];

    /// The word for it, as commands take it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Vpce => "vpce",
        }
    }

    /// Whether statements must name a principal; where not, they must not.
    // spec: iam/grammar#principal
    pub(crate) fn has_principal(self) -> bool {
        match self {
            Self::Identity | Self::Boundary | Self::Session | Self::Scp => false,
            Self::Rcp | Self::Resource | Self::Trust | Self::Vpce => true,
        }
    }

    /// Whether `NotPrincipal` may stand for `Principal`.
    pub(crate) fn takes_not_principal(self) -> bool {
        matches!(self, Self::Resource | Self::Vpce)
    }

    /// Whether statements must name resources; a trust policy's are about its role alone.
    // spec: iam/grammar#resource
    pub(crate) fn has_resource(self) -> bool {
        self != Self::Trust
    }

    /// Whether the document may carry an `Id`.
    pub(crate) fn takes_id(self) -> bool {
        self.has_principal()
    }

    /// Whether the text is held to the characters that IAM takes.
    pub(crate) fn has_iam_characters(self) -> bool {
        matches!(
            self,
            Self::Identity | Self::Boundary | Self::Session | Self::Trust
        )
    }

    /// Whether a Sid is held to letters and digits and unique; services with policies of their own allow more.
    pub(crate) fn has_strict_sids(self) -> bool {
        !matches!(self, Self::Resource | Self::Vpce)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no kind of policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of policy")]
pub struct KindError(String);

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| KindError(text.to_owned()))
    }
}
