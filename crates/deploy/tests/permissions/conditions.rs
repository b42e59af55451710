//! What conditions keep out: each is taken away in turn, and what was denied is done.
//!
//! Two cannot be tried here, and are held against the engine alone (`rows.rs`): this cloud has no buckets of other
//! accounts, and no service but S3 that uses keys.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use deploy::calls::{Call, Compute, Condition, Part, Scope, of};
use deploy::permissions::{CallerChoice, RENDER_POLICY, Wanted, caller_role};
use deploy::policy::of_calls;
use serde_json::{Value, json};

use crate::account::Account;
use crate::setup::USER;

/// Why something was not done.
type Refused = Box<dyn std::error::Error>;

const OTHERS: &str = "somebody-elses";
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}}"#;

/// Rights that no part has, and that it takes to try what a condition keeps out.
const TO_TRY: [&str; 2] = ["lambda:CreateFunction", "iam:AddRoleToInstanceProfile"];

fn role() -> &'static str {
    caller_role(Compute::Ec2)
}

/// What others made under our names, without our tag.
async fn of_others(iam: &Client, action: &str, scope: &Scope) {
    let makes = [
        "CreateRole",
        "CreateUser",
        "CreatePolicy",
        "CreateInstanceProfile",
    ];
    if makes.iter().any(|name| action == format!("iam:{name}")) {
        return;
    }
    let make = iam.create_role().role_name(role());
    make.assume_role_policy_document(TRUST)
        .send()
        .await
        .unwrap();
    let inline = iam.put_role_policy().role_name(role()).policy_name("one");
    inline.policy_document(NOTHING).send().await.unwrap();
    iam.create_user().user_name(USER).send().await.unwrap();
    let inline = iam.put_user_policy().user_name(USER).policy_name("one");
    inline.policy_document(NOTHING).send().await.unwrap();
    for name in [OTHERS, RENDER_POLICY] {
        let make = iam.create_policy().policy_name(name);
        make.policy_document(NOTHING).send().await.unwrap();
    }
    let version = iam.create_policy_version().policy_document(NOTHING);
    let version = version.policy_arn(scope.policy_arn(RENDER_POLICY));
    version.set_as_default(true).send().await.unwrap();
    let profile = iam.create_instance_profile().instance_profile_name(role());
    profile.send().await.unwrap();
    let others = scope.policy_arn(OTHERS);
    match action {
        "iam:DetachRolePolicy" => {
            let attach = iam.attach_role_policy().role_name(role());
            attach.policy_arn(others).send().await.unwrap();
        }
        "iam:DetachUserPolicy" => {
            let attach = iam.attach_user_policy().user_name(USER);
            attach.policy_arn(others).send().await.unwrap();
        }
        _ => {}
    }
}

/// Does what the condition on `action` is there to keep out.
async fn try_it(config: &SdkConfig, call: &Call, scope: &Scope) -> Result<(), Refused> {
    let iam = Client::new(config);
    let others = scope.policy_arn(OTHERS);
    let ours = scope.policy_arn(RENDER_POLICY);
    let tag = Tag::builder().key("team").value("video").build()?;
    match call.action {
        "iam:CreateRole" => {
            let make = iam.create_role().role_name(role());
            make.assume_role_policy_document(TRUST).send().await?;
        }
        "iam:TagRole" => {
            iam.tag_role().role_name(role()).tags(tag).send().await?;
        }
        "iam:UpdateAssumeRolePolicy" => {
            let update = iam.update_assume_role_policy().role_name(role());
            update.policy_document(TRUST).send().await?;
        }
        "iam:AttachRolePolicy" => {
            let attach = iam.attach_role_policy().role_name(role());
            attach.policy_arn(others).send().await?;
        }
        "iam:DetachRolePolicy" => {
            let detach = iam.detach_role_policy().role_name(role());
            detach.policy_arn(others).send().await?;
        }
        "iam:DeleteRolePolicy" => {
            let delete = iam.delete_role_policy().role_name(role());
            delete.policy_name("one").send().await?;
        }
        "iam:DeleteRole" => {
            iam.delete_role().role_name(role()).send().await?;
        }
        "iam:CreateInstanceProfile" => {
            let make = iam.create_instance_profile();
            make.instance_profile_name(role()).send().await?;
        }
        "iam:TagInstanceProfile" => {
            let put = iam.tag_instance_profile().instance_profile_name(role());
            put.tags(tag).send().await?;
        }
        "iam:DeleteInstanceProfile" => {
            let delete = iam.delete_instance_profile();
            delete.instance_profile_name(role()).send().await?;
        }
        "iam:PassRole" => pass_elsewhere(config, call, scope).await?,
        "iam:CreateUser" => {
            iam.create_user().user_name(USER).send().await?;
        }
        "iam:AttachUserPolicy" => {
            let attach = iam.attach_user_policy().user_name(USER);
            attach.policy_arn(others).send().await?;
        }
        "iam:DetachUserPolicy" => {
            let detach = iam.detach_user_policy().user_name(USER);
            detach.policy_arn(others).send().await?;
        }
        "iam:DeleteUserPolicy" => {
            let delete = iam.delete_user_policy().user_name(USER);
            delete.policy_name("one").send().await?;
        }
        "iam:DeleteUser" => {
            iam.delete_user().user_name(USER).send().await?;
        }
        "iam:CreatePolicy" => {
            let make = iam.create_policy().policy_name(RENDER_POLICY);
            make.policy_document(NOTHING).send().await?;
        }
        "iam:TagPolicy" => {
            iam.tag_policy().policy_arn(ours).tags(tag).send().await?;
        }
        "iam:CreatePolicyVersion" => {
            let make = iam.create_policy_version().policy_arn(ours);
            make.policy_document(NOTHING).send().await?;
        }
        "iam:DeletePolicyVersion" => {
            let delete = iam.delete_policy_version().policy_arn(ours);
            delete.version_id("v1").send().await?;
        }
        "iam:DeletePolicy" => {
            iam.delete_policy().policy_arn(ours).send().await?;
        }
        other => panic!("this test does not know what a condition on {other} keeps out"),
    }
    Ok(())
}

/// Passes a role to the service that it may not go to.
async fn pass_elsewhere(config: &SdkConfig, call: &Call, scope: &Scope) -> Result<(), Refused> {
    if call.conditions == [Condition::PassedToLambda] {
        let add = Client::new(config).add_role_to_instance_profile();
        let add = add
            .instance_profile_name(role())
            .role_name(&scope.render_role);
        add.send().await?;
        return Ok(());
    }
    let code = FunctionCode::builder().zip_file(Blob::new(Vec::new()));
    let create = aws_sdk_lambda::Client::new(config).create_function();
    let create = create.function_name("api").runtime(Runtime::Providedal2023);
    let create = create.handler("bootstrap").role(scope.role_arn(role()));
    create.code(code.build()).send().await?;
    Ok(())
}

/// What is said of what a condition keeps out, under a policy of a user who has the account to itself; nothing where it
/// is done.
async fn told(policy: &Value, call: &Call, scope: &Scope) -> String {
    let account = Account::new().await;
    let root = account.root_iam();
    of_others(&root, call.action, scope).await;
    if call.action == "iam:PassRole" {
        let make = root.create_role().role_name(&scope.render_role);
        let make = make.assume_role_policy_document(TRUST);
        make.send().await.unwrap();
    }
    let config = account.user_by("tries", &policy.to_string()).await;
    match try_it(&config, call, scope).await {
        Ok(()) => String::new(),
        Err(refused) => super::one_less::chain(refused.as_ref()),
    }
}

/// The rows of `part` with `call` under these conditions, and what it takes to try.
fn policy_with(part: Part, call: &Call, conditions: &'static [Condition], scope: &Scope) -> Value {
    let changed: &'static Call = Box::leak(Box::new(Call {
        conditions,
        ..*call
    }));
    let others = of(part, scope).filter(|other| *other != call);
    let mut policy = of_calls(others.chain([changed]), scope).to_value();
    let more = json!({ "Effect": "Allow", "Action": TO_TRY, "Resource": "*" });
    policy["Statement"].as_array_mut().unwrap().push(more);
    policy
}

#[tokio::test]
async fn without_a_condition_what_it_keeps_out_is_done() {
    let plain = Scope::new("aws", crate::account::ACCOUNT, "us-east-1");
    let ec2 = CallerChoice::Made(Compute::Ec2);
    let on_ec2 = Wanted::new(plain.clone(), ec2).scope().clone();
    let mut shown = Vec::new();
    for (part, scope) in [
        (Part::Administrator, &plain),
        (Part::Administrator, &on_ec2),
        (Part::Deployer, &plain),
    ] {
        for call in of(part, scope) {
            let tried = match call.conditions {
                [] | [Condition::OwnAccount | Condition::ThroughS3] => continue,
                [one] => *one,
                more => panic!("this test takes one condition away, of {more:?}"),
            };
            if shown.contains(&(part, call.action, tried)) {
                continue;
            }
            shown.push((part, call.action, tried));
            let with = policy_with(part, call, call.conditions, scope);
            let denied = format!("not authorized to perform: {}", call.action);
            let refused = told(&with, call, scope).await;
            assert!(refused.contains(&denied), "{call:?}: {refused}");
            let without = policy_with(part, call, &[], scope);
            let done = told(&without, call, scope).await;
            assert!(!done.contains(&denied), "{call:?}: {done}");
        }
    }
    for condition in [
        Condition::HasOurTag,
        Condition::GivesOurTag,
        Condition::OwnPolicies,
        Condition::PassedToEc2,
        Condition::PassedToLambda,
    ] {
        assert!(shown.iter().any(|(_, _, tried)| *tried == condition));
    }
}
