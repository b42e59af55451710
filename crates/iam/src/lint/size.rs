//! Sizes, held against the quota of the place that a document is meant for.

use std::fmt;
use std::str::FromStr;

use super::{Linter, Rule, Severity};
use crate::Span;
use crate::limits::Limits;
use crate::policy::Kind;

/// A place that a document is meant for; each has a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Home {
    /// A managed policy, also as a boundary.
    Managed,
    /// Inline in a user.
    User,
    /// Inline in a group.
    Group,
    /// Inline in a role.
    Role,
    /// A role's trust policy.
    Trust,
    /// A session policy.
    Session,
    /// A service or resource control policy.
    Organization,
    /// A bucket policy.
    Bucket,
    /// A function's policy.
    Function,
    /// A VPC endpoint's policy.
    Endpoint,
}

impl Home {
    /// Every place.
    pub const ALL: [Self; 10] = [
        Self::Managed,
        Self::User,
        Self::Group,
        Self::Role,
        Self::Trust,
        Self::Session,
        Self::Organization,
        Self::Bucket,
        Self::Function,
        Self::Endpoint,
    ];

    /// Where documents of a kind go if nothing else is said; the roomiest where there are several.
    pub fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Identity | Kind::Boundary => Self::Managed,
            Kind::Session => Self::Session,
            Kind::Scp | Kind::Rcp => Self::Organization,
            Kind::Resource => Self::Bucket,
            Kind::Trust => Self::Trust,
            Kind::Vpce => Self::Endpoint,
        }
    }

    /// The word for it, as commands take it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Trust => "trust",
            Self::Session => "session",
            Self::Organization => "organization",
            Self::Bucket => "bucket",
            Self::Function => "function",
            Self::Endpoint => "endpoint",
        }
    }

    /// What the quota is of.
    pub fn holder(self) -> &'static str {
        match self {
            Self::Managed => "a managed policy",
            Self::User => "all inline policies of a user",
            Self::Group => "all inline policies of a group",
            Self::Role => "all inline policies of a role",
            Self::Trust => "a role's trust policy",
            Self::Session => "a session policy",
            Self::Organization => "an organization's policy",
            Self::Bucket => "a bucket policy",
            Self::Function => "a function's policy",
            Self::Endpoint => "an endpoint's policy",
        }
    }

    /// The quota; none is documented for some places.
    // spec: iam/limits#sizes
    pub fn limit(self) -> Option<usize> {
        let limits = Limits::DEFAULT;
        Some(match self {
            Self::Managed => limits.managed_policy,
            Self::User => limits.user_inline,
            Self::Group => limits.group_inline,
            Self::Role => limits.role_inline,
            Self::Trust => limits.trust_policy,
            Self::Session => limits.session_policy,
            Self::Organization => limits.scp,
            Self::Bucket => limits.bucket_policy,
            Self::Function => limits.function_policy,
            Self::Endpoint => return None,
        })
    }

    /// What `text` takes of the quota: bytes or characters, white space counted or not, as AWS counts there.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Organization | Self::Bucket | Self::Function | Self::Endpoint => text.len(),
            _ => crate::policy::counted_characters(text),
        }
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no place for a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a place for a policy")]
pub struct HomeError(String);

impl FromStr for Home {
    type Err = HomeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|home| home.as_str() == text);
        found.ok_or_else(|| HomeError(text.to_owned()))
    }
}

/// What a document takes of its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The place.
    pub home: Home,
    /// What counts.
    pub counted: usize,
}

pub(super) fn check(linter: &mut Linter<'_>, home: Home) -> Size {
    let span = linter.document.span();
    let counted = home.count(span.of(linter.document.source()));
    let first = Span::new(span.start as usize, span.start as usize + 1);
    if let Some(limit) = home.limit().filter(|limit| counted > *limit) {
        let roomier = [Home::Group, Home::Managed, Home::Role]
            .into_iter()
            .find(|other| home.limit() < other.limit() && other.limit() >= Some(counted));
        let fix = match roomier {
            Some(other) if matches!(home, Home::User | Home::Group) => {
                format!(
                    "{} takes {}",
                    other.holder(),
                    other.limit().unwrap_or_default()
                )
            }
            _ => "split it, or shorten it with `framewright policies minimize`".to_owned(),
        };
        linter.find_with_fix(
            Rule::Size,
            Severity::Error,
            first,
            format!(
                "{counted} characters count, and {} takes {limit}",
                home.holder()
            ),
            fix,
        );
    }
    Size { home, counted }
}
