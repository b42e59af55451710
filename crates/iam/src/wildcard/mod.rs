//! Patterns with `*` and `?`.
//!
//! `*` stands for any run of characters, the empty one included; `?` for exactly one character (one
//! Unicode scalar value). Matching takes time linear in the text for patterns of `*` and literals, and
//! at most text × run / 64 steps for runs that hold `?`; nothing backtracks.

mod holes;
mod shape;

use holes::Holes;
pub(crate) use shape::Shape;

/// A compiled pattern.
// spec: iam/matching#wildcards
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Glob {
    /// `*`
    Anything,
    /// No wildcard.
    Literal(Box<str>),
    /// Literal text and one `*` at its end.
    Prefix(Box<str>),
    /// `?` but no `*`.
    Fixed(Holes),
    /// What stands between the `*`s, the text's start and end included.
    Runs(Box<Runs>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runs {
    first: Run,
    // INVARIANT: none is empty.
    middle: Box<[Run]>,
    last: Run,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    Literal(Box<str>),
    Holes(Holes),
}

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// Itself, whatever it is.
    Literal(char),
    /// `?`
    One,
    /// `*`
    Many,
}

impl Token {
    /// The tokens of a text in which `*` and `?` are wildcards.
    pub(crate) fn of_pattern(text: &str) -> impl Iterator<Item = Self> + '_ {
        text.chars().map(|character| match character {
            '*' => Self::Many,
            '?' => Self::One,
            literal => Self::Literal(literal),
        })
    }
}

impl Glob {
    /// Compiles a text in which `*` and `?` are wildcards.
    pub(crate) fn parse(pattern: &str) -> Self {
        match memchr::memchr2(b'*', b'?', pattern.as_bytes()) {
            None => Self::Literal(pattern.into()),
            Some(at) if at + 1 == pattern.len() && pattern.ends_with('*') => match &pattern[..at] {
                "" => Self::Anything,
                prefix => Self::Prefix(prefix.into()),
            },
            Some(_) if memchr::memchr(b'?', pattern.as_bytes()).is_none() => {
                Self::of_runs(pattern.split('*').map(|run| Run::Literal(run.into())))
            }
            Some(_) => Self::of_tokens(Token::of_pattern(pattern)),
        }
    }

    /// Compiles a sequence of tokens.
    pub(crate) fn of_tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut runs = vec![Vec::new()];
        for token in tokens {
            match (token, runs.last_mut()) {
                (Token::Literal(character), Some(run)) => run.push(Some(character)),
                (Token::One, Some(run)) => run.push(None),
                _ => runs.push(Vec::new()),
            }
        }
        Self::of_runs(runs.into_iter().map(Run::of))
    }

    /// Compiles what stands between the stars.
    fn of_runs(mut runs: impl DoubleEndedIterator<Item = Run>) -> Self {
        let Some(first) = runs.next() else {
            return Self::Literal("".into());
        };
        let Some(last) = runs.next_back() else {
            return match first {
                Run::Literal(text) => Self::Literal(text),
                Run::Holes(holes) => Self::Fixed(holes),
            };
        };
        let middle: Box<[Run]> = runs.filter(|run| !run.is_empty()).collect();
        match first {
            Run::Literal(text) if middle.is_empty() && last.is_empty() && text.is_empty() => {
                Self::Anything
            }
            Run::Literal(text) if middle.is_empty() && last.is_empty() => Self::Prefix(text),
            first => Self::Runs(Box::new(Runs {
                first,
                middle,
                last,
            })),
        }
    }

    /// Whether the pattern covers the whole of `text`.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Literal(literal) => **literal == *text,
            Self::Prefix(prefix) => text.starts_with(&**prefix),
            Self::Fixed(holes) => holes.strip_front(text) == Some(""),
            Self::Runs(runs) => runs.matches(text),
        }
    }
}

impl Runs {
    fn matches(&self, text: &str) -> bool {
        let Some(rest) = self.first.strip_front(text) else {
            return false;
        };
        let Some(mut rest) = self.last.strip_back(rest) else {
            return false;
        };
        // The leftmost place of each run leaves the most for those that follow.
        for run in &self.middle {
            let Some(after) = run.find(rest) else {
                return false;
            };
            rest = after;
        }
        true
    }
}

impl Run {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(text) if text.is_empty())
    }

    fn of(characters: Vec<Option<char>>) -> Self {
        match characters.iter().copied().collect::<Option<String>>() {
            Some(literal) => Self::Literal(literal.into()),
            None => Self::Holes(Holes::new(characters)),
        }
    }

    fn strip_front<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_prefix(&**literal),
            Self::Holes(holes) => holes.strip_front(text),
        }
    }

    fn strip_back<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_suffix(&**literal),
            Self::Holes(holes) => holes.strip_back(text),
        }
    }

    /// What follows the leftmost place of the run.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => memchr::memmem::find(text.as_bytes(), literal.as_bytes())
                .map(|start| &text[start + literal.len()..]),
            Self::Holes(holes) => holes.find(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(
            Glob::parse(pattern).matches(text),
            expected,
            "{pattern:?} against {text:?}"
        );
        let tokens = Glob::of_tokens(Token::of_pattern(pattern));
        assert_eq!(
            tokens,
            Glob::parse(pattern),
            "{pattern:?} compiles two ways"
        );
    }

    #[test]
    fn each_shape_of_pattern() {
        for (pattern, matching, other) in [
            ("", &[""][..], &["a"][..]),
            ("*", &["", "a", "\u{1F600}"], &[]),
            ("**", &["", "a"], &[]),
            ("?", &["a", "*", "\u{e9}"], &["", "ab"]),
            ("abc", &["abc"], &["ab", "abcd", "ABC"]),
            ("a*", &["a", "ab"], &["", "ba"]),
            ("*c", &["c", "abc"], &["", "ca"]),
            ("a*c", &["ac", "abc", "acc"], &["a", "c", "acb"]),
            ("a*a", &["aa", "aba"], &["a"]),
            ("*b*", &["b", "abc"], &["", "ac"]),
            ("a*b*c", &["abc", "axbxc"], &["acb", "ac"]),
            ("a?c", &["abc", "a\u{20AC}c"], &["ac", "abbc"]),
            ("?*?", &["ab", "abc"], &["", "a"]),
            ("*?b", &["ab", "aab"], &["b"]),
            ("a*?c*", &["abc", "axxcd"], &["ac"]),
            ("*a?b*c?", &["aabcx", "xaybzcq"], &["abcx", "aabc"]),
            (
                "*ab?cd*ab?*",
                &["ab1cdab2", "abab1cdxab3x"],
                &["ab1cdab", "ab12cd"],
            ),
        ] {
            matching.iter().for_each(|text| check(pattern, text, true));
            other.iter().for_each(|text| check(pattern, text, false));
        }
    }

    #[test]
    fn long_inputs_stay_linear() {
        let a = "a".repeat(131_000);
        check(&format!("*{}b", "a".repeat(65_000)), &a, false);
        check(&format!("*{}b*", "a".repeat(65_000)), &a, false);
        check(&format!("{}b", "*a".repeat(30_000)), &a, false);
        check(&format!("*{}", "?".repeat(1_000)), &a, true);
    }

    #[test]
    fn long_runs_with_question_marks_are_searched_in_words() {
        // Sizes such that a quadratic search would take minutes here, without optimisation.
        let text = "a".repeat(20_000);
        check(&format!("*?{}b*", "a?".repeat(2_000)), &text, false);
        check(&format!("*?{}*b", "a?".repeat(2_000)), &text, false);
        check(&format!("*?{}*", "a?".repeat(2_000)), &text, true);
        let spread: String = (0..4_000)
            .map(|index| char::from_u32(0x4E00 + index).unwrap())
            .collect();
        check(&format!("*?{}*", &spread[3..]), &format!("x{spread}"), true);
        check(
            &format!("*{}?{}*", &spread[..300], &spread[303..]),
            &format!("x{spread}y"),
            true,
        );
    }
}
