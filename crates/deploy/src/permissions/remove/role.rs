//! Roles, and the instance profile around one.

use super::Remover;
use crate::call::CallFailed;
use crate::calls::Compute;
use crate::permissions::caller_role;
use crate::permissions::setup::is_missing;

impl Remover {
    pub(super) async fn remove_role(&self, name: &str) -> Result<(), CallFailed> {
        if name == caller_role(Compute::Ec2) {
            self.remove_instance_profile(name).await?;
        }
        let inline = self.iam.list_role_policies().role_name(name).send().await;
        let inline = inline.map_err(CallFailed::of(format!("list policies of the role {name}")))?;
        for policy in inline.policy_names() {
            let deleted = self
                .iam
                .delete_role_policy()
                .role_name(name)
                .policy_name(policy);
            deleted.send().await.map_err(CallFailed::of(format!(
                "delete the policy {policy} of the role {name}"
            )))?;
        }
        let attached = self
            .iam
            .list_attached_role_policies()
            .role_name(name)
            .send()
            .await;
        let attached =
            attached.map_err(CallFailed::of(format!("list policies of the role {name}")))?;
        for arn in attached
            .attached_policies()
            .iter()
            .filter_map(|policy| policy.policy_arn())
        {
            self.detach_from_role(name, arn).await?;
        }
        let deleted = self.iam.delete_role().role_name(name).send().await;
        deleted.map_err(CallFailed::of(format!("delete the role {name}")))?;
        Ok(())
    }

    pub(super) async fn detach_from_role(&self, role: &str, arn: &str) -> Result<(), CallFailed> {
        let detached = self
            .iam
            .detach_role_policy()
            .role_name(role)
            .policy_arn(arn)
            .send()
            .await;
        detached.map_err(CallFailed::of(format!("detach {arn} from the role {role}")))?;
        Ok(())
    }

    async fn remove_instance_profile(&self, name: &str) -> Result<(), CallFailed> {
        let found = self
            .iam
            .get_instance_profile()
            .instance_profile_name(name)
            .send()
            .await;
        let roles = match found {
            Ok(found) => found
                .instance_profile()
                .map(|profile| profile.roles().to_vec())
                .unwrap_or_default(),
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => {
                return Err(CallFailed::of(format!(
                    "look for the instance profile {name}"
                ))(error));
            }
        };
        for role in &roles {
            let taken = self
                .iam
                .remove_role_from_instance_profile()
                .instance_profile_name(name)
                .role_name(role.role_name());
            taken
                .send()
                .await
                .map_err(CallFailed::of(format!("empty the instance profile {name}")))?;
        }
        let deleted = self
            .iam
            .delete_instance_profile()
            .instance_profile_name(name)
            .send()
            .await;
        deleted.map_err(CallFailed::of(format!(
            "delete the instance profile {name}"
        )))?;
        Ok(())
    }
}
