//! Managed policies, from whoever has them.

use super::Remover;
use crate::call::CallFailed;

impl Remover {
    pub(super) async fn remove_policy(&self, name: &str) -> Result<(), CallFailed> {
        let arn = self.scope.policy_arn(name);
        let held = self
            .iam
            .list_entities_for_policy()
            .policy_arn(&arn)
            .send()
            .await;
        let held = held.map_err(CallFailed::of(format!(
            "find out who has the policy {name}"
        )))?;
        for role in held
            .policy_roles()
            .iter()
            .filter_map(|role| role.role_name())
        {
            self.detach_from_role(role, &arn).await?;
        }
        for user in held
            .policy_users()
            .iter()
            .filter_map(|user| user.user_name())
        {
            let detached = self
                .iam
                .detach_user_policy()
                .user_name(user)
                .policy_arn(&arn);
            detached
                .send()
                .await
                .map_err(CallFailed::of(format!("detach {arn} from the user {user}")))?;
        }
        for group in held
            .policy_groups()
            .iter()
            .filter_map(|group| group.group_name())
        {
            let detached = self
                .iam
                .detach_group_policy()
                .group_name(group)
                .policy_arn(&arn);
            detached.send().await.map_err(CallFailed::of(format!(
                "detach {arn} from the group {group}"
            )))?;
        }
        let versions = self
            .iam
            .list_policy_versions()
            .policy_arn(&arn)
            .send()
            .await;
        let versions = versions.map_err(CallFailed::of(format!(
            "list versions of the policy {name}"
        )))?;
        for version in versions
            .versions()
            .iter()
            .filter(|one| !one.is_default_version())
        {
            let deleted = self
                .iam
                .delete_policy_version()
                .policy_arn(&arn)
                .version_id(version.version_id().unwrap_or_default());
            deleted.send().await.map_err(CallFailed::of(format!(
                "delete versions of the policy {name}"
            )))?;
        }
        let deleted = self.iam.delete_policy().policy_arn(&arn).send().await;
        deleted.map_err(CallFailed::of(format!("delete the policy {name}")))?;
        Ok(())
    }
}
