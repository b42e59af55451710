//! Giving a principal one statement more, in an inline policy of its own.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use iam::limits::{LimitExceeded, Limits, check_size};
use iam::policy::counted_characters;
use serde_json::{Value, json};

use super::check::Principal;
use super::last_name;
use super::setup::is_missing;
use crate::call::CallFailed;
use crate::policy::decoded;

/// The inline policy for invoking a function, as the document names it.
pub const INVOKE_POLICY: &str = "LambdaInvokePermission";

/// What was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The inline policy that has the statement now.
    pub policy: String,
    /// Whether it was there before.
    pub is_extended: bool,
    /// Characters of all inline policies of the principal together.
    pub taken: usize,
    /// How many they may be.
    pub limit: usize,
}

/// A statement was not given. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// All inline policies together would be too large.
    #[error("{0}: put the statement into a managed policy")]
    TooLarge(#[from] LimitExceeded),
    /// The policy that is to be extended does not exist.
    #[error("{principal} has no inline policy `{policy}`")]
    NoPolicy {
        /// Whose it should be.
        principal: String,
        /// Its name.
        policy: String,
    },
    /// A policy is no JSON object with statements.
    #[error("the inline policy `{0}` cannot be read")]
    Unreadable(String),
}

/// The name of a new inline policy for `action`.
#[must_use]
pub fn policy_name(action: &str) -> String {
    if action.eq_ignore_ascii_case("lambda:InvokeFunction") {
        return INVOKE_POLICY.to_owned();
    }
    let words: String = action
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| match word.split_at_checked(1) {
            Some((first, rest)) => first.to_uppercase() + rest,
            None => String::new(),
        })
        .collect();
    format!("{words}Permission")
}

/// Inline policies of one principal.
#[derive(Debug, Clone)]
pub struct Inline {
    iam: Client,
    principal: Principal,
}

impl Inline {
    /// Policies of `principal`, with the endpoint and credentials of `config`.
    #[must_use]
    pub fn of(config: &SdkConfig, principal: Principal) -> Self {
        Self {
            iam: Client::new(config),
            principal,
        }
    }

    /// Adds the statements of `document` to the inline policy `into`, or to a new one of the name `name`.
    ///
    /// A policy of that name that exists is extended: nothing that it allows is taken away. A statement that stands
    /// there already is not added again.
    ///
    /// # Errors
    /// [`GrantError`], before anything is changed.
    pub async fn add(
        &self,
        document: &Value,
        into: Option<&str>,
        name: &str,
    ) -> Result<Granted, GrantError> {
        let target = into.unwrap_or(name);
        let present = self.read(target).await?;
        if let (Some(into), None) = (into, &present) {
            return Err(GrantError::NoPolicy {
                principal: self.holder(),
                policy: into.to_owned(),
            });
        }
        let unreadable = || GrantError::Unreadable(target.to_owned());
        let (whole, is_extended) = match present {
            Some(text) => (extended(&text, document).ok_or_else(unreadable)?, true),
            None => (document.clone(), false),
        };
        let text = whole.to_string();
        let limit = match self.principal {
            Principal::User(_) => Limits::DEFAULT.user_inline,
            Principal::Role(_) => Limits::DEFAULT.role_inline,
        };
        let mut sizes = vec![counted_characters(&text)];
        for other in self.names().await? {
            if other != target {
                let other = self.read(&other).await?.unwrap_or_default();
                sizes.push(counted_characters(&other));
            }
        }
        let taken = sizes.iter().sum();
        check_size(sizes, limit, &self.holder())?;
        self.write(target, text).await?;
        Ok(Granted {
            policy: target.to_owned(),
            is_extended,
            taken,
            limit,
        })
    }

    fn holder(&self) -> String {
        match &self.principal {
            Principal::User(name) => format!("user {}", last_name(name)),
            Principal::Role(name) => format!("role {}", last_name(name)),
        }
    }

    async fn names(&self) -> Result<Vec<String>, CallFailed> {
        let step = format!("list policies of the {}", self.holder());
        Ok(match &self.principal {
            Principal::User(name) => {
                let listed = self
                    .iam
                    .list_user_policies()
                    .user_name(last_name(name))
                    .send();
                listed.await.map_err(CallFailed::of(step))?.policy_names
            }
            Principal::Role(name) => {
                let listed = self
                    .iam
                    .list_role_policies()
                    .role_name(last_name(name))
                    .send();
                listed.await.map_err(CallFailed::of(step))?.policy_names
            }
        })
    }

    async fn read(&self, policy: &str) -> Result<Option<String>, CallFailed> {
        let step = format!("read the policy {policy} of the {}", self.holder());
        let found = match &self.principal {
            Principal::User(name) => {
                let call = self.iam.get_user_policy().user_name(last_name(name));
                match call.policy_name(policy).send().await {
                    Ok(found) => Some(found.policy_document),
                    Err(error) if is_missing(&error) => None,
                    Err(error) => return Err(CallFailed::of(step)(error)),
                }
            }
            Principal::Role(name) => {
                let call = self.iam.get_role_policy().role_name(last_name(name));
                match call.policy_name(policy).send().await {
                    Ok(found) => Some(found.policy_document),
                    Err(error) if is_missing(&error) => None,
                    Err(error) => return Err(CallFailed::of(step)(error)),
                }
            }
        };
        Ok(found.map(|text| decoded(&text)))
    }

    async fn write(&self, policy: &str, document: String) -> Result<(), CallFailed> {
        let step = format!("write the policy {policy} of the {}", self.holder());
        match &self.principal {
            Principal::User(name) => {
                let call = self.iam.put_user_policy().user_name(last_name(name));
                let call = call.policy_name(policy).policy_document(document);
                call.send().await.map_err(CallFailed::of(step))?;
            }
            Principal::Role(name) => {
                let call = self.iam.put_role_policy().role_name(last_name(name));
                let call = call.policy_name(policy).policy_document(document);
                call.send().await.map_err(CallFailed::of(step))?;
            }
        }
        Ok(())
    }
}

/// `policy` with the statements of `document` that it lacks.
fn extended(policy: &str, document: &Value) -> Option<Value> {
    let mut whole: Value = serde_json::from_str(policy).ok()?;
    let mut statements = listed(whole.get("Statement")?);
    for statement in listed(document.get("Statement")?) {
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    whole
        .as_object_mut()?
        .insert("Statement".to_owned(), json!(statements));
    Some(whole)
}

fn listed(statements: &Value) -> Vec<Value> {
    match statements {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{extended, policy_name};

    #[test]
    fn names_say_what_is_given() {
        assert_eq!(
            policy_name("lambda:InvokeFunction"),
            "LambdaInvokePermission"
        );
        assert_eq!(policy_name("s3:GetObject"), "S3GetObjectPermission");
    }

    #[test]
    fn a_statement_is_added_once_and_nothing_is_taken_away() {
        let more = json!({ "Statement": [{ "Action": "b" }] });
        let once = extended(
            r#"{"Version":"2012-10-17","Statement":{"Action":"a"}}"#,
            &more,
        )
        .unwrap();
        assert_eq!(
            once["Statement"],
            json!([{ "Action": "a" }, { "Action": "b" }])
        );
        assert_eq!(once["Version"], "2012-10-17");
        assert_eq!(extended(&once.to_string(), &more).unwrap(), once);
        assert_eq!(extended("[]", &more), None);
    }
}
