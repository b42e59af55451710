//! Users, groups, roles, instance profiles and managed policies.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::policy::Compiled;
use crate::identity::principals::Pinned;

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// What users and roles have in common: a name, an id, and policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Principal {
    pub(crate) name: String,
    /// Starts and ends with a slash.
    pub(crate) path: String,
    /// The whole ARN, path included.
    pub(crate) arn: String,
    /// `AIDA…` or `AROA…`; never given twice.
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) tags: Tags,
    /// The ARN of the managed policy that bounds it.
    pub(crate) boundary: Option<String>,
    #[serde(flatten)]
    pub(crate) policies: Policies,
}

/// What a user, group or role may do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Policies {
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, Compiled>,
    /// ARNs of attached managed policies.
    pub(crate) attached: BTreeSet<String>,
}

/// A user of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) principal: Principal,
    pub(crate) keys: Vec<AccessKey>,
}

/// A long-term key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) status: KeyStatus,
    pub(crate) created_at: Timestamp,
}

// The secret stays out of logs.
impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Whether requests may be signed with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyStatus {
    Active,
    Inactive,
}

/// A role of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) principal: Principal,
    pub(crate) description: Option<String>,
    pub(crate) max_session_seconds: u32,
    /// Who may assume it.
    pub(crate) trust: Pinned,
}

/// A group of the account: its policies count for its members.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: String,
    /// `AGPA…`.
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    #[serde(flatten)]
    pub(crate) policies: Policies,
    /// Ids of users.
    pub(crate) members: BTreeSet<String>,
}

/// What an EC2 instance is given in order to have a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InstanceProfile {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: String,
    /// `AIPA…`.
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) tags: Tags,
    /// The name of its role, of which it has one at most.
    // INVARIANT: the role exists.
    pub(crate) role: Option<String>,
}

/// A managed policy of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: String,
    /// `ANPA…`.
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) tags: Tags,
    /// The id of the version in force.
    // INVARIANT: one of `versions` has it.
    pub(crate) default_version: String,
    /// One to five, the oldest first.
    pub(crate) versions: Vec<PolicyVersion>,
    /// The number of the next version; numbers are never given twice.
    pub(crate) next_version: u32,
}

/// A version of a managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyVersion {
    /// `v1`, `v2`, …
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) document: Compiled,
}

impl ManagedPolicy {
    /// A version by its id.
    pub(crate) fn version(&self, id: &str) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// The version in force.
    pub(crate) fn in_force(&self) -> Option<&PolicyVersion> {
        self.version(&self.default_version)
    }
}
