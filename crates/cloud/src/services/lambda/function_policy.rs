//! AddPermission, RemovePermission, GetPolicy: a function's own policy.

use std::sync::Arc;

use http::StatusCode;
use iam::policy::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Lambda;
use super::call::Call;
use super::fault::{invalid, no_such_function, stale_revision, validation};
use super::name::FunctionName;
use super::read_functions::naming;
use super::table;
use super::view::{json_response, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::identity::{Directory, Pinned};
use crate::incoming::Head;
use crate::response::Response;
use crate::state::ChangeError;

/// The most bytes of a function's policy: 20 KB.
const LARGEST_POLICY: usize = 20 << 10;

/// A function's policy as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FunctionPolicy {
    /// Changes with every change of the policy.
    revision: String,
    pub(super) policy: Pinned,
}

/// A statement to be added.
#[derive(Debug)]
pub(super) struct AddPermission {
    pub(super) function: FunctionName,
    pub(super) members: PermissionMembers,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PermissionMembers {
    statement_id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
    event_source_token: Option<String>,
    revision_id: Option<String>,
    #[serde(rename = "PrincipalOrgID")]
    principal_org_id: Option<String>,
    function_url_auth_type: Option<String>,
    invoked_via_function_url: Option<bool>,
}

impl PermissionMembers {
    fn check(&self) -> Result<(), ApiError> {
        let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let id = &self.statement_id;
        if id.is_empty() || id.len() > 100 || !id.bytes().all(holds) {
            return Err(validation(
                id,
                "statementId",
                "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
            ));
        }
        let named = self.action.strip_prefix("lambda:");
        let is_action = self.action == "*"
            || named.is_some_and(|name| {
                name == "*" || !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic())
            });
        if !is_action {
            return Err(validation(
                &self.action,
                "action",
                "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])",
            ));
        }
        if self.function_url_auth_type.is_some() || self.invoked_via_function_url.is_some() {
            return Err(invalid("this cloud has no function URLs"));
        }
        Ok(())
    }

    /// The statement in a policy on the function `arn`.
    fn statement(&self, arn: &str) -> Value {
        let principal = self.principal.as_str();
        let is_account =
            principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit());
        let principal = if principal == "*" {
            json!("*")
        } else if is_account {
            json!({ "AWS": format!("arn:aws:iam::{principal}:root") })
        } else if principal.starts_with("arn:") {
            json!({ "AWS": principal })
        } else {
            json!({ "Service": principal })
        };
        let mut statement = json!({
            "Sid": self.statement_id,
            "Effect": "Allow",
            "Principal": principal,
            "Action": self.action,
            "Resource": arn,
        });
        let mut condition = serde_json::Map::new();
        let mut equal = serde_json::Map::new();
        for (key, value) in [
            ("AWS:SourceAccount", &self.source_account),
            ("aws:PrincipalOrgID", &self.principal_org_id),
            ("lambda:EventSourceToken", &self.event_source_token),
        ] {
            if let Some(value) = value {
                equal.insert(key.to_owned(), json!(value));
            }
        }
        if !equal.is_empty() {
            condition.insert("StringEquals".to_owned(), Value::Object(equal));
        }
        if let Some(source) = &self.source_arn {
            condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": source }));
        }
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        statement
    }
}

impl Operation for AddPermission {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "AddPermission";
    const READ_ONLY: bool = false;
}

impl Call for AddPermission {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(naming(lambda, &self.function)?.key("lambda:Principal", &self.members.principal))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (AddPermission { function, members }, permit) = call.into_parts();
        members.check()?;
        if function.qualifier.is_some() {
            return Err(invalid(
                "We currently do not support adding policies for $LATEST.",
            ));
        }
        let statement = members.statement(&lambda.home().function_arn(&function.name));
        let added = statement.clone();
        let revision = members.revision_id.clone();
        change_policy(
            lambda,
            &permit,
            &function,
            revision,
            move |statements, _| {
                let taken = statements
                    .iter()
                    .any(|statement| statement["Sid"] == added["Sid"]);
                if taken {
                    return Err(ApiError::conflict(
                        "ResourceConflictException",
                        format!(
                            "The statement id ({}) provided already exists. Please provide a new \
                             statement id, or remove the existing statement.",
                            members.statement_id
                        ),
                    ));
                }
                statements.push(added.clone());
                Ok(())
            },
        )
        .await?;
        json_response(
            StatusCode::CREATED,
            &json!({ "Statement": statement.to_string() }),
        )
    }
}

/// A statement to be removed.
#[derive(Debug)]
pub(super) struct RemovePermission {
    function: FunctionName,
    statement_id: String,
    revision: Option<String>,
}

impl RemovePermission {
    /// Reads the call from its path and query.
    pub(super) fn read(function: FunctionName, statement_id: String, head: &Head) -> Self {
        Self {
            function,
            statement_id,
            revision: head.query_parameter("RevisionId"),
        }
    }
}

impl Operation for RemovePermission {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "RemovePermission";
    const READ_ONLY: bool = false;
}

impl Call for RemovePermission {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.function)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let id = call.statement_id;
        let change = change_policy(
            lambda,
            &permit,
            &call.function,
            call.revision,
            move |statements, arn| {
                let before = statements.len();
                statements.retain(|statement| statement["Sid"] != id.as_str());
                if statements.len() == before {
                    return Err(no_policy(arn));
                }
                Ok(())
            },
        );
        change.await?;
        Ok(no_content())
    }
}

/// The policy of a function.
#[derive(Debug)]
pub(super) struct GetPolicy(pub(super) FunctionName);

impl Operation for GetPolicy {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetPolicy";
    const READ_ONLY: bool = true;
}

impl Call for GetPolicy {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        naming(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        lambda.existing(&call.0)?;
        let arn = lambda.home().qualified_arn(&call.0);
        let kept = table::policy(lambda.state(), &call.0.name)?
            .filter(|_| call.0.qualifier.is_none())
            .ok_or_else(|| no_policy(&arn))?;
        let directory = lambda.identities().directory();
        json_response(
            StatusCode::OK,
            &json!({
                "Policy": kept.policy.shown(&directory),
                "RevisionId": kept.revision,
            }),
        )
    }
}

/// Changes the statements of a function's policy; one without statements is no policy any more.
async fn change_policy(
    lambda: &Lambda,
    permit: &Permit,
    named: &FunctionName,
    expected: Option<String>,
    mut change_it: impl FnMut(&mut Vec<Value>, &str) -> Result<(), ApiError> + Send + 'static,
) -> Result<(), ApiError> {
    lambda.existing(named)?;
    let arn = lambda.home().qualified_arn(named);
    let name = named.name.clone();
    let directory = lambda.identities().directory();
    let change = lambda.state().change(permit, move |change| {
        if table::function_in(change, &name)?.is_none() {
            return Err(ChangeError::Refused(no_such_function(&arn)));
        }
        let kept = table::policy_in(change, &name)?;
        let current = kept.as_ref().map(|kept| &kept.revision);
        if expected.is_some() && current != expected.as_ref() {
            return Err(ChangeError::Refused(stale_revision()));
        }
        let mut statements = match &kept {
            Some(kept) => statements(kept, &directory).map_err(ChangeError::Refused)?,
            None => Vec::new(),
        };
        change_it(&mut statements, &arn).map_err(ChangeError::Refused)?;
        if statements.is_empty() {
            table::remove_policy(change, &name)?;
            return Ok(());
        }
        let policy = policy(&name, &statements, &directory).map_err(ChangeError::Refused)?;
        Ok(table::put_policy(change, &name, &policy)?)
    });
    Ok(change.await?)
}

/// The statements of a policy. Principals that are gone stay gone: they are named by their ids.
fn statements(kept: &FunctionPolicy, directory: &Arc<Directory>) -> Result<Vec<Value>, ApiError> {
    let mut document: Value = serde_json::from_str(&kept.policy.shown(directory))
        .map_err(|error| ApiError::internal(&error))?;
    Ok(match document["Statement"].take() {
        Value::Array(statements) => statements,
        _ => Vec::new(),
    })
}

fn policy(
    name: &str,
    statements: &[Value],
    directory: &Arc<Directory>,
) -> Result<FunctionPolicy, ApiError> {
    let text = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    let text = text.to_string();
    if text.len() > LARGEST_POLICY {
        return Err(ApiError::bad_request(
            "PolicyLengthExceededException",
            format!("Policy size limit of {LARGEST_POLICY} bytes exceeded"),
        ));
    }
    let policy = Pinned::new(name, &text, Kind::Resource, directory).map_err(|error| {
        tracing::debug!(%error, "a statement was refused");
        invalid("The provided principal was invalid. Please check the principal and try again.")
    })?;
    Ok(FunctionPolicy {
        revision: uuid::Uuid::new_v4().to_string(),
        policy,
    })
}

fn no_policy(arn: &str) -> ApiError {
    ApiError::not_found(
        "ResourceNotFoundException",
        format!("No policy is associated with the given resource: {arn}"),
    )
}
