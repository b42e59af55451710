//! Policies, generated from the table of calls.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::calls::{Call, Condition, Part, Scope, of};

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
    condition: BTreeMap<&'static str, BTreeMap<String, Values>>,
}

/// One value is written as itself, which is shorter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Any(Vec<String>),
}

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// A service of AWS, for example `lambda.amazonaws.com`.
    Service(String),
    /// A service of AWS, on behalf of this account alone: it serves many, and could be confused.
    ServiceFor {
        /// For example `ecs-tasks.amazonaws.com`.
        service: String,
        /// Twelve digits.
        account: String,
    },
    /// The user, role or account with this ARN.
    Principal(String),
}

/// The least that `part` needs in `scope`.
///
/// Rows on the same resource under the same conditions share a statement.
#[must_use]
pub fn generate(part: Part, scope: &Scope) -> Policy {
    generate_all(&[part], scope)
}

/// The least that whoever plays all of `parts` needs in `scope`. What several parts need is allowed once.
#[must_use]
pub fn generate_all(parts: &[Part], scope: &Scope) -> Policy {
    of_calls(parts.iter().flat_map(|part| of(*part, scope)), scope)
}

/// A policy that allows exactly these rows of the table.
#[must_use]
pub fn of_calls<'a>(calls: impl IntoIterator<Item = &'a Call>, scope: &Scope) -> Policy {
    let mut groups: Vec<(&Call, Vec<&'static str>)> = Vec::new();
    for call in calls {
        match groups.iter_mut().find(|(first, _)| same_place(first, call)) {
            Some((_, actions)) => actions.push(call.action),
            None => groups.push((call, vec![call.action])),
        }
    }
    let mut statement = Vec::new();
    for (first, actions) in groups {
        let sid = unused(&sid(first), &statement);
        statement.push(Statement::allow(sid, first, actions, scope));
    }
    Policy {
        version: "2012-10-17",
        statement,
    }
}

/// The policy that lets `trusted`, and nobody else, assume a role.
#[must_use]
pub fn trust(trusted: &Trusted) -> Policy {
    let mut condition: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let principal = match trusted {
        Trusted::Service(service) => ("Service", service.clone()),
        Trusted::ServiceFor { service, account } => {
            let own = Values::One(account.clone());
            condition
                .entry("StringEquals")
                .or_default()
                .insert("aws:SourceAccount".to_owned(), own);
            ("Service", service.clone())
        }
        Trusted::Principal(arn) => ("AWS", arn.clone()),
    };
    let statement = Statement {
        sid: "Trust".into(),
        effect: "Allow",
        principal: Some(BTreeMap::from([principal])),
        action: vec!["sts:AssumeRole".into()],
        resource: Vec::new(),
        condition,
    };
    Policy {
        version: "2012-10-17",
        statement: vec![statement],
    }
}

impl Policy {
    /// One action on one resource.
    pub(crate) fn of_one(sid: &str, action: &str, resource: String) -> Self {
        let statement = Statement {
            sid: sid.to_owned(),
            effect: "Allow",
            principal: None,
            action: vec![action.to_owned()],
            resource: vec![resource],
            condition: BTreeMap::new(),
        };
        Self {
            version: "2012-10-17",
            statement: vec![statement],
        }
    }

    /// As IAM takes it, without white space.
    #[must_use]
    #[expect(clippy::expect_used, reason = "strings and lists always serialise")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a policy is plain JSON")
    }

    /// The same, indented for people.
    #[must_use]
    #[expect(clippy::expect_used, reason = "strings and lists always serialise")]
    pub fn to_pretty_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a policy is plain JSON")
    }

    /// As a JSON value.
    #[must_use]
    #[expect(clippy::expect_used, reason = "strings and lists always serialise")]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a policy is plain JSON")
    }

    /// The characters that AWS counts against the quotas on sizes.
    #[must_use]
    pub fn counted_characters(&self) -> usize {
        self.to_json()
            .chars()
            .filter(|character| !character.is_whitespace())
            .count()
    }

    /// How many statements it has.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statement.len()
    }
}

impl Statement {
    fn allow(sid: String, first: &Call, actions: Vec<&'static str>, scope: &Scope) -> Self {
        let mut condition: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for one in first.conditions {
            let written = Condition::written(*one, scope);
            let values = match <[String; 1]>::try_from(written.values) {
                Ok([value]) => Values::One(value),
                Err(values) => Values::Any(values),
            };
            condition
                .entry(written.operator)
                .or_default()
                .insert(written.key, values);
        }
        let mut action: Vec<_> = actions.into_iter().map(str::to_owned).collect();
        action.sort();
        action.dedup();
        Self {
            sid,
            effect: "Allow",
            principal: None,
            action,
            resource: first.resource.arns(scope),
            condition,
        }
    }
}

fn same_place(a: &Call, b: &Call) -> bool {
    a.resource == b.resource && a.conditions == b.conditions
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

/// `sid`, with a number behind it where a statement has it already.
fn unused(sid: &str, statements: &[Statement]) -> String {
    let taken = |name: &str| statements.iter().any(|statement| statement.sid == name);
    let numbered = (2..).map(|number| format!("{sid}{number}"));
    std::iter::once(sid.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_default()
}

/// A document as IAM answers with it, which is percent-encoded, as it was written.
pub(crate) fn decoded(document: &str) -> String {
    percent_decode_str(document)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Trusted, generate, generate_all, trust};
    use crate::calls::{Part, Scope};

    fn scopes() -> [Scope; 3] {
        let place = |partition, region| {
            let mut scope = Scope::new(partition, "123456789012", region);
            scope.bucket = format!("remotionlambda-{}-abcdefghij", region.replace('-', ""));
            scope
        };
        [
            place("aws", "ap-southeast-1"),
            place("aws-cn", "cn-northwest-1"),
            place("aws-us-gov", "us-gov-west-1").with_every_variant(),
        ]
    }

    #[test]
    fn policies_fit_the_place_they_are_meant_for() {
        for scope in scopes() {
            for part in Part::ALL {
                let size = generate(part, &scope).counted_characters();
                assert!(size <= 6_144, "{part}: {size} characters");
            }
            let both = generate_all(&[Part::Deployer, Part::Trigger, Part::ClipInvoker], &scope);
            let size = both.counted_characters();
            assert!(size <= 6_144, "a user who does it all: {size} characters");
        }
        let service = Trusted::ServiceFor {
            service: "ecs-tasks.amazonaws.com".into(),
            account: "123456789012".into(),
        };
        assert!(trust(&service).counted_characters() <= 2_048);
    }

    #[test]
    fn only_what_has_no_resource_is_allowed_on_everything() {
        for scope in scopes() {
            for part in Part::ALL {
                let policy = generate(part, &scope).to_value();
                for statement in policy["Statement"].as_array().unwrap() {
                    if statement["Resource"] == serde_json::json!(["*"]) {
                        for action in statement["Action"].as_array().unwrap() {
                            let name = action.as_str().unwrap().split(':').nth(1).unwrap();
                            let harmless = ["List", "Describe", "Get", "Lookup"];
                            assert!(
                                harmless.iter().any(|verb| name.starts_with(verb))
                                    || matches!(
                                        name,
                                        "CreateEventSourceMapping"
                                            | "CreateNetworkInterface"
                                            | "DeleteNetworkInterface"
                                    ),
                                "{part}: {action}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_partition_is_the_scopes() {
        for scope in scopes() {
            for part in Part::ALL {
                let json = generate(part, &scope).to_json();
                let foreign = json
                    .match_indices("arn:")
                    .find(|(at, _)| !json[at + 4..].starts_with(&format!("{}:", scope.partition)));
                assert_eq!(foreign, None, "{part}: {json}");
            }
        }
    }

    #[test]
    fn the_trigger_can_neither_create_nor_write_outputs() {
        for scope in scopes() {
            let json = generate(Part::Trigger, &scope).to_json();
            for word in ["CreateF", "CreateB", "DeleteO", "PassRole", "PutObjectAcl"] {
                assert!(!json.contains(word), "{json}");
            }
        }
    }

    #[test]
    fn statements_are_told_apart() {
        for scope in scopes() {
            for part in Part::ALL {
                let policy = generate(part, &scope).to_value();
                let statements = policy["Statement"].as_array().unwrap();
                let mut sids: Vec<_> = statements.iter().map(|one| one["Sid"].as_str()).collect();
                sids.sort_unstable();
                sids.dedup();
                assert_eq!(sids.len(), statements.len(), "{part}");
            }
        }
    }
}
