//! Commands of the AWS CLI.

use crate::calls::{Scope, TAG};
use crate::permissions::{Desired, last_name, path_of};

/// Commands for a POSIX shell that make what is desired, one a line, in the order in which they work.
///
/// The last one, for a user, prints the secret of an access key.
#[must_use]
pub fn commands(desired: &Desired, scope: &Scope) -> String {
    let tags = format!("--tags Key={},Value={}", TAG.0, TAG.1);
    let mut lines = Vec::new();
    for policy in &desired.policies {
        lines.push(format!(
            "aws iam create-policy --policy-name {} --description {} --policy-document {} {tags}",
            policy.name,
            quoted(policy.description),
            quoted(&policy.document.to_json())
        ));
    }
    let attach = |kind: &str, name: &str, policy: &str| {
        format!(
            "aws iam attach-{kind}-policy --{kind}-name {name} --policy-arn {}",
            scope.policy_arn(policy)
        )
    };
    for role in &desired.roles {
        let name = last_name(&role.name);
        lines.push(format!(
            "aws iam create-role --role-name {name} --path {} --description {} --assume-role-policy-document {} {tags}",
            path_of(&role.name),
            quoted(role.description),
            quoted(&role.trust.to_json())
        ));
        lines.extend(
            role.policies
                .iter()
                .map(|policy| attach("role", name, policy)),
        );
        if role.instance_profile {
            lines.push(format!(
                "aws iam create-instance-profile --instance-profile-name {name} {tags}"
            ));
            lines.push(format!(
                "aws iam add-role-to-instance-profile --instance-profile-name {name} --role-name {name}"
            ));
        }
    }
    if let Some((role, policies)) = &desired.existing_role {
        let name = last_name(role);
        lines.extend(policies.iter().map(|policy| attach("role", name, policy)));
    }
    if let Some(user) = &desired.user {
        let name = &user.name;
        lines.push(format!("aws iam create-user --user-name {name} {tags}"));
        lines.extend(
            user.policies
                .iter()
                .map(|policy| attach("user", name, policy)),
        );
        lines.push(format!("aws iam create-access-key --user-name {name}"));
    }
    lines.join("\n") + "\n"
}

/// In single quotes, which nothing of the shell reaches into.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{commands, quoted};
    use crate::calls::Scope;
    use crate::permissions::show::tests::desired;

    #[test]
    fn quotes_hold() {
        assert_eq!(
            quoted("what's ${aws:username}"),
            r"'what'\''s ${aws:username}'"
        );
    }

    #[test]
    fn what_is_attached_was_made_before() {
        let scope = Scope::new("aws", "123456789012", "us-east-1");
        for desired in desired() {
            let text = commands(&desired, &scope);
            for line in text.lines().filter(|line| line.contains("--policy-arn")) {
                let policy = line.rsplit('/').next().unwrap();
                let made = text.find(&format!("create-policy --policy-name {policy} "));
                assert!(made < text.find(line), "{line}");
            }
        }
    }
}
