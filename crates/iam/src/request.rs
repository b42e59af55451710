//! One question to the policies.

use std::fmt;
use std::str::FromStr;

use crate::{AccountId, Action, Arn, ArnError, Caller, Context};

/// What a request acts on.
#[derive(Clone, PartialEq, Eq)]
pub struct Resource(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Unnamed,
    // The parts before the resource are compared without regard to case.
    Arn { arn: Arn, lower_head: [Box<str>; 4] },
}

impl Resource {
    /// The resource of an action that has no resource type: `*`.
    ///
    /// Only a literal `*` in a policy covers it.
    pub const UNNAMED: Self = Self(Kind::Unnamed);

    /// The resource's ARN; `None` for [`Resource::UNNAMED`].
    pub fn arn(&self) -> Option<&Arn> {
        match &self.0 {
            Kind::Unnamed => None,
            Kind::Arn { arn, .. } => Some(arn),
        }
    }

    /// The ARN, or `*`.
    pub fn as_str(&self) -> &str {
        self.arn().map_or("*", Arn::as_str)
    }

    /// Partition, service, region and account in lower case.
    pub(crate) fn lower_head(&self) -> Option<(&[Box<str>; 4], &Arn)> {
        match &self.0 {
            Kind::Unnamed => None,
            Kind::Arn { arn, lower_head } => Some((lower_head, arn)),
        }
    }
}

impl From<Arn> for Resource {
    fn from(arn: Arn) -> Self {
        let lower = |part: &str| part.to_ascii_lowercase().into_boxed_str();
        let lower_head = [
            lower(arn.partition()),
            lower(arn.service()),
            lower(arn.region()),
            lower(arn.account()),
        ];
        Self(Kind::Arn { arn, lower_head })
    }
}

impl FromStr for Resource {
    type Err = ArnError;

    /// Reads an ARN or `*`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" {
            Ok(Self::UNNAMED)
        } else {
            Arn::parse(text).map(Self::from)
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One decision to take: may `caller` do `action` on `resource`, which `resource_account` owns?
///
/// The context is closed: nothing is derived from the other fields, a key that it lacks is absent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// What for.
    pub action: Action,
    /// On what.
    pub resource: Resource,
    /// The account that owns the resource; for [`Resource::UNNAMED`] the one that is asked.
    pub resource_account: AccountId,
    /// The condition keys.
    pub context: Context,
}

impl Request {
    /// Whether the caller's account owns the resource.
    pub fn is_same_account(&self) -> bool {
        self.caller.account() == Some(self.resource_account)
    }
}
