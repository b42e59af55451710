//! Plain values, and how they are refused.

use crate::Span;
use crate::json::{Member, Value, ValueKind};
use crate::policy::Text;
use crate::policy::error::DocumentErrorKind as Wrong;

pub(super) type Read<T> = Result<T, Refusal>;

/// What is wrong with which bytes; the line is counted only when it is shown.
///
/// Boxed, since it is large and rare.
pub(super) struct Refusal(pub(super) Box<(Wrong, Span)>);

#[cold]
pub(super) fn refuse<T>(wrong: Wrong, span: Span) -> Read<T> {
    Err(Refusal(Box::new((wrong, span))))
}

pub(super) fn unknown<T>(member: &Member<'_>) -> Read<T> {
    refuse(
        Wrong::UnknownElement(member.key.to_string()),
        member.key_span,
    )
}

pub(super) fn members<'v, 't>(
    element: &'static str,
    value: &'v Value<'t>,
) -> Read<&'v [Member<'t>]> {
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

pub(super) fn string(element: &'static str, value: &Value<'_>) -> Read<Text> {
    let text = plain(element, "a string", value)?;
    Ok(Text {
        value: text.into(),
        span: value.span,
    })
}

/// A string or a list of at least one.
pub(super) fn strings(element: &'static str, value: &Value<'_>) -> Read<Vec<Text>> {
    let (list, wanted) = match &value.kind {
        ValueKind::Array(list) if list.is_empty() => {
            return refuse(Wrong::Empty(element), value.span);
        }
        ValueKind::Array(list) => (list.as_slice(), "a string"),
        _ => (std::slice::from_ref(value), "a string or a list of strings"),
    };
    let mut texts = Vec::with_capacity(list.len());
    for value in list {
        let text = plain(element, wanted, value)?;
        texts.push(Text {
            value: text.into(),
            span: value.span,
        });
    }
    Ok(texts)
}

fn plain<'v>(element: &'static str, wanted: &'static str, value: &'v Value<'_>) -> Read<&'v str> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => refuse(Wrong::Type { element, wanted }, value.span),
    }
}

/// Every value of a list, read.
pub(super) fn all<'v, T>(
    list: &'v [Value<'v>],
    read: impl Fn(&'v Value<'v>) -> Read<T>,
) -> Read<Vec<T>> {
    let mut out = Vec::with_capacity(list.len());
    for value in list {
        out.push(read(value)?);
    }
    Ok(out)
}
