//! A stack of the CDK, version 2, in TypeScript.

use serde_json::{Value, json};

use super::logical;
use crate::calls::{Scope, TAG};
use crate::permissions::{Desired, last_name, path_of};

/// A module that exports one stack; it needs `aws-cdk-lib` and `constructs`.
#[must_use]
pub fn cdk(desired: &Desired, scope: &Scope) -> String {
    let mut lines = vec![
        "import { Stack, StackProps, Tags, aws_iam as iam } from 'aws-cdk-lib';".to_owned(),
        "import { Construct } from 'constructs';".to_owned(),
        String::new(),
        "/** Permissions of Framewright, generated from its table of calls. */".to_owned(),
        "export class FramewrightPermissions extends Stack {".to_owned(),
        "  constructor(scope: Construct, id: string, props?: StackProps) {".to_owned(),
        format!(
            "    super(scope, id, {{ ...props, env: {{ account: {}, region: {} }} }});",
            text(&scope.account),
            text(&scope.region)
        ),
        format!("    Tags.of(this).add({}, {});", text(TAG.0), text(TAG.1)),
    ];
    let refs = |policies: &[&'static str]| -> String {
        let names: Vec<_> = policies
            .iter()
            .map(|name| format!("{}.ref", variable(name)))
            .collect();
        format!("[{}]", names.join(", "))
    };
    for policy in &desired.policies {
        let mut properties = json!({
            "managedPolicyName": policy.name,
            "description": policy.description,
            "policyDocument": policy.document.to_value(),
        });
        if let Some((role, policies)) = &desired.existing_role
            && policies.contains(&policy.name)
        {
            properties["roles"] = json!([last_name(role)]);
        }
        let is_used = [&desired.roles]
            .into_iter()
            .flatten()
            .flat_map(|role| &role.policies)
            .chain(desired.user.iter().flat_map(|user| &user.policies))
            .any(|name| *name == policy.name);
        let name = is_used.then(|| variable(policy.name));
        lines.push(construct(
            name,
            "CfnManagedPolicy",
            policy.name,
            &properties,
            None,
        ));
    }
    for role in &desired.roles {
        let name = last_name(&role.name);
        let properties = json!({
            "roleName": name,
            "path": path_of(&role.name),
            "description": role.description,
            "assumeRolePolicyDocument": role.trust.to_value(),
        });
        let arns = refs(&role.policies);
        let constant = role.instance_profile.then(|| variable(name));
        lines.push(construct(
            constant,
            "CfnRole",
            name,
            &properties,
            Some(("managedPolicyArns", arns)),
        ));
        if role.instance_profile {
            let properties = json!({ "instanceProfileName": name });
            let roles = format!("[{}.ref]", variable(name));
            let id = format!("{name}-profile");
            lines.push(construct(
                None,
                "CfnInstanceProfile",
                &id,
                &properties,
                Some(("roles", roles)),
            ));
        }
    }
    if let Some(user) = &desired.user {
        let properties = json!({ "userName": user.name });
        let arns = refs(&user.policies);
        lines.push(construct(
            None,
            "CfnUser",
            &user.name,
            &properties,
            Some(("managedPolicyArns", arns)),
        ));
    }
    lines.push("  }\n}\n".to_owned());
    lines.join("\n")
}

/// One L1 construct; `more` is an expression that is no JSON.
fn construct(
    constant: Option<String>,
    class: &str,
    id: &str,
    properties: &Value,
    more: Option<(&str, String)>,
) -> String {
    let constant = constant.map_or_else(String::new, |name| format!("const {name} = "));
    let mut object = indented(properties);
    if let Some((name, expression)) = more {
        object.truncate(object.trim_end_matches("\n    }").len());
        object += &format!(",\n      {name}: {expression},\n    }}");
    }
    format!(
        "    {constant}new iam.{class}(this, {}, {object});",
        text(&logical(id))
    )
}

/// JSON is TypeScript.
fn indented(value: &Value) -> String {
    format!("{value:#}").replace('\n', "\n    ")
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// `remotionLambdaPolicy` of `remotion-lambda-policy`.
fn variable(name: &str) -> String {
    let logical = logical(name);
    logical[..1].to_lowercase() + &logical[1..]
}
