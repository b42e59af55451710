//! Finding the words of a service in what people paste.

use std::borrow::Cow;

use crate::json::{self, Value, ValueKind};

/// The text in which a denial is looked for: that of a JSON document's strings, entities resolved, and
/// without the line breaks that a terminal or a mail put in.
pub(super) fn plain(text: &str) -> String {
    let inner = from_json(text).map_or(Cow::Borrowed(text), Cow::Owned);
    unwrap_lines(&resolve_entities(&inner))
}

/// The strings of a JSON document that holds a denial, one a line; those inside strings that are JSON themselves, too.
fn from_json(text: &str) -> Option<String> {
    let start = text.find('{')?;
    let value = json::parse_prefix(text, start).ok()?;
    let mut found = text[..start].to_owned();
    collect(&value, &mut found);
    // Names hold braces, too: then the denial stands around the "document".
    let holds_denial = ["authorized to perform", "Access Denied"]
        .iter()
        .any(|words| found[start..].contains(words));
    holds_denial.then_some(found)
}

fn collect(value: &Value<'_>, found: &mut String) {
    match &value.kind {
        ValueKind::String(text) => {
            found.push('\n');
            match json::parse(text) {
                Ok(inner) if matches!(inner.kind, ValueKind::Object(_)) => collect(&inner, found),
                _ => found.push_str(text),
            }
        }
        ValueKind::Array(list) => list.iter().for_each(|value| collect(value, found)),
        ValueKind::Object(members) => members
            .iter()
            .for_each(|member| collect(&member.value, found)),
        _ => {}
    }
}

fn resolve_entities(text: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}

/// Turns white space with a line break in it into one space; other white space is part of names. What frames and
/// quotations in mails put at the start of a line goes with it.
fn unwrap_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(char::is_whitespace) {
        out.push_str(&rest[..start]);
        let mut after = rest[start..].trim_start();
        let space = &rest[start..rest.len() - after.len()];
        if space.contains('\n') {
            after = after.trim_start_matches(|letter: char| {
                letter.is_whitespace() || matches!(letter, '│' | '>')
            });
        }
        out.push_str(if space.contains(['\n', '\r']) {
            " "
        } else {
            space
        });
        rest = after;
    }
    out.push_str(rest);
    out
}
