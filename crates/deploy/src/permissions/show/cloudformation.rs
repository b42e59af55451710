//! A CloudFormation template.

use serde_json::{Map, Value, json};

use super::logical;
use crate::calls::TAG;
use crate::permissions::{Desired, last_name, path_of};

/// What whoever deploys the template must acknowledge.
pub const CAPABILITY: &str = "CAPABILITY_NAMED_IAM";

/// A template that is passed in the request itself may have as many bytes.
pub const INLINE_LIMIT: usize = 51_200;

/// The template as JSON. It makes resources with names of their own, so it needs [`CAPABILITY`].
///
/// A policy for a role that exists names that role. Access keys are not made: templates keep no secrets.
#[must_use]
pub fn cloudformation(desired: &Desired) -> Value {
    let tags = json!([{ "Key": TAG.0, "Value": TAG.1 }]);
    let refs = |policies: &[&str]| -> Value {
        policies
            .iter()
            .map(|name| json!({ "Ref": logical(name) }))
            .collect()
    };
    let mut resources = Map::new();
    for policy in &desired.policies {
        let mut properties = json!({
            "ManagedPolicyName": policy.name,
            "Description": policy.description,
            "PolicyDocument": policy.document.to_value(),
        });
        if let Some((role, policies)) = &desired.existing_role
            && policies.contains(&policy.name)
        {
            properties["Roles"] = json!([last_name(role)]);
        }
        let resource = json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": properties });
        resources.insert(logical(policy.name), resource);
    }
    for role in &desired.roles {
        let name = last_name(&role.name);
        let properties = json!({
            "RoleName": name,
            "Path": path_of(&role.name),
            "Description": role.description,
            "AssumeRolePolicyDocument": role.trust.to_value(),
            "ManagedPolicyArns": refs(&role.policies),
            "Tags": tags,
        });
        let resource = json!({ "Type": "AWS::IAM::Role", "Properties": properties });
        resources.insert(logical(name), resource);
        if role.instance_profile {
            let properties = json!({
                "InstanceProfileName": name,
                "Roles": [{ "Ref": logical(name) }],
            });
            let resource = json!({ "Type": "AWS::IAM::InstanceProfile", "Properties": properties });
            resources.insert(format!("{}Profile", logical(name)), resource);
        }
    }
    if let Some(user) = &desired.user {
        let properties = json!({
            "UserName": user.name,
            "ManagedPolicyArns": refs(&user.policies),
            "Tags": tags,
        });
        let resource = json!({ "Type": "AWS::IAM::User", "Properties": properties });
        resources.insert(logical(&user.name), resource);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Permissions of Framewright; deploy with --capabilities {CAPABILITY}"),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::{INLINE_LIMIT, cloudformation};
    use crate::permissions::show::tests::desired;

    #[test]
    fn a_template_fits_into_a_request() {
        for desired in desired() {
            let template = serde_json::to_string_pretty(&cloudformation(&desired)).unwrap();
            assert!(template.len() < INLINE_LIMIT, "{} bytes", template.len());
        }
    }

    #[test]
    fn what_is_referred_to_is_there() {
        for desired in desired() {
            let template = cloudformation(&desired);
            let text = template.to_string();
            let resources = template["Resources"].as_object().unwrap();
            for (at, _) in text.match_indices("{\"Ref\":\"") {
                let name = text[at + 8..].split('"').next().unwrap();
                assert!(resources.contains_key(name), "{name}");
            }
        }
    }
}
