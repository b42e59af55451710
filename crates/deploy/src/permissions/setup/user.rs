//! The user that deploys and renders, and its key.

use aws_sdk_iam::types::Tag;

use super::super::plan::{State, Step, What};
use super::super::{KEY_DESCRIPTION, User};
use super::{MadeKey, Setup, is_missing, is_ours, our_tag};
use crate::call::CallFailed;

impl Setup {
    pub(super) async fn plan_user(
        &self,
        wanted: &User,
        steps: &mut Vec<Step>,
    ) -> Result<(), CallFailed> {
        let name = &wanted.name;
        let found = match self.iam.get_user().user_name(name).send().await {
            Ok(found) => found.user,
            Err(error) if is_missing(&error) => None,
            Err(error) => {
                return Err(CallFailed::of(format!("look for the user {name}"))(error));
            }
        };
        let state = match &found {
            None => State::Missing,
            Some(found) if is_ours(found.tags()) => State::Done,
            Some(_) => State::Foreign("was made by somebody else".to_owned()),
        };
        steps.push(Step {
            what: What::User(name.clone()),
            state,
        });
        let (attached, has_key) = match found {
            None => (Vec::new(), false),
            Some(_) => (
                self.attached_to_user(name).await?,
                self.has_key(name).await?,
            ),
        };
        let state = |is_there| {
            if is_there {
                State::Done
            } else {
                State::Missing
            }
        };
        for policy in &wanted.policies {
            steps.push(Step {
                what: What::UserPolicy {
                    user: name.clone(),
                    policy: (*policy).to_owned(),
                },
                state: state(attached.contains(&self.scope.policy_arn(policy))),
            });
        }
        steps.push(Step {
            what: What::Key(name.clone()),
            state: state(has_key),
        });
        Ok(())
    }

    async fn attached_to_user(&self, name: &str) -> Result<Vec<String>, CallFailed> {
        let listed = self
            .iam
            .list_attached_user_policies()
            .user_name(name)
            .send()
            .await;
        let listed = listed.map_err(CallFailed::of(format!("list policies of the user {name}")))?;
        let policies = listed.attached_policies().iter();
        Ok(policies
            .filter_map(|policy| policy.policy_arn().map(str::to_owned))
            .collect())
    }

    async fn has_key(&self, name: &str) -> Result<bool, CallFailed> {
        let listed = self.iam.list_access_keys().user_name(name).send().await;
        let listed = listed.map_err(CallFailed::of(format!("list keys of the user {name}")))?;
        Ok(!listed.access_key_metadata().is_empty())
    }

    pub(super) async fn make_user(&self, name: &str) -> Result<(), CallFailed> {
        let made = self
            .iam
            .create_user()
            .user_name(name)
            .tags(our_tag()?)
            .send()
            .await;
        made.map_err(CallFailed::of(format!("make the user {name}")))?;
        Ok(())
    }

    pub(super) async fn attach_to_user(&self, user: &str, policy: &str) -> Result<(), CallFailed> {
        let attached = self
            .iam
            .attach_user_policy()
            .user_name(user)
            .policy_arn(self.scope.policy_arn(policy))
            .send()
            .await;
        attached.map_err(CallFailed::of(format!(
            "attach the policy {policy} to the user {user}"
        )))?;
        Ok(())
    }

    pub(super) async fn make_key(&self, user: &str) -> Result<MadeKey, CallFailed> {
        make_key(&self.iam, user).await
    }
}

/// Makes an access key of `user`, with its description.
pub(in crate::permissions) async fn make_key(
    iam: &aws_sdk_iam::Client,
    user: &str,
) -> Result<MadeKey, CallFailed> {
    let step = format!("make an access key of the user {user}");
    let made = iam.create_access_key().user_name(user).send().await;
    let made = made.map_err(CallFailed::of(step.clone()))?;
    let key = made
        .access_key()
        .ok_or_else(|| CallFailed::because(step, "AWS answered without a key"))?;
    let key = MadeKey {
        user: user.to_owned(),
        id: key.access_key_id().to_owned(),
        secret: key.secret_access_key().to_owned(),
    };
    // The console shows this tag as the key's description. The key works without it.
    let description = Tag::builder().key(&key.id).value(KEY_DESCRIPTION).build();
    let description = description.map_err(CallFailed::unbuilt("describe the key"))?;
    if let Err(error) = iam
        .tag_user()
        .user_name(user)
        .tags(description)
        .send()
        .await
    {
        let error = CallFailed::of("describe the access key")(error);
        tracing::warn!(%error, "the access key has no description");
    }
    Ok(key)
}
