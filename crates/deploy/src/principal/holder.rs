//! Who holds identity policies, and how each is asked for them.

use aws_sdk_iam::Client;

use super::reading::{ReadError, Reading};

/// A user, a group or a role, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    User(String),
    Group(String),
    Role(String),
}

/// The items of every page of a list; an empty list where it may not be read.
macro_rules! pages {
    ($reading:expr, $what:expr, $call:expr, $name:expr) => {{
        let pages = $call.into_paginator().items().send().try_collect().await;
        let items: Vec<_> = $reading.readable($what, pages)?.unwrap_or_default();
        items.into_iter().filter_map($name).collect()
    }};
}

impl Holder {
    fn shown(&self) -> String {
        match self {
            Self::User(name) => format!("the user `{name}`"),
            Self::Group(name) => format!("the group `{name}`"),
            Self::Role(name) => format!("the role `{name}`"),
        }
    }

    /// The names of the inline policies.
    pub(super) async fn inline_names(
        &self,
        iam: &Client,
        reading: &mut Reading,
    ) -> Result<Vec<String>, ReadError> {
        let what = &format!("which inline policies {} has", self.shown());
        Ok(match self {
            Self::User(name) => {
                let call = iam.list_user_policies().user_name(name);
                pages!(reading, what, call, Some)
            }
            Self::Group(name) => {
                let call = iam.list_group_policies().group_name(name);
                pages!(reading, what, call, Some)
            }
            Self::Role(name) => {
                let call = iam.list_role_policies().role_name(name);
                pages!(reading, what, call, Some)
            }
        })
    }

    /// An inline policy's document, as IAM encodes it.
    pub(super) async fn inline_document(
        &self,
        iam: &Client,
        policy: &str,
        reading: &mut Reading,
    ) -> Result<Option<String>, ReadError> {
        let what = &format!("the policy `{policy}` of {}", self.shown());
        Ok(match self {
            Self::User(name) => {
                let call = iam.get_user_policy().user_name(name).policy_name(policy);
                let answer = reading.readable(what, call.send().await)?;
                answer.map(|answer| answer.policy_document)
            }
            Self::Group(name) => {
                let call = iam.get_group_policy().group_name(name).policy_name(policy);
                let answer = reading.readable(what, call.send().await)?;
                answer.map(|answer| answer.policy_document)
            }
            Self::Role(name) => {
                let call = iam.get_role_policy().role_name(name).policy_name(policy);
                let answer = reading.readable(what, call.send().await)?;
                answer.map(|answer| answer.policy_document)
            }
        })
    }

    /// The ARNs of the attached managed policies.
    pub(super) async fn attached(
        &self,
        iam: &Client,
        reading: &mut Reading,
    ) -> Result<Vec<String>, ReadError> {
        let what = &format!("which managed policies {} has", self.shown());
        Ok(match self {
            Self::User(name) => {
                let call = iam.list_attached_user_policies().user_name(name);
                pages!(reading, what, call, |policy| policy.policy_arn)
            }
            Self::Group(name) => {
                let call = iam.list_attached_group_policies().group_name(name);
                pages!(reading, what, call, |policy| policy.policy_arn)
            }
            Self::Role(name) => {
                let call = iam.list_attached_role_policies().role_name(name);
                pages!(reading, what, call, |policy| policy.policy_arn)
            }
        })
    }

    /// The groups that it is in; only users are in any.
    pub(super) async fn groups(
        &self,
        iam: &Client,
        reading: &mut Reading,
    ) -> Result<Vec<Self>, ReadError> {
        let Self::User(name) = self else {
            return Ok(Vec::new());
        };
        let what = &format!("which groups {} is in", self.shown());
        let call = iam.list_groups_for_user().user_name(name);
        let names: Vec<String> = pages!(reading, what, call, |group| Some(group.group_name));
        Ok(names.into_iter().map(Self::Group).collect())
    }

    /// The ARN of its permissions boundary; nothing if it has none, and nothing with a note if that is unknown.
    pub(super) async fn boundary(
        &self,
        iam: &Client,
        reading: &mut Reading,
    ) -> Result<Option<String>, ReadError> {
        let what = &format!("the permissions boundary of {}", self.shown());
        let boundary = match self {
            Self::Group(_) => None,
            Self::User(name) => {
                let answer = iam.get_user().user_name(name).send().await;
                let answer = reading.readable(what, answer)?;
                answer.and_then(|answer| answer.user?.permissions_boundary)
            }
            Self::Role(name) => {
                let answer = iam.get_role().role_name(name).send().await;
                let answer = reading.readable(what, answer)?;
                answer.and_then(|answer| answer.role?.permissions_boundary)
            }
        };
        Ok(boundary.and_then(|boundary| boundary.permissions_boundary_arn))
    }
}
