//! The rows.

use super::Template;

/// An API operation and the decisions that it needs.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Prefix of the service's actions: `s3`, `lambda`, `iam`, `sts`, `logs`, `servicequotas`, `account`, `budgets`,
    /// `sqs`, `apigateway`, `execute-api`.
    pub service: &'static str,
    /// The operation as the API model names it.
    pub operation: &'static str,
    /// The decisions in order; none where any valid credential may call.
    pub needs: &'static [Need],
}

/// One decision of a call.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// The action.
    pub action: &'static str,
    /// On what.
    pub resource: Template,
    /// Under which circumstance of the request.
    pub when: When,
    /// The condition keys that the request adds to the global ones; `/*` stands for one key per tag.
    pub keys: &'static [&'static str],
}

/// The circumstances of a request on which decisions depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Always.
    Always,
    /// An ACL or grant header is present.
    Acl,
    /// Tags are given.
    Tags,
    /// A version is named.
    Version,
    /// No version is named.
    NoVersion,
    /// The copy's source names a version.
    SourceVersion,
    /// The copy's source names no version.
    NoSourceVersion,
    /// A copy takes the source's tags along.
    CopiedTags,
    /// A retention header is present.
    Retention,
    /// A legal-hold header is present.
    LegalHold,
    /// Governance retention is to be bypassed.
    BypassGovernance,
    /// Object lock is enabled at creation.
    ObjectLock,
    /// Object ownership is set at creation.
    Ownership,
    /// The object is, or is to be, encrypted with a KMS key.
    Kms,
    /// What a copy reads is encrypted with a KMS key.
    SourceKms,
    /// Code comes from S3.
    CodeInS3,
    /// Layers are named: one decision for each.
    Layers,
    /// A role is named.
    Role,
    /// Subnets or security groups of a VPC are named.
    Vpc,
    /// A source identity is set.
    SourceIdentity,
    /// The service's linked role does not exist yet.
    FirstUse,
}

impl When {
    /// Whether the circumstance holds for a request that shows `circumstances`.
    ///
    /// The opposite of a circumstance holds wherever that is not shown, so that forgetting to say which of
    /// the two it is never drops a decision.
    fn holds_under(self, circumstances: &[Self]) -> bool {
        match self {
            Self::Always => true,
            Self::NoVersion => !circumstances.contains(&Self::Version),
            Self::NoSourceVersion => !circumstances.contains(&Self::SourceVersion),
            other => circumstances.contains(&other),
        }
    }
}

impl Call {
    /// The decisions for a request that shows these circumstances, in order.
    pub fn needs_under(&self, circumstances: &[When]) -> impl Iterator<Item = &'static Need> {
        self.needs
            .iter()
            .filter(move |need| need.when.holds_under(circumstances))
    }
}

impl Need {
    /// Whether a condition key of the request takes part in the decision.
    ///
    /// Global keys do, those that are listed, and for what IAM keeps its tags under IAM's own name.
    pub fn takes(&self, key: &str) -> bool {
        let kept_by_iam = matches!(
            self.resource,
            Template::User | Template::Role | Template::ManagedPolicy | Template::InstanceProfile
        );
        let listed = self
            .keys
            .iter()
            .any(|listed| match listed.strip_suffix('*') {
                Some(prefix) => begins(key, prefix),
                None => listed.eq_ignore_ascii_case(key),
            });
        listed || begins(key, "aws:") || (kept_by_iam && begins(key, "iam:ResourceTag/"))
    }

    /// Adds the circumstance on which the decision depends.
    pub(super) const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Adds the condition keys that the call brings.
    pub(super) const fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }
}

/// Whether a text begins with a prefix, whatever the case.
fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// A decision that is always needed and brings no keys.
pub(super) const fn need(action: &'static str, resource: Template) -> Need {
    Need {
        action,
        resource,
        when: When::Always,
        keys: &[],
    }
}

/// The row of an operation; `None` for one that the table lacks, which must be refused.
pub fn call(service: &str, operation: &str) -> Option<&'static Call> {
    let rows = TABLES
        .into_iter()
        .find(|rows| rows.first().is_some_and(|row| row.service == service))?;
    rows.iter().find(|row| row.operation == operation)
}

/// Every row, service by service.
pub fn calls() -> impl Iterator<Item = &'static Call> {
    TABLES.into_iter().flatten()
}

// INVARIANT: each holds the rows of one service.
const TABLES: [&[Call]; 11] = [
    super::iam::CALLS,
    super::sts::CALLS,
    super::s3::CALLS,
    super::lambda::CALLS,
    super::logs::CALLS,
    super::quotas::CALLS,
    super::account::CALLS,
    super::budgets::CALLS,
    super::sqs::CALLS,
    super::apigateway::CALLS,
    super::execute_api::CALLS,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Action;

    #[test]
    fn every_row_is_sound() {
        let mut seen = HashSet::new();
        for row in calls() {
            assert!(seen.insert((row.service, row.operation)), "{row:?} twice");
            assert!(std::ptr::eq(call(row.service, row.operation).unwrap(), row));
            for need in row.needs {
                Action::parse(need.action).unwrap();
                assert!(need.keys.iter().all(|key| key.contains(':')), "{row:?}");
            }
            // Whatever a request shows or forgets to show, a call that needs anything needs its own action.
            for circumstances in [
                &[][..],
                &[When::Version],
                &[When::SourceVersion],
                &[When::Acl, When::Tags],
            ] {
                let first = row.needs_under(circumstances).next();
                assert_eq!(first.is_some(), !row.needs.is_empty(), "{row:?}");
            }
        }
        assert!(call("s3", "Nonesuch").is_none() && call("ec2", "RunInstances").is_none());
    }

    #[test]
    fn what_the_catalog_gives_no_resource_is_decided_on_none() {
        // AWS's reference lists no resource type for it, its messages name the layer.
        let named_all_the_same = "lambda:ListLayerVersions";
        let needs = calls().flat_map(|row| row.needs);
        let odd: Vec<_> = needs
            .filter(|need| need.action != named_all_the_same)
            .filter(|need| {
                let known = crate::catalog::action(need.action)
                    .unwrap_or_else(|| panic!("{} is no action", need.action));
                let has_types = known.resource_types().next().is_some();
                (need.resource == Template::Unnamed) == has_types
            })
            .map(|need| need.action)
            .collect();
        assert!(odd.is_empty(), "{odd:?}");
    }

    #[test]
    fn a_decision_takes_its_own_keys_and_the_global_ones() {
        let attach = &call("iam", "AttachUserPolicy").unwrap().needs[0];
        for key in ["iam:policyarn", "aws:SourceIp", "iam:ResourceTag/team"] {
            assert!(attach.takes(key), "{key}");
        }
        assert!(!attach.takes("iam:PassedToService"));
        let group = &call("iam", "AddUserToGroup").unwrap().needs[0];
        assert!(!group.takes("iam:ResourceTag/team"));
    }

    #[test]
    fn only_what_reports_the_caller_needs_nothing() {
        let free: Vec<_> = calls()
            .filter(|row| row.needs.is_empty())
            .map(|row| row.operation)
            .collect();
        assert_eq!(free, ["GetCallerIdentity", "GetSessionToken"]);
    }
}
