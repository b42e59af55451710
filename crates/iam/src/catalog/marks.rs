//! Which actions are deprecated, and which are permissions without an API call of their name.

/// Service, action, and what to do instead.
// spec: iam/catalog#deprecated
const DEPRECATED: [(&str, &str, &str); 6] = [
    (
        "lambda",
        "InvokeAsync",
        "`lambda:InvokeFunction` covers asynchronous invocations too",
    ),
    ("logs", "ListTagsLogGroup", "use `logs:ListTagsForResource`"),
    ("logs", "TagLogGroup", "use `logs:TagResource`"),
    ("logs", "UntagLogGroup", "use `logs:UntagResource`"),
    ("ec2", "RequestSpotFleet", "use `ec2:CreateFleet`"),
    ("ec2", "RequestSpotInstances", "use `ec2:RunInstances`"),
];

/// Service and action, ascending.
// spec: iam/catalog#permission-only
const PERMISSION_ONLY: [(&str, &str); 29] = [
    ("cloudwatch", "CallWithBearerToken"),
    ("cloudwatch", "Link"),
    ("ecr", "ReplicateImage"),
    ("ecs", "Poll"),
    ("ecs", "StartTelemetrySession"),
    ("events", "InvokeApiDestination"),
    ("events", "RetrieveConnectionCredentials"),
    ("iam", "PassRole"),
    ("kms", "ReEncryptFrom"),
    ("kms", "ReEncryptTo"),
    ("kms", "SynchronizeMultiRegionKey"),
    ("lambda", "DisableReplication"),
    ("lambda", "EnableReplication"),
    ("lambda", "InvokeFunctionUrl"),
    ("lambda", "PassCapacityProvider"),
    ("lambda", "PassNetworkConnector"),
    ("logs", "CallWithBearerToken"),
    ("logs", "Link"),
    ("logs", "Unmask"),
    ("s3", "BypassGovernanceRetention"),
    ("s3", "GetObjectVersionForReplication"),
    ("s3", "ObjectOwnerOverrideToBucketOwner"),
    ("s3", "ReplicateDelete"),
    ("s3", "ReplicateObject"),
    ("s3", "ReplicateTags"),
    ("sts", "GetServiceBearerToken"),
    ("sts", "SetContext"),
    ("sts", "SetSourceIdentity"),
    ("sts", "TagSession"),
];

pub(super) fn deprecated(service: &str, name: &str) -> Option<&'static str> {
    let is_it = |row: &&(&str, &str, &str)| (row.0, row.1) == (service, name);
    DEPRECATED.iter().find(is_it).map(|row| row.2)
}

pub(super) fn is_permission_only(service: &str, name: &str) -> bool {
    PERMISSION_ONLY.contains(&(service, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::service;

    #[test]
    fn every_mark_is_of_an_action() {
        let deprecated = DEPRECATED
            .iter()
            .map(|(service, name, _)| (*service, *name));
        for (prefix, name) in deprecated.chain(PERMISSION_ONLY) {
            assert!(
                service(prefix).unwrap().action(name).is_some(),
                "{prefix}:{name}"
            );
        }
    }
}
