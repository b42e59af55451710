//! The user, with its keys and its policies.

use super::Remover;
use crate::call::CallFailed;

impl Remover {
    pub(super) async fn remove_user(&self, name: &str) -> Result<(), CallFailed> {
        let keys = self.iam.list_access_keys().user_name(name).send().await;
        let keys = keys.map_err(CallFailed::of(format!("list keys of the user {name}")))?;
        for id in keys
            .access_key_metadata()
            .iter()
            .filter_map(|key| key.access_key_id())
        {
            let deleted = self
                .iam
                .delete_access_key()
                .user_name(name)
                .access_key_id(id);
            deleted
                .send()
                .await
                .map_err(CallFailed::of(format!("delete the access key {id}")))?;
        }
        let inline = self.iam.list_user_policies().user_name(name).send().await;
        let inline = inline.map_err(CallFailed::of(format!("list policies of the user {name}")))?;
        for policy in inline.policy_names() {
            let deleted = self.iam.delete_user_policy().user_name(name);
            let deleted = deleted.policy_name(policy).send().await;
            deleted.map_err(CallFailed::of(format!(
                "delete the policy {policy} of the user {name}"
            )))?;
        }
        let attached = self
            .iam
            .list_attached_user_policies()
            .user_name(name)
            .send()
            .await;
        let attached =
            attached.map_err(CallFailed::of(format!("list policies of the user {name}")))?;
        for arn in attached
            .attached_policies()
            .iter()
            .filter_map(|policy| policy.policy_arn())
        {
            let detached = self
                .iam
                .detach_user_policy()
                .user_name(name)
                .policy_arn(arn);
            detached
                .send()
                .await
                .map_err(CallFailed::of(format!("detach {arn} from the user {name}")))?;
        }
        let deleted = self.iam.delete_user().user_name(name).send().await;
        deleted.map_err(CallFailed::of(format!("delete the user {name}")))?;
        Ok(())
    }
}
