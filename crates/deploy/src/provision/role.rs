//! Roles with one inline policy each.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use serde_json::Value;

use crate::call::{self, CallFailed};
use crate::change::Change;
use crate::policy::{Policy, decoded};

/// A role as it should be.
pub(super) struct Role {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) policy_name: &'static str,
    pub(super) trust: Policy,
    pub(super) policy: Policy,
}

/// Makes `role`, or corrects its trust and its policy. Returns its ARN.
///
/// A role that has managed policies and not our inline one was made by setup, or by hand: its policies stay as they are.
pub(super) async fn ensure(
    iam: &Client,
    role: &Role,
    changes: &mut Vec<Change>,
) -> Result<String, CallFailed> {
    let mut is_new = false;
    let arn = match iam.get_role().role_name(role.name).send().await {
        Ok(found) => {
            let found = found.role();
            let trust = found
                .and_then(|role| role.assume_role_policy_document())
                .unwrap_or_default();
            if !same(trust, &role.trust) {
                correct_trust(iam, role, changes).await?;
            }
            found.map(|role| role.arn().to_owned()).unwrap_or_default()
        }
        Err(error) if call::code(&error) == Some("NoSuchEntity") => {
            is_new = true;
            create(iam, role, changes).await?
        }
        Err(error) => return Err(CallFailed::of("look for the role")(error)),
    };
    let Role {
        name,
        policy_name,
        policy,
        ..
    } = role;
    match inline(iam, name, policy_name, policy).await? {
        Inline::Same => {}
        Inline::Missing if !is_new && has_managed(iam, name).await? => {}
        Inline::Missing | Inline::Differs => {
            put_policy(iam, name, policy_name, policy, changes).await?;
        }
    }
    Ok(arn)
}

async fn create(
    iam: &Client,
    role: &Role,
    changes: &mut Vec<Change>,
) -> Result<String, CallFailed> {
    let tag = Tag::builder().key("framewright").value("managed").build();
    let tag = tag.map_err(CallFailed::unbuilt("describe the role's tag"))?;
    let request = iam
        .create_role()
        .role_name(role.name)
        .description(role.description)
        .assume_role_policy_document(role.trust.to_json())
        .tags(tag);
    match request.send().await {
        Ok(created) => {
            changes.push(Change::new(format!("role {}", role.name), "created"));
            let created = created.role().map(|role| role.arn().to_owned());
            Ok(created.unwrap_or_default())
        }
        // A deployment beside this one was faster.
        Err(error) if call::code(&error) == Some("EntityAlreadyExists") => {
            let found = iam.get_role().role_name(role.name).send().await;
            let found = found.map_err(CallFailed::of("look for the role"))?;
            let found = found.role().map(|role| role.arn().to_owned());
            Ok(found.unwrap_or_default())
        }
        Err(error) => Err(CallFailed::of("create the role")(error)),
    }
}

async fn correct_trust(
    iam: &Client,
    role: &Role,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let update = iam
        .update_assume_role_policy()
        .role_name(role.name)
        .policy_document(role.trust.to_json());
    update
        .send()
        .await
        .map_err(CallFailed::of("correct the role's trust"))?;
    changes.push(Change::new(
        format!("role {}", role.name),
        "trust corrected",
    ));
    Ok(())
}

/// Makes the inline policy `name` of `role`, or corrects it.
pub(super) async fn ensure_policy(
    iam: &Client,
    role: &str,
    name: &str,
    policy: &Policy,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    match inline(iam, role, name, policy).await? {
        Inline::Same => Ok(()),
        Inline::Missing | Inline::Differs => put_policy(iam, role, name, policy, changes).await,
    }
}

/// How an inline policy stands.
enum Inline {
    Same,
    Differs,
    Missing,
}

async fn inline(
    iam: &Client,
    role: &str,
    name: &str,
    policy: &Policy,
) -> Result<Inline, CallFailed> {
    let get = iam.get_role_policy().role_name(role).policy_name(name);
    match get.send().await {
        Ok(found) if same(found.policy_document(), policy) => Ok(Inline::Same),
        Ok(_) => Ok(Inline::Differs),
        Err(error) if call::code(&error) == Some("NoSuchEntity") => Ok(Inline::Missing),
        Err(error) => Err(CallFailed::of("read the role's policy")(error)),
    }
}

async fn has_managed(iam: &Client, role: &str) -> Result<bool, CallFailed> {
    let listed = iam.list_attached_role_policies().role_name(role);
    let listed = listed.send().await;
    let listed = listed.map_err(CallFailed::of("list the role's policies"))?;
    Ok(!listed.attached_policies().is_empty())
}

async fn put_policy(
    iam: &Client,
    role: &str,
    name: &str,
    policy: &Policy,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let put = iam
        .put_role_policy()
        .role_name(role)
        .policy_name(name)
        .policy_document(policy.to_json());
    put.send()
        .await
        .map_err(CallFailed::of("write the role's policy"))?;
    changes.push(Change::new(format!("role {role}"), "policy written"));
    Ok(())
}

/// Whether IAM has what is wanted, in whatever order it was written.
fn same(found: &str, wanted: &Policy) -> bool {
    let found: Option<Value> = serde_json::from_str(&decoded(found)).ok();
    found.is_some() && found == serde_json::from_str(&wanted.to_json()).ok()
}
