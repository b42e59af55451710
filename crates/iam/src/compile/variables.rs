//! Policy variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for those characters.

use super::Notes;
use crate::wildcard::Token;
use crate::{Context, Values};

/// A text with variables in it.
#[derive(Debug)]
pub(crate) struct Template(Box<[Piece]>);

#[derive(Debug)]
enum Piece {
    /// Text in which wildcards count, where the element knows any.
    Text(Box<str>),
    /// A character for itself.
    Escaped(char),
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
}

impl Template {
    /// Reads a text; `None` if it holds no variable, so that it can be taken as it is.
    // spec: iam/variables#form
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !may_hold_variables(text) {
            return None;
        }
        let mut rest = text;
        let mut pieces = Vec::new();
        while let Some((before, inside, after)) = next_variable(rest) {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            pieces.push(Piece::of(inside));
            rest = after;
        }
        if pieces.is_empty() {
            return None;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Some(Self(pieces.into()))
    }

    /// The text with every variable replaced; `None` if one has no value.
    pub(crate) fn text<'p>(
        &'p self,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Option<String> {
        let mut out = String::new();
        self.replace(context, notes, |text, _| out.push_str(text))?;
        Some(out)
    }

    /// The pattern with every variable replaced by literal text; `None` if one has no value.
    // spec: iam/variables#literal
    pub(crate) fn tokens<'p>(
        &'p self,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Option<Vec<Token>> {
        let mut out = Vec::new();
        self.replace(context, notes, |text, is_pattern| {
            if is_pattern {
                out.extend(Token::of_pattern(text));
            } else {
                out.extend(text.chars().map(Token::Literal));
            }
        })?;
        Some(out)
    }

    fn replace<'p>(
        &'p self,
        context: &Context,
        notes: &mut impl Notes<'p>,
        mut put: impl FnMut(&str, bool),
    ) -> Option<()> {
        let mut complete = Some(());
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => put(text, true),
                Piece::Escaped(character) => put(character.encode_utf8(&mut [0; 4]), false),
                Piece::Variable { key, default } => match (context.get_lower(key), default) {
                    (Some(Values::One(value)), _) => put(value, false),
                    (None, Some(default)) => put(default, false),
                    (None, None) => {
                        notes.missing(key);
                        complete = None;
                    }
                    // A multivalued key is no variable.
                    (Some(Values::Many(_)), _) => complete = None,
                },
            }
        }
        complete
    }
}

impl Piece {
    fn of(inside: &str) -> Self {
        let mut characters = inside.chars();
        if let (Some(character @ ('*' | '?' | '$')), None) = (characters.next(), characters.next())
        {
            return Self::Escaped(character);
        }
        let (key, default) = key_and_default(inside);
        Self::Variable {
            key: key.to_lowercase().into(),
            default: default.map(Into::into),
        }
    }
}

fn key_and_default(inside: &str) -> (&str, Option<&str>) {
    let with_default = inside
        .split_once(", '")
        .and_then(|(key, rest)| Some((key, rest.strip_suffix('\'')?)));
    match with_default {
        Some((key, default)) => (key.trim(), Some(default)),
        None => (inside.trim(), None),
    }
}

/// The keys of the variables in a text, as written.
pub(super) fn variable_keys(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let variables = std::iter::from_fn(move || {
        let (_, inside, after) = next_variable(rest)?;
        rest = after;
        Some(inside)
    });
    variables
        .filter(|inside| !["*", "?", "$"].contains(inside))
        .map(|inside| key_and_default(inside).0)
}

/// Whether a text holds what opens a variable. Most texts hold no `$` at all, which is quickly seen.
pub(super) fn may_hold_variables(text: &str) -> bool {
    memchr::memchr(b'$', text.as_bytes()).is_some_and(|at| text[at..].contains("${"))
}

/// What precedes the first variable, what stands inside its braces, and what follows it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let close = match rest.find('}')? {
        close if rest[..close].contains(", '") && !rest[..close].ends_with('\'') => {
            rest.find("'}")? + 1
        }
        close => close,
    };
    Some((before, &rest[..close], &rest[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Silent;

    #[test]
    fn replaces_variables() {
        let context = Context::new()
            .with("aws:username", "al*ce")
            .with_list("aws:TagKeys", ["a"])
            .with("a:empty", "");
        for (text, expected) in [
            ("home/${aws:username}/x", Some("home/al*ce/x")),
            ("${AWS:UserName}${aws:username}", Some("al*ceal*ce")),
            ("${aws:none, 'all'}", Some("all")),
            ("${aws:none, 'a}b'}c", Some("a}bc")),
            ("${aws:none, ''}", Some("")),
            ("${a:empty}", Some("")),
            ("${aws:username, 'all'}", Some("al*ce")),
            ("${*}${?}${$}{x}", Some("*?${x}")),
            ("${aws:none}", None),
            ("${aws:TagKeys}", None),
            ("${aws:TagKeys, 'x'}", None),
            ("${}", None),
        ] {
            let template = Template::parse(text).expect(text);
            assert_eq!(
                template.text(&context, &mut Silent).as_deref(),
                expected,
                "{text}"
            );
        }
        for text in ["", "plain", "$x", "{x}", "${open", "$ {x}"] {
            assert!(Template::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn values_are_no_patterns() {
        let context = Context::new().with("aws:username", "*");
        let template = Template::parse("a*${aws:username}${*}").unwrap();
        let tokens = template.tokens(&context, &mut Silent).unwrap();
        assert_eq!(
            tokens,
            [
                Token::Literal('a'),
                Token::Many,
                Token::Literal('*'),
                Token::Literal('*')
            ]
        );
    }
}
