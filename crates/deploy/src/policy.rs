//! Policies, generated from the table of calls.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::calls::{Call, Condition, Part, Scope, table};

/// A policy document. Its statements have one Sid each, derived from what they allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: String,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<BTreeMap<&'static str, String>>,
    action: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// A service of AWS, for example `lambda.amazonaws.com`.
    Service(&'static str),
    /// The user, role or account with this ARN.
    Principal(String),
}

/// The least that `part` needs in `scope`.
///
/// Rows on the same resource under the same conditions share a statement.
#[must_use]
pub fn generate(part: Part, scope: &Scope) -> Policy {
    let mut groups: Vec<(&Call, Vec<&Call>)> = Vec::new();
    for call in table().filter(|call| call.part == part) {
        match groups.iter_mut().find(|(first, _)| same_place(first, call)) {
            Some((_, calls)) => calls.push(call),
            None => groups.push((call, vec![call])),
        }
    }
    let statement = groups
        .into_iter()
        .map(|(first, calls)| Statement::allow(first, &calls, scope))
        .collect();
    Policy {
        version: "2012-10-17",
        statement,
    }
}

/// The policy that lets `trusted`, and nobody else, assume a role.
#[must_use]
pub fn trust(trusted: &Trusted) -> Policy {
    let principal = match trusted {
        Trusted::Service(service) => ("Service", (*service).to_owned()),
        Trusted::Principal(arn) => ("AWS", arn.clone()),
    };
    let statement = Statement {
        sid: "Trust".into(),
        effect: "Allow",
        principal: Some(BTreeMap::from([principal])),
        action: vec!["sts:AssumeRole".into()],
        resource: Vec::new(),
        condition: BTreeMap::new(),
    };
    Policy {
        version: "2012-10-17",
        statement: vec![statement],
    }
}

impl Policy {
    /// As IAM takes it, without white space.
    #[must_use]
    #[expect(clippy::expect_used, reason = "strings and lists always serialise")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a policy is plain JSON")
    }

    /// The same policy without its `index`-th statement, for proving that it is needed.
    #[must_use]
    pub fn without_statement(&self, index: usize) -> Self {
        let mut policy = self.clone();
        policy.statement.remove(index);
        policy
    }

    /// How many statements it has.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statement.len()
    }
}

impl Statement {
    fn allow(first: &Call, calls: &[&Call], scope: &Scope) -> Self {
        let mut condition: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for one in first.conditions {
            let (operator, key, value) = written(*one, scope);
            condition.entry(operator).or_default().insert(key, value);
        }
        let mut action: Vec<_> = calls.iter().map(|call| call.action.to_owned()).collect();
        action.sort();
        Self {
            sid: sid(first),
            effect: "Allow",
            principal: None,
            action,
            resource: vec![first.resource.arn(scope)],
            condition,
        }
    }
}

fn same_place(a: &Call, b: &Call) -> bool {
    a.resource == b.resource && a.conditions == b.conditions
}

fn written(condition: Condition, scope: &Scope) -> (&'static str, &'static str, String) {
    match condition {
        Condition::OwnAccount => ("StringEquals", "aws:ResourceAccount", scope.account.clone()),
    }
}

/// For example `ObjectsRenders` or `Function`: Sids hold letters and digits only.
fn sid(call: &Call) -> String {
    let debug = format!("{:?}", call.resource);
    let words = debug
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    words.map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::{Trusted, generate, trust};
    use crate::calls::{Part, Scope};

    fn scope() -> Scope {
        Scope {
            partition: "aws".into(),
            account: "123456789012".into(),
            region: "us-east-1".into(),
            bucket: "remotionlambda-useast1-abcdefghij".into(),
            function: "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec".into(),
        }
    }

    #[test]
    fn policies_fit_the_place_they_are_meant_for() {
        for part in Part::ALL {
            let size = generate(part, &scope()).to_json().len();
            assert!(size <= 6_144, "{part}: {size} characters");
        }
        assert!(
            trust(&Trusted::Service("lambda.amazonaws.com"))
                .to_json()
                .len()
                <= 2_048
        );
    }

    #[test]
    fn nothing_is_allowed_on_everything() {
        for part in Part::ALL {
            let json = generate(part, &scope()).to_json();
            assert!(!json.contains("\"*\""), "{part}: {json}");
            assert!(!json.contains("::*"), "{part}: {json}");
        }
    }

    #[test]
    fn the_trigger_can_neither_create_nor_write_outputs() {
        let json = generate(Part::Trigger, &scope()).to_json();
        for word in ["Create", "Delete", "PassRole", "PutObjectAcl"] {
            assert!(!json.contains(word), "{json}");
        }
    }
}
