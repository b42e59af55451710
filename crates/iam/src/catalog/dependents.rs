//! Which other permissions an action's API call needs.

use crate::calls::{Need, When, calls};

/// A permission that a call needs besides the one of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependent {
    /// The action.
    pub action: &'static str,
    /// When it is needed, as it follows "where".
    pub when: &'static str,
}

/// What the calls that start with `action` need besides it, from the table of calls and, for services without
/// rows there, from one of our own.
pub fn dependents(action: &str) -> Vec<Dependent> {
    let mut found: Vec<Dependent> = Vec::new();
    let mut add = |dependent: Dependent| {
        if !found.contains(&dependent) {
            found.push(dependent);
        }
    };
    for call in calls() {
        let is_first = |need: &Need| need.action.eq_ignore_ascii_case(action);
        if call.needs.first().is_some_and(is_first) {
            for need in &call.needs[1..] {
                add(Dependent {
                    action: need.action,
                    when: when(need.when),
                });
            }
        }
    }
    for (first, dependent, when) in ELSEWHERE {
        if first.eq_ignore_ascii_case(action) {
            add(Dependent {
                action: dependent,
                when,
            });
        }
    }
    found
}

/// The circumstance in words.
pub(crate) fn when(when: When) -> &'static str {
    match when {
        When::Always => "always",
        When::Acl => "an ACL or a grant is sent",
        When::Tags => "tags are given",
        When::Version => "a version is named",
        When::NoVersion => "no version is named",
        When::SourceVersion => "the source names a version",
        When::NoSourceVersion => "the source names no version",
        When::CopiedTags => "the source's tags are copied",
        When::Retention => "a retention is sent",
        When::LegalHold => "a legal hold is sent",
        When::BypassGovernance => "governance retention is bypassed",
        When::ObjectLock => "object lock is enabled",
        When::Ownership => "object ownership is set",
        When::Kms => "the object is encrypted with a KMS key",
        When::SourceKms => "the source is encrypted with a KMS key",
        When::CodeInS3 => "the code comes from S3",
        When::Layers => "layers are named",
        When::Role => "a role is named",
        When::Vpc => "a VPC is named",
        When::SourceIdentity => "a source identity is set",
        When::FirstUse => "the service's linked role does not exist yet",
    }
}

// spec: iam/catalog#dependent-actions
const ELSEWHERE: [(&str, &str, &str); 12] = [
    (
        "ec2:RunInstances",
        "iam:PassRole",
        "an instance profile is named",
    ),
    ("ec2:RunInstances", "ec2:CreateTags", "tags are given"),
    ("ec2:AssociateIamInstanceProfile", "iam:PassRole", "always"),
    (
        "ec2:ReplaceIamInstanceProfileAssociation",
        "iam:PassRole",
        "always",
    ),
    (
        "ecs:RegisterTaskDefinition",
        "iam:PassRole",
        "a task or execution role is named",
    ),
    ("ecs:RunTask", "iam:PassRole", "a role is overridden"),
    ("ecs:StartTask", "iam:PassRole", "a role is overridden"),
    ("ecs:CreateService", "iam:PassRole", "a role is named"),
    ("events:PutTargets", "iam:PassRole", "a target names a role"),
    (
        "logs:PutSubscriptionFilter",
        "iam:PassRole",
        "a role is named",
    ),
    ("budgets:CreateBudgetAction", "iam:PassRole", "always"),
    (
        "cloudtrail:CreateTrail",
        "iam:PassRole",
        "logs are sent to CloudWatch",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::action;

    #[test]
    fn calls_name_what_else_they_need() {
        let of = |name| {
            dependents(name)
                .iter()
                .map(|one| one.action)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of("lambda:createfunction"),
            [
                "iam:PassRole",
                "lambda:GetLayerVersion",
                "lambda:TagResource",
                "s3:GetObject",
                "kms:Decrypt",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ]
        );
        assert_eq!(of("ec2:RunInstances"), ["iam:PassRole", "ec2:CreateTags"]);
        assert_eq!(of("s3:DeleteBucket"), [""; 0]);
        for (first, dependent, _) in ELSEWHERE {
            assert!(
                action(first).is_some() && action(dependent).is_some(),
                "{first}"
            );
        }
    }
}
