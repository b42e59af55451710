//! Policies that name principals: names are pinned to unique ids when they are saved.
//!
//! A role that is deleted and made again is another role: policies that named the first do not
//! trust the second, and show the id of the one that is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use iam::policy::{Document, DocumentError, Kind};
use iam::{Arn, Policy};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::directory::Directory;
use crate::identity::policy::Compiled;

/// A policy whose principals are pinned to unique ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pinned {
    /// The text as it was given.
    given: String,
    /// ARNs in it, and whose they were when it was saved.
    ids: BTreeMap<String, String>,
    /// The text with ids in the places of ARNs.
    pinned: Compiled,
}

/// A policy that names principals cannot be saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidPrincipal {
    /// It is no policy.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// It names somebody who does not exist.
    #[error("Invalid principal in policy: \"AWS\":\"{0}\"")]
    Unknown(String),
}

impl Pinned {
    /// Reads a policy and pins the users and roles that it names.
    ///
    /// # Errors
    /// That it is no policy of this kind, or that it names somebody who does not exist.
    pub(crate) fn new(
        name: &str,
        text: &str,
        kind: Kind,
        directory: &Directory,
    ) -> Result<Self, InvalidPrincipal> {
        let document = Document::parse(text, kind)?;
        let mut ids = BTreeMap::new();
        let mut json: Value = match serde_json::from_str(text) {
            Ok(json) => json,
            // What the grammar takes is JSON.
            Err(_) => return Ok(Self::unpinned(name, text, document)),
        };
        for principal in aws_principals(&mut json) {
            if let Some(id) = pin(principal, directory)? {
                ids.insert(std::mem::replace(principal, id.clone()), id);
            }
        }
        if ids.is_empty() {
            return Ok(Self::unpinned(name, text, document));
        }
        let pinned = Document::parse(&json.to_string(), kind)?;
        Ok(Self {
            given: text.to_owned(),
            ids,
            pinned: Policy::inline(name, pinned).into(),
        })
    }

    fn unpinned(name: &str, text: &str, document: Document) -> Self {
        Self {
            given: text.to_owned(),
            ids: BTreeMap::new(),
            pinned: Policy::inline(name, document).into(),
        }
    }

    /// The policy as decisions use it.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        self.pinned.policy()
    }

    /// The text as it is shown: as it was given, but with ids in place of those who are gone.
    pub(crate) fn shown(&self, directory: &Directory) -> String {
        let gone = |arn: &str, id: &str| match entity_id(arn, directory) {
            Some(current) => current != id,
            None => true,
        };
        if !self.ids.iter().any(|(arn, id)| gone(arn, id)) {
            return self.given.clone();
        }
        let Ok(mut json) = serde_json::from_str::<Value>(&self.given) else {
            return self.given.clone();
        };
        for principal in aws_principals(&mut json) {
            if let Some(id) = self
                .ids
                .get(principal.as_str())
                .filter(|id| gone(principal, id))
            {
                *principal = id.clone();
            }
        }
        json.to_string()
    }
}

/// The id to write in place of a principal, if it is a user or role of this account.
fn pin(principal: &str, directory: &Directory) -> Result<Option<String>, InvalidPrincipal> {
    let unknown = || InvalidPrincipal::Unknown(principal.to_owned());
    let is_account = principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = (principal.starts_with("AIDA") || principal.starts_with("AROA"))
        && principal.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if principal == "*" || is_account || is_id {
        return Ok(None);
    }
    let arn = Arn::parse(principal).map_err(|_| unknown())?;
    match (arn.service(), arn.resource().split_once('/')) {
        ("iam", None) if arn.resource() == "root" => Ok(None),
        ("iam", Some(("user" | "role", _))) => entity_id(principal, directory)
            .map(Some)
            .ok_or_else(unknown),
        // A session is named by its ARN; its role must exist.
        ("sts", Some(("assumed-role", session))) => {
            let role = session.split('/').next().unwrap_or_default();
            directory.role(role).map(|_| None).ok_or_else(unknown)
        }
        ("sts", Some(("federated-user", _))) => Ok(None),
        _ => Err(unknown()),
    }
}

fn entity_id(arn: &str, directory: &Directory) -> Option<String> {
    let name = arn.rsplit('/').next()?;
    if arn.contains(":role/") {
        return directory
            .role_by_arn(arn)
            .map(|role| role.principal.id.clone());
    }
    directory
        .user(name)
        .filter(|user| user.principal.arn == arn)
        .map(|user| user.principal.id.clone())
}

/// Every string under `Principal.AWS` and `NotPrincipal.AWS` of every statement.
fn aws_principals(document: &mut Value) -> Vec<&mut String> {
    let statements = match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.iter_mut().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    };
    let mut found = Vec::new();
    for statement in statements {
        let Value::Object(members) = statement else {
            continue;
        };
        for (name, element) in members.iter_mut() {
            if name != "Principal" && name != "NotPrincipal" {
                continue;
            }
            match element.get_mut("AWS") {
                Some(Value::String(one)) => found.push(one),
                Some(Value::Array(many)) => {
                    found.extend(many.iter_mut().filter_map(|value| match value {
                        Value::String(one) => Some(one),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
    }
    found
}
