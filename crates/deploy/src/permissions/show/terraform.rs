//! Terraform's HCL.

use std::fmt::Write;

use crate::calls::TAG;
use crate::permissions::{Desired, last_name, path_of};
use crate::policy::Policy;

/// Resources of the provider `hashicorp/aws`, formatted as `terraform fmt` does.
///
/// Access keys are not made: their secrets would stand in the state.
#[must_use]
pub fn terraform(desired: &Desired) -> String {
    let mut blocks = Vec::new();
    for policy in &desired.policies {
        let mut block = Block::new("aws_iam_policy", policy.name);
        block.texts(&[("name", policy.name), ("description", policy.description)]);
        block.document("policy", &policy.document);
        block.tags();
        blocks.push(block.done());
    }
    for role in &desired.roles {
        let name = last_name(&role.name);
        let mut block = Block::new("aws_iam_role", name);
        block.texts(&[
            ("name", name),
            ("path", &path_of(&role.name)),
            ("description", role.description),
        ]);
        block.document("assume_role_policy", &role.trust);
        block.tags();
        blocks.push(block.done());
        for policy in &role.policies {
            blocks.push(attachment(
                "role",
                name,
                &reference("aws_iam_role", name),
                policy,
            ));
        }
        if role.instance_profile {
            let mut block = Block::new("aws_iam_instance_profile", name);
            block.lines(&[
                ("name", quoted(name)),
                ("role", reference("aws_iam_role", name)),
            ]);
            block.tags();
            blocks.push(block.done());
        }
    }
    if let Some((role, policies)) = &desired.existing_role {
        let name = last_name(role);
        for policy in policies {
            blocks.push(attachment("role", name, &quoted(name), policy));
        }
    }
    if let Some(user) = &desired.user {
        let mut block = Block::new("aws_iam_user", &user.name);
        block.texts(&[("name", &user.name)]);
        block.tags();
        blocks.push(block.done());
        for policy in &user.policies {
            let holder = reference("aws_iam_user", &user.name);
            blocks.push(attachment("user", &user.name, &holder, policy));
        }
    }
    blocks.join("\n")
}

fn attachment(kind: &str, name: &str, holder: &str, policy: &str) -> String {
    let mut block = Block::new(
        &format!("aws_iam_{kind}_policy_attachment"),
        &format!("{name}-{policy}"),
    );
    block.lines(&[
        (kind, holder.to_owned()),
        (
            "policy_arn",
            format!("aws_iam_policy.{}.arn", label(policy)),
        ),
    ]);
    block.done()
}

fn reference(resource: &str, name: &str) -> String {
    format!("{resource}.{}.name", label(name))
}

/// Letters, digits and underscores.
fn label(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
        .to_lowercase()
}

fn quoted(text: &str) -> String {
    format!("{:?}", text.replace("${", "$${"))
}

struct Block(String);

impl Block {
    fn new(resource: &str, name: &str) -> Self {
        Self(format!("resource \"{resource}\" \"{}\" {{\n", label(name)))
    }

    fn texts(&mut self, arguments: &[(&str, &str)]) {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|(name, text)| (*name, quoted(text)))
            .collect();
        self.lines(&arguments);
    }

    /// Arguments below each other have their equals signs below each other.
    fn lines(&mut self, arguments: &[(&str, String)]) {
        let width = arguments.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        for (name, value) in arguments {
            // Writing into a string does not fail.
            let _ = writeln!(self.0, "  {name:<width$} = {value}");
        }
    }

    fn document(&mut self, name: &str, policy: &Policy) {
        // What looks like a variable of Terraform is one of IAM.
        let document = policy.to_pretty_json().replace("${", "$${");
        let _ = writeln!(self.0, "\n  {name} = <<-EOT");
        for line in document.lines() {
            let _ = writeln!(self.0, "    {line}");
        }
        let _ = writeln!(self.0, "  EOT\n");
    }

    fn tags(&mut self) {
        let _ = writeln!(self.0, "  tags = {{\n    {} = {:?}\n  }}", TAG.0, TAG.1);
    }

    fn done(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::terraform;
    use crate::permissions::show::tests::desired;

    #[test]
    fn policies_come_out_as_they_went_in() {
        for desired in desired() {
            let text = terraform(&desired).replace("$${", "${");
            for policy in &desired.policies {
                let mut documents = text.split("  policy = <<-EOT\n").skip(1);
                let found = documents.any(|rest| {
                    let document = rest.split("  EOT\n").next().unwrap();
                    serde_json::from_str::<serde_json::Value>(document).unwrap()
                        == policy.document.to_value()
                });
                assert!(found, "{}", policy.name);
            }
        }
    }
}
