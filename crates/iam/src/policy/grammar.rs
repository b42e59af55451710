//! From text to a document.
//!
//! Each function reads one rule of the grammar and refuses what the rule does not know.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::{DocumentError, DocumentErrorKind as Wrong};
use super::{
    ActionElement, Condition, Document, Effect, Kind, PrincipalElement, PrincipalKind,
    PrincipalMap, ResourceElement, Statement, Text, Version,
};
use crate::Span;
use crate::json::{self, Member, Value, ValueKind};

type Read<T> = Result<T, Refusal>;

/// What is wrong with which bytes; the line is counted only when it is shown.
struct Refusal(Wrong, Span);

fn refuse<T>(wrong: Wrong, span: Span) -> Read<T> {
    Err(Refusal(wrong, span))
}

impl Document {
    /// Reads a document and checks it against the grammar of its kind.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence.
    // spec: iam/grammar#document
    pub fn parse(text: &str, kind: Kind) -> Result<Self, DocumentError> {
        let located = |Refusal(kind, span)| DocumentError {
            kind,
            span,
            position: span.start_in(text),
        };
        check_characters(text, kind).map_err(located)?;
        let value = json::parse(text).map_err(|error| DocumentError {
            kind: Wrong::Json(error.kind),
            span: error.span,
            position: error.position,
        })?;
        Grammar { kind }.document(text, &value).map_err(located)
    }

    /// Checks a value that stands inside a larger JSON text, such as an embedded policy of a request.
    ///
    /// Spans refer to `text`, which the document keeps.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn from_value(text: &str, value: &Value<'_>, kind: Kind) -> Result<Self, DocumentError> {
        Grammar { kind }
            .document(text, value)
            .map_err(|Refusal(kind, span)| DocumentError {
                kind,
                span,
                position: span.start_in(text),
            })
    }
}

// spec: iam/grammar#characters
fn check_characters(text: &str, kind: Kind) -> Read<()> {
    if text.is_ascii() || !kind.has_iam_characters() {
        // Control characters are left to the JSON reader, which takes exactly the three that IAM takes.
        return Ok(());
    }
    match text
        .char_indices()
        .find(|(_, character)| *character > '\u{FF}')
    {
        Some((at, character)) => refuse(
            Wrong::Character(character),
            Span::new(at, at + character.len_utf8()),
        ),
        None => Ok(()),
    }
}

struct Grammar {
    kind: Kind,
}

impl Grammar {
    fn document(&self, text: &str, value: &Value<'_>) -> Read<Document> {
        let (mut version, mut id, mut statements) = (Version::default(), None, None);
        for member in members("the policy", value)? {
            match &*member.key {
                "Version" => version = self.version(&member.value)?,
                "Id" if self.kind.takes_id() => id = Some(string("Id", &member.value)?),
                "Id" => return self.misplaced("Id", member),
                "Statement" => statements = Some(self.statements(&member.value)?),
                _ => return unknown(member),
            }
        }
        let Some(statements) = statements else {
            return refuse(Wrong::Missing("Statement"), value.span);
        };
        self.check_sids(&statements)?;
        Ok(Document {
            source: Arc::from(text),
            span: value.span,
            kind: self.kind,
            version,
            id,
            statements,
        })
    }

    fn version(&self, value: &Value<'_>) -> Read<Version> {
        let text = string("Version", value)?;
        match &*text.value {
            "2012-10-17" => Ok(Version::V2012),
            "2008-10-17" => Ok(Version::V2008),
            other => refuse(
                Wrong::Value {
                    element: "Version",
                    value: other.to_owned(),
                },
                value.span,
            ),
        }
    }

    fn statements(&self, value: &Value<'_>) -> Read<Vec<Statement>> {
        match &value.kind {
            ValueKind::Array(list) if list.is_empty() => {
                refuse(Wrong::Empty("Statement"), value.span)
            }
            ValueKind::Array(list) => list.iter().map(|value| self.statement(value)).collect(),
            ValueKind::Object(_) => self.statement(value).map(|statement| vec![statement]),
            _ => refuse(
                Wrong::Type {
                    element: "Statement",
                    wanted: "an object or a list of objects",
                },
                value.span,
            ),
        }
    }

    // spec: iam/grammar#statement
    fn statement(&self, value: &Value<'_>) -> Read<Statement> {
        let (mut sid, mut effect, mut conditions) = (None, None, Vec::new());
        let (mut principal, mut action, mut resource) = (None, None, None);
        for member in members("a statement", value)? {
            match &*member.key {
                "Sid" => sid = Some(self.sid(&member.value)?),
                "Effect" => effect = Some(read_effect(&member.value)?),
                "Principal" | "NotPrincipal" => {
                    set(&mut principal, self.principal(member)?, member)?;
                }
                "Action" => set(&mut action, ActionElement::Action(actions(member)?), member)?,
                "NotAction" => set(
                    &mut action,
                    ActionElement::NotAction(actions(member)?),
                    member,
                )?,
                "Resource" | "NotResource" => set(&mut resource, self.resource(member)?, member)?,
                "Condition" => conditions = read_conditions(&member.value)?,
                _ => return unknown(member),
            }
        }
        let Some(effect) = effect else {
            return refuse(Wrong::Missing("Effect"), value.span);
        };
        let Some(action) = action else {
            return refuse(Wrong::Missing("Action"), value.span);
        };
        if principal.is_none() && self.kind.has_principal() {
            return refuse(Wrong::Missing("Principal"), value.span);
        }
        if resource.is_none() && self.kind.has_resource() {
            return refuse(Wrong::Missing("Resource"), value.span);
        }
        Ok(Statement {
            sid,
            effect,
            principal,
            action,
            resource,
            conditions,
            span: value.span,
        })
    }

    // spec: iam/grammar#sid
    fn sid(&self, value: &Value<'_>) -> Read<Text> {
        let sid = string("Sid", value)?;
        if self.kind.has_strict_sids()
            && !sid.value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return refuse(
                Wrong::Value {
                    element: "Sid",
                    value: sid.value.into(),
                },
                value.span,
            );
        }
        Ok(sid)
    }

    fn check_sids(&self, statements: &[Statement]) -> Read<()> {
        let mut seen = HashSet::new();
        for sid in statements
            .iter()
            .filter_map(|statement| statement.sid.as_ref())
        {
            if self.kind.has_strict_sids() && !sid.value.is_empty() && !seen.insert(&*sid.value) {
                return refuse(Wrong::DuplicateSid(sid.value.to_string()), sid.span);
            }
        }
        Ok(())
    }

    // spec: iam/grammar#principal
    fn principal(&self, member: &Member<'_>) -> Read<PrincipalElement> {
        let negated = member.key == "NotPrincipal";
        let element = if negated { "NotPrincipal" } else { "Principal" };
        if !self.kind.has_principal() || (negated && !self.kind.takes_not_principal()) {
            return self.misplaced(element, member);
        }
        let map = principal_map(element, &member.value)?;
        if self.kind == Kind::Rcp && !map.is_everyone() {
            let value = "a principal other than `*`".to_owned();
            return refuse(
                Wrong::Value {
                    element: "Principal of a resource control policy",
                    value,
                },
                member.value.span,
            );
        }
        Ok(if negated {
            PrincipalElement::NotPrincipal(map)
        } else {
            PrincipalElement::Principal(map)
        })
    }

    // spec: iam/grammar#resource
    fn resource(&self, member: &Member<'_>) -> Read<ResourceElement> {
        let negated = member.key == "NotResource";
        let element = if negated { "NotResource" } else { "Resource" };
        if !self.kind.has_resource() {
            return self.misplaced(element, member);
        }
        let patterns = strings(element, &member.value)?;
        for pattern in &patterns {
            if !self.takes_resource(&pattern.value) {
                return refuse(
                    Wrong::Value {
                        element: "resource",
                        value: pattern.value.to_string(),
                    },
                    pattern.span,
                );
            }
        }
        Ok(if negated {
            ResourceElement::NotResource(patterns)
        } else {
            ResourceElement::Resource(patterns)
        })
    }

    fn takes_resource(&self, pattern: &str) -> bool {
        match self.kind {
            // Services with policies of their own have short forms of their own.
            Kind::Resource => !pattern.is_empty(),
            Kind::Rcp => {
                pattern == "*" || (pattern.starts_with("arn:") && pattern.matches(':').count() >= 5)
            }
            _ => pattern == "*" || pattern.starts_with("arn:"),
        }
    }

    fn misplaced<T>(&self, element: &'static str, member: &Member<'_>) -> Read<T> {
        refuse(
            Wrong::Misplaced {
                element,
                kind: self.kind,
            },
            member.key_span,
        )
    }
}

/// Sets what may be set once: the JSON reader refuses one key twice, so a second is the opposite.
fn set<T>(place: &mut Option<T>, value: T, member: &Member<'_>) -> Read<()> {
    if place.replace(value).is_none() {
        return Ok(());
    }
    let (element, negation) = match member.key.trim_start_matches("Not") {
        "Principal" => ("Principal", "NotPrincipal"),
        "Action" => ("Action", "NotAction"),
        _ => ("Resource", "NotResource"),
    };
    refuse(Wrong::Both(element, negation), member.key_span)
}

fn unknown<T>(member: &Member<'_>) -> Read<T> {
    refuse(
        Wrong::UnknownElement(member.key.to_string()),
        member.key_span,
    )
}

fn members<'v, 't>(element: &'static str, value: &'v Value<'t>) -> Read<&'v [Member<'t>]> {
    match &value.kind {
        ValueKind::Object(members) => Ok(members),
        _ => refuse(
            Wrong::Type {
                element,
                wanted: "an object",
            },
            value.span,
        ),
    }
}

fn string(element: &'static str, value: &Value<'_>) -> Read<Text> {
    match &value.kind {
        ValueKind::String(text) => Ok(Text {
            value: Box::from(&**text),
            span: value.span,
        }),
        _ => refuse(
            Wrong::Type {
                element,
                wanted: "a string",
            },
            value.span,
        ),
    }
}

/// A string or a list of at least one.
fn strings(element: &'static str, value: &Value<'_>) -> Read<Vec<Text>> {
    match &value.kind {
        ValueKind::Array(list) if list.is_empty() => refuse(Wrong::Empty(element), value.span),
        ValueKind::Array(list) => list.iter().map(|value| string(element, value)).collect(),
        ValueKind::String(_) => string(element, value).map(|text| vec![text]),
        _ => refuse(
            Wrong::Type {
                element,
                wanted: "a string or a list of strings",
            },
            value.span,
        ),
    }
}

fn read_effect(value: &Value<'_>) -> Read<Effect> {
    let text = string("Effect", value)?;
    match &*text.value {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => refuse(
            Wrong::Value {
                element: "Effect",
                value: other.to_owned(),
            },
            value.span,
        ),
    }
}

// spec: iam/grammar#action
fn actions(member: &Member<'_>) -> Read<Vec<Text>> {
    let element = if member.key == "Action" {
        "Action"
    } else {
        "NotAction"
    };
    let patterns = strings(element, &member.value)?;
    for pattern in &patterns {
        let is_prefixed = matches!(pattern.value.split_once(':'), Some((prefix, name)) if !prefix.is_empty() && !name.is_empty());
        if &*pattern.value != "*" && (!is_prefixed || pattern.value.contains(char::is_whitespace)) {
            return refuse(
                Wrong::Value {
                    element: "action",
                    value: pattern.value.to_string(),
                },
                pattern.span,
            );
        }
    }
    Ok(patterns)
}

fn principal_map(element: &'static str, value: &Value<'_>) -> Read<PrincipalMap> {
    let named = match &value.kind {
        ValueKind::String(text) if text == "*" => return Ok(PrincipalMap::Everyone),
        ValueKind::Object(members) if members.is_empty() => {
            return refuse(Wrong::Empty(element), value.span);
        }
        ValueKind::Object(members) => members,
        _ => {
            return refuse(
                Wrong::Type {
                    element,
                    wanted: "`*` or an object",
                },
                value.span,
            );
        }
    };
    let name = |member: &Member<'_>| {
        let kind = match &*member.key {
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "Federated" => PrincipalKind::Federated,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            _ => return unknown(member),
        };
        strings(kind.as_str(), &member.value).map(|names| (kind, names))
    };
    named
        .iter()
        .map(name)
        .collect::<Read<_>>()
        .map(PrincipalMap::Named)
}

// spec: iam/grammar#condition
fn read_conditions(value: &Value<'_>) -> Read<Vec<Condition>> {
    let mut conditions = Vec::new();
    for by_operator in members("Condition", value)? {
        let Ok(operator) = by_operator.key.parse() else {
            return refuse(
                Wrong::UnknownOperator(by_operator.key.to_string()),
                by_operator.key_span,
            );
        };
        for by_key in members("a condition operator", &by_operator.value)? {
            if !by_key.key.contains(':') {
                let value = by_key.key.to_string();
                return refuse(
                    Wrong::Value {
                        element: "condition key",
                        value,
                    },
                    by_key.key_span,
                );
            }
            let key = Text {
                value: Box::from(&*by_key.key),
                span: by_key.key_span,
            };
            let span = Span {
                start: by_key.key_span.start,
                end: by_key.value.span.end,
            };
            conditions.push(Condition {
                operator,
                key,
                values: condition_values(&by_key.value)?,
                span,
            });
        }
    }
    Ok(conditions)
}

fn condition_values(value: &Value<'_>) -> Read<Vec<Text>> {
    let one = |value: &Value<'_>| {
        let text: &str = match &value.kind {
            ValueKind::String(text) => text,
            ValueKind::Number(digits) => digits,
            ValueKind::Bool(true) => "true",
            ValueKind::Bool(false) => "false",
            _ => {
                let wanted = "a string, a number, a boolean or a list of them";
                return refuse(
                    Wrong::Type {
                        element: "a condition value",
                        wanted,
                    },
                    value.span,
                );
            }
        };
        Ok(Text {
            value: Box::from(text),
            span: value.span,
        })
    };
    match &value.kind {
        ValueKind::Array(list) => list.iter().map(one).collect(),
        _ => one(value).map(|text| vec![text]),
    }
}
