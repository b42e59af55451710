//! Patterns that stay where they are written.

use super::Glob;

/// What kind of pattern a text is. Most need no compiled form: the text is kept by whoever owns it, and given again
/// to be matched.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `*`
    Anything,
    /// No wildcard.
    Literal,
    /// Literal text and one `*` at its end.
    Prefix,
    /// Any other.
    Compiled(Glob),
}

impl Shape {
    pub(crate) fn of(pattern: &str) -> Self {
        Self::known(pattern).unwrap_or_else(|| Self::Compiled(Glob::parse(pattern)))
    }

    /// [`Shape::of`] for [`Shape::matches_lower`].
    pub(crate) fn of_any_case(pattern: &str) -> Self {
        Self::known(pattern)
            .unwrap_or_else(|| Self::Compiled(Glob::parse(&pattern.to_ascii_lowercase())))
    }

    fn known(pattern: &str) -> Option<Self> {
        match memchr::memchr2(b'*', b'?', pattern.as_bytes()) {
            None => Some(Self::Literal),
            Some(at) if at + 1 == pattern.len() && pattern.ends_with('*') => Some(if at == 0 {
                Self::Anything
            } else {
                Self::Prefix
            }),
            Some(_) => None,
        }
    }

    /// Whether `pattern`, of which this is the shape, covers the whole of `text`.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Literal => pattern == text,
            Self::Prefix => text.starts_with(without_star(pattern)),
            Self::Compiled(glob) => glob.matches(text),
        }
    }

    /// [`Shape::matches`] without regard to ASCII case; `lower` is in lower case.
    pub(crate) fn matches_lower(&self, pattern: &str, lower: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Literal => pattern.eq_ignore_ascii_case(lower),
            Self::Prefix => {
                let prefix = without_star(pattern).as_bytes();
                let start = lower.as_bytes().get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            }
            Self::Compiled(glob) => glob.matches(lower),
        }
    }
}

fn without_star(pattern: &str) -> &str {
    pattern.strip_suffix('*').unwrap_or(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_compiled_pattern() {
        let texts = ["", "a", "ab", "aB", "AB", "abc", "a*", "*", "é"];
        for pattern in [
            "", "*", "a", "a*", "ab*", "A*", "a*c", "a?", "?", "**", "a**", "é*",
        ] {
            for text in texts {
                let expected = Glob::parse(pattern).matches(text);
                assert_eq!(
                    Shape::of(pattern).matches(pattern, text),
                    expected,
                    "{pattern} {text}"
                );
                let lower = text.to_ascii_lowercase();
                let expected = Glob::parse(&pattern.to_ascii_lowercase()).matches(&lower);
                let shape = Shape::of_any_case(pattern);
                assert_eq!(
                    shape.matches_lower(pattern, &lower),
                    expected,
                    "{pattern} {text}"
                );
            }
        }
    }
}
