//! Filter patterns: which terms a message must, may and must not hold.

use super::name::invalid;
use crate::api_error::ApiError;

/// A filter pattern of terms. Patterns over JSON and over columns are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Parses terms: `term`, `"a phrase"`, `-without`, `?either ?or`.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let mut pattern = Self::default();
        let mut rest = text.trim_start();
        if rest.starts_with(['{', '[', '%']) {
            return Err(invalid(
                "Invalid filter pattern: this cloud knows patterns of terms, not of JSON, columns \
                 or regular expressions",
            ));
        }
        while !rest.is_empty() {
            let (kind, body) = match rest.split_at(1) {
                ("-", body) => (&mut pattern.none, body),
                ("?", body) => (&mut pattern.any, body),
                _ => (&mut pattern.all, rest),
            };
            let (term, after) = term(body)?;
            kind.push(term);
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    /// Whether a message passes. Case counts.
    pub(super) fn matches(&self, message: &str) -> bool {
        self.all.iter().all(|term| message.contains(term.as_str()))
            && !self.none.iter().any(|term| message.contains(term.as_str()))
            && (self.any.is_empty() || self.any.iter().any(|term| message.contains(term.as_str())))
    }
}

/// The first term of a text and what follows it.
fn term(text: &str) -> Result<(String, &str), ApiError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut term = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((term, &quoted[index + 1..])),
            '\\' => term.extend(characters.next().map(|(_, escaped)| escaped)),
            other => term.push(other),
        }
    }
    Err(invalid("Invalid filter pattern: a quote is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, message: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(message)
    }

    #[test]
    fn terms_must_all_be_there() {
        assert!(check("", "anything"));
        assert!(check("ERROR chunk", "chunk 3: ERROR"));
        assert!(!check("ERROR chunk", "chunk 3: error"));
    }

    #[test]
    fn phrases_are_one_term() {
        assert!(check("\"task timed out\"", "the task timed out."));
        assert!(!check("\"task timed out\"", "timed out task"));
        assert!(check(r#""say \"hi\"""#, r#"they say "hi""#));
    }

    #[test]
    fn terms_can_be_excluded_or_alternatives() {
        assert!(check("ERROR -ignored", "ERROR here"));
        assert!(!check("ERROR -ignored", "ERROR ignored"));
        assert!(check("?WARN ?ERROR", "WARN"));
        assert!(!check("?WARN ?ERROR", "INFO"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for pattern in ["{ $.level = \"x\" }", "[a, b]", "%x%", "\"open"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
