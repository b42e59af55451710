//! Text that a template's author meant to be replaced.

use super::{Linter, Rule, Severity};
use crate::Span;
use crate::policy::{PrincipalElement, PrincipalMap, Statement, Text};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let principals = statement.principal.iter().flat_map(|element| {
        let (PrincipalElement::Principal(map) | PrincipalElement::NotPrincipal(map)) = element;
        match map {
            PrincipalMap::Everyone => &[],
            PrincipalMap::Named(named) => named.as_slice(),
        }
    });
    let names = principals.flat_map(|(_, names)| names);
    for text in statement.texts_with_variables().chain(names) {
        if let Some(placeholder) = placeholder(&text.value) {
            linter.find_with_fix(
                Rule::Placeholder,
                Severity::Warning,
                inside(linter, text, placeholder),
                format!("`{placeholder}` looks like a placeholder that was not replaced"),
                "write the name that is meant",
            );
        }
    }
}

/// The placeholder's own place, where the text is written as it reads.
fn inside(linter: &Linter<'_>, text: &Text, placeholder: &str) -> Span {
    let written = text.span.of(linter.document.source());
    match written.find(placeholder) {
        Some(at) => {
            let start = text.span.start as usize + at;
            Span::new(start, start + placeholder.len())
        }
        None => text.span,
    }
}

/// The first placeholder in a text: `{name}` without a dollar sign before it, `<name>`, `[name]`, or words in
/// capitals as templates write them.
fn placeholder(text: &str) -> Option<&str> {
    let brackets = [('{', '}'), ('<', '>')];
    let bracketed = brackets.into_iter().find_map(|(open, close)| {
        text.match_indices(open).find_map(|(start, _)| {
            let inside = &text[start + 1..];
            let end = inside.find(close)?;
            let is_variable = open == '{' && text[..start].ends_with('$');
            let is_word = !inside[..end].is_empty()
                && inside[..end]
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || " -_.".contains(letter));
            (!is_variable && is_word).then(|| &text[start..start + end + 2])
        })
    });
    bracketed.or_else(|| text.split([':', '/', ',']).find(|part| is_shouted(part)))
}

/// `ACCOUNT_ID`, `YOUR-BUCKET-NAME`, `BUCKET`, `REGION`: words that nobody's resources are called.
fn is_shouted(part: &str) -> bool {
    let words = [
        "ACCOUNT",
        "ACCOUNTID",
        "BUCKET",
        "BUCKETNAME",
        "REGION",
        "YOUR",
        "EXAMPLE",
        "NAME",
        "FUNCTION",
    ];
    let mut seen = part
        .split(['-', '_'])
        .filter(|word| !word.is_empty())
        .peekable();
    let is_capital = part.bytes().any(|byte| byte.is_ascii_uppercase())
        && !part
            .bytes()
            .any(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_capital && seen.peek().is_some_and(|first| words.contains(first))
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn templates_are_recognized() {
        for (text, expected) in [
            ("arn:aws:s3:::{buckername}/*", Some("{buckername}")),
            ("arn:aws:s3:::<your bucket>", Some("<your bucket>")),
            ("arn:aws:iam::ACCOUNT_ID:role/r", Some("ACCOUNT_ID")),
            ("arn:aws:s3:::YOUR-BUCKET-NAME/*", Some("YOUR-BUCKET-NAME")),
            ("arn:aws:s3:::b/${aws:username}/*", None),
            ("arn:aws:s3:::b/PUBLIC/*", None),
            (
                "arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST",
                None,
            ),
            ("{", None),
            ("a{}b", None),
        ] {
            assert_eq!(placeholder(text), expected, "{text}");
        }
    }
}
