//! What must hold for a permission to apply.

use super::scope::Scope;

/// The key and the value of the tag on everything that setup makes.
pub const TAG: (&str, &str) = ("framewright", "managed");

/// A condition of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// `aws:ResourceAccount` is our account: a bucket of the same name elsewhere does not count.
    OwnAccount,
    /// A role may be passed to Lambda, and to nothing else.
    PassedToLambda,
    /// A role may be passed to EC2, and to nothing else.
    PassedToEc2,
    /// Only the policies that setup makes may be attached and detached.
    OwnPolicies,
    /// What is made carries our tag.
    GivesOurTag,
    /// What is changed or removed carries our tag.
    HasOurTag,
    /// The key is used by S3, and by nothing else.
    ThroughS3,
}

/// A condition as a policy spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// For example `StringEquals`.
    pub operator: &'static str,
    /// For example `aws:ResourceAccount`.
    pub key: String,
    /// Any of these.
    pub values: Vec<String>,
}

impl Condition {
    /// The condition in `scope`.
    #[must_use]
    pub fn written(self, scope: &Scope) -> Written {
        let equals = |key: &str, values: Vec<String>| Written {
            operator: "StringEquals",
            key: key.to_owned(),
            values,
        };
        match self {
            Self::OwnAccount => equals("aws:ResourceAccount", vec![scope.account.clone()]),
            Self::PassedToLambda => equals(
                "iam:PassedToService",
                vec![super::Compute::Lambda.service(scope)],
            ),
            Self::PassedToEc2 => equals(
                "iam:PassedToService",
                vec![super::Compute::Ec2.service(scope)],
            ),
            Self::OwnPolicies => Written {
                operator: "ArnEquals",
                key: "iam:PolicyARN".to_owned(),
                values: super::Resource::OwnPolicies.arns(scope),
            },
            Self::GivesOurTag => {
                equals(&format!("aws:RequestTag/{}", TAG.0), vec![TAG.1.to_owned()])
            }
            Self::HasOurTag => equals(
                &format!("aws:ResourceTag/{}", TAG.0),
                vec![TAG.1.to_owned()],
            ),
            Self::ThroughS3 => equals(
                "kms:ViaService",
                vec![format!("s3.{}.{}", scope.region, scope.dns_suffix())],
            ),
        }
    }

    /// A value of the key under which the condition does not hold.
    #[must_use]
    pub fn refused_value(self) -> &'static str {
        match self {
            Self::OwnAccount => "999999999999",
            Self::PassedToLambda | Self::PassedToEc2 => "ecs.amazonaws.com",
            Self::OwnPolicies => "arn:aws:iam::aws:policy/AdministratorAccess",
            Self::GivesOurTag | Self::HasOurTag => "someone-else",
            Self::ThroughS3 => "secretsmanager.us-east-1.amazonaws.com",
        }
    }

    /// What the condition keeps out, in one sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::OwnAccount => "A bucket of a matching name in another account does not count.",
            Self::PassedToLambda => "The role goes to Lambda functions and to no other service.",
            Self::PassedToEc2 => "The role goes to EC2 instances and to no other service.",
            Self::OwnPolicies => "No policy but those that setup makes is attached or detached.",
            Self::GivesOurTag => "What is made carries the tag by which it is found again.",
            Self::HasOurTag => "What others made is neither changed nor removed.",
            Self::ThroughS3 => "The key opens objects and nothing else.",
        }
    }
}
