//! From text to a document.
//!
//! Each function reads one rule of the grammar and refuses what the rule does not know.

mod condition;
mod pattern;
mod principal;
mod sid;
mod value;

use std::sync::Arc;

use condition::read_conditions;
use pattern::actions;
use value::{Read, Refusal, all, members, refuse, string, unknown};

use super::error::{DocumentError, DocumentErrorKind as Wrong};
use super::{ActionElement, Document, Effect, Kind, Statement, Version};
use crate::Span;
use crate::json::{self, Member, Value, ValueKind};

impl Document {
    /// Reads a document and checks it against the grammar of its kind.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence.
    // spec: iam/grammar#document
    pub fn parse(text: &str, kind: Kind) -> Result<Self, DocumentError> {
        check_characters(text, kind).map_err(|refusal| refusal.locate(text))?;
        let value = json::parse(text).map_err(|error| DocumentError {
            kind: Wrong::Json(error.kind),
            span: error.span,
            position: error.position,
        })?;
        Self::from_value(text, &value, kind)
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
            .map_err(|refusal| refusal.locate(text))
    }
}

impl Refusal {
    fn locate(self, text: &str) -> DocumentError {
        let (kind, span) = *self.0;
        DocumentError {
            kind,
            span,
            position: span.start_in(text),
        }
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
            ValueKind::Array(list) => all(list, |value| self.statement(value)),
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
