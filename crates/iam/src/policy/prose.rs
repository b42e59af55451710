//! Documents inside other text: prose, code blocks, answers of the AWS CLI.

use std::sync::Arc;

use super::{Document, DocumentError, DocumentErrorKind, Kind};
use crate::Span;
use crate::json::{self, JsonError, Member, Value, ValueKind};

/// Braces that open no JSON are passed over; after this many the rest of a text is not looked at.
const MOST_FAILURES: usize = 4_096;

/// A text and the policy documents in it, numbered from 1 in the order in which they start.
#[derive(Debug, Clone)]
pub struct Prose {
    source: Arc<str>,
    found: Vec<Found>,
}

/// What was found at one place of a text.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub form: Form,
}

/// The forms in which policies stand in text.
#[derive(Debug, Clone)]
pub enum Form {
    /// A whole document.
    Document,
    /// A statement without a document around it. It is read as though it stood alone in one of version 2012-10-17.
    Statement,
    /// What starts like a document and is not JSON.
    Broken(JsonError),
}

impl Prose {
    /// Finds the documents in `text`.
    ///
    /// A text that is one JSON value is taken for a document whatever it holds, so that reading it says what is wrong.
    pub fn read(text: &str) -> Self {
        let mut found = scan(text);
        let start = text.len() - text.trim_start().len();
        if found.is_empty() && text[start..].starts_with('{') {
            let span = Span::new(start, text.trim_end().len());
            found.push(match json::parse(text) {
                Ok(_) => Found {
                    span,
                    form: Form::Document,
                },
                Err(error) => Found {
                    span,
                    form: Form::Broken(error),
                },
            });
        }
        Self {
            source: Arc::from(text),
            found,
        }
    }

    /// The whole text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What was found, in order.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Reads one of [`Prose::found`] as a document of `kind`. Its spans refer to the whole text.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn document(&self, found: &Found, kind: Kind) -> Result<Document, DocumentError> {
        let value = json::parse_prefix(&self.source, found.span.start as usize);
        let value = match (&found.form, value) {
            (Form::Broken(error), _) => return Err(broken(error)),
            (_, Err(error)) => return Err(broken(&error)),
            (Form::Document, Ok(value)) => value,
            (Form::Statement, Ok(value)) => wrapped(value),
        };
        self.check_characters(found.span, kind)?;
        match Document::from_value("", &value, kind) {
            Ok(document) => Ok(document.with_source(&self.source)),
            Err(error) => Err(DocumentError {
                position: error.span.start_in(&self.source),
                ..error
            }),
        }
    }

    fn check_characters(&self, span: Span, kind: Kind) -> Result<(), DocumentError> {
        let is_foreign = |(_, character): &(usize, char)| *character > '\u{FF}';
        let foreign = span.of(&self.source).char_indices().find(is_foreign);
        match foreign {
            Some((at, character)) if kind.has_iam_characters() => {
                let start = span.start as usize + at;
                let span = Span::new(start, start + character.len_utf8());
                Err(DocumentError {
                    kind: DocumentErrorKind::Character(character),
                    span,
                    position: span.start_in(&self.source),
                })
            }
            _ => Ok(()),
        }
    }
}

impl Document {
    /// The document with its spans in `source`, which is shared.
    fn with_source(mut self, source: &Arc<str>) -> Self {
        self.source = Arc::clone(source);
        self
    }
}

fn broken(error: &JsonError) -> DocumentError {
    DocumentError {
        kind: DocumentErrorKind::Json(error.kind.clone()),
        span: error.span,
        position: error.position,
    }
}

/// A document that holds the statement alone.
fn wrapped(statement: Value<'_>) -> Value<'_> {
    let span = statement.span;
    let member = |key, value| Member {
        key: std::borrow::Cow::Borrowed(key),
        key_span: span,
        value,
    };
    let version = Value {
        kind: ValueKind::String("2012-10-17".into()),
        span,
    };
    Value {
        kind: ValueKind::Object(vec![
            member("Version", version),
            member("Statement", statement),
        ]),
        span,
    }
}

fn scan(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut at, mut failures) = (0, 0);
    while let Some(offset) = memchr::memchr(b'{', &text.as_bytes()[at..]) {
        let start = at + offset;
        at = start + 1;
        let Some(key) = first_key(&text[at..]) else {
            continue;
        };
        match json::parse_prefix(text, start) {
            Ok(value) => {
                collect(&value, &mut found);
                at = value.span.end as usize;
            }
            Err(error) => {
                if is_policy_word(key) {
                    at = after_braces(text, start);
                    found.push(Found {
                        span: Span::new(start, at),
                        form: Form::Broken(error),
                    });
                }
                failures += 1;
                if failures == MOST_FAILURES {
                    break;
                }
            }
        }
    }
    found
}

/// What the first key of an object starts with; `None` if no key follows.
fn first_key(inside: &str) -> Option<&str> {
    inside.trim_ascii_start().strip_prefix('"')
}

fn is_policy_word(key: &str) -> bool {
    [
        "Version\"",
        "Id\"",
        "Statement\"",
        "Sid\"",
        "Effect\"",
        "Action\"",
        "NotAction\"",
    ]
    .iter()
    .any(|word| key.starts_with(word))
}

/// The offset after the brace that closes the one at `start`, as far as braces alone tell.
fn after_braces(text: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for at in memchr::memchr2_iter(b'{', b'}', &text.as_bytes()[start..]) {
        if text.as_bytes()[start + at] == b'{' {
            depth += 1;
        } else {
            depth -= 1;
        }
        if depth == 0 {
            return start + at + 1;
        }
    }
    text.len()
}

fn collect(value: &Value<'_>, found: &mut Vec<Found>) {
    let form = match &value.kind {
        ValueKind::Object(_) if value.get("Statement").is_some() => Some(Form::Document),
        ValueKind::Object(_) if is_statement(value) => Some(Form::Statement),
        _ => None,
    };
    if let Some(form) = form {
        found.push(Found {
            span: value.span,
            form,
        });
        return;
    }
    match &value.kind {
        ValueKind::Array(elements) => elements.iter().for_each(|value| collect(value, found)),
        ValueKind::Object(members) => {
            members
                .iter()
                .for_each(|member| collect(&member.value, found));
        }
        _ => {}
    }
}

fn is_statement(value: &Value<'_>) -> bool {
    value.get("Effect").is_some()
        && (value.get("Action").is_some() || value.get("NotAction").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> String {
        let form = |found: &Found| match found.form {
            Form::Document => 'd',
            Form::Statement => 's',
            Form::Broken(_) => 'b',
        };
        Prose::read(text).found().iter().map(form).collect()
    }

    const STATEMENT: &str = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;

    #[test]
    fn documents_are_found_in_prose() {
        let document = format!(r#"{{"Statement":{STATEMENT}}}"#);
        for (text, expected) in [
            (String::new(), ""),
            ("no braces, {some} and { } more }".to_owned(), ""),
            (document.clone(), "d"),
            (
                format!("Paste this:\n```json\n{document}\n```\nor {{this}}:\n{STATEMENT}."),
                "ds",
            ),
            (
                format!(r#"{{"PolicyVersion":{{"Document":{document},"VersionId":"v1"}}}}"#),
                "d",
            ),
            (format!("[{STATEMENT},{STATEMENT}]"), "ss"),
            (
                r#"a {"Version": "2012-10-17", "Statement": [,]} b"#.to_owned(),
                "b",
            ),
            (r#"{"a": 1}"#.to_owned(), "d"),
            (r#"{"a": 1"#.to_owned(), "b"),
        ] {
            assert_eq!(forms(&text), expected, "{text}");
        }
    }

    #[test]
    fn spans_refer_to_the_whole_text() {
        let text = format!("Some words.\n\n  {STATEMENT}\n");
        let prose = Prose::read(&text);
        let document = prose.document(&prose.found()[0], Kind::Identity).unwrap();
        let statement = &document.statements()[0];
        assert_eq!(statement.span.of(document.source()), STATEMENT);
        assert_eq!(document.positions(statement.span).0.line, 3);
        let error = prose
            .document(&prose.found()[0], Kind::Resource)
            .unwrap_err();
        assert_eq!(error.to_string(), "Principal is missing at line 3 column 3");
    }

    #[test]
    fn characters_are_checked_inside_documents_alone() {
        let text = format!("\u{2705} yes: {STATEMENT}");
        let prose = Prose::read(&text);
        assert!(prose.document(&prose.found()[0], Kind::Identity).is_ok());
        let text = text.replace("GetObject", "Get\u{2705}");
        let prose = Prose::read(&text);
        assert!(prose.document(&prose.found()[0], Kind::Identity).is_err());
    }

    #[test]
    fn hostile_text_takes_bounded_time() {
        for text in [
            "{",
            "{\"",
            "{\"a\":",
            "{\"Effect\":",
            "}{",
            "{\"a\":{}},",
            "{\"a\":[{\"b\":",
        ] {
            Prose::read(&text.repeat(200_000));
        }
    }
}
