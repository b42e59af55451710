//! Documents from statements.

use std::sync::Arc;

use super::{Document, DocumentError, Kind, Statement, Version};
use crate::Span;

impl Document {
    /// A document of this kind with these statements, printed canonically: its spans are in that text.
    ///
    /// # Errors
    /// [`DocumentError`] if the grammar of the kind does not take them.
    pub(crate) fn of_statements(
        kind: Kind,
        version: Version,
        statements: Vec<Statement>,
    ) -> Result<Self, DocumentError> {
        let unprinted = Self {
            source: Arc::from(""),
            span: Span::default(),
            kind,
            version,
            id: None,
            statements,
        };
        Self::parse(&unprinted.to_json(), kind)
    }

    /// The document with other statements.
    ///
    /// # Errors
    /// As [`Document::of_statements`].
    pub(crate) fn with_statements(
        &self,
        statements: Vec<Statement>,
    ) -> Result<Self, DocumentError> {
        let unprinted = Self {
            source: Arc::from(""),
            span: Span::default(),
            statements,
            ..self.clone()
        };
        Self::parse(&unprinted.to_json(), self.kind)
    }

    /// The document without white space between its parts, as it is sent.
    pub fn to_compact_json(&self) -> String {
        let mut out = String::new();
        let (mut in_string, mut escaped) = (false, false);
        for character in self.to_json().chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = in_string,
                '"' => in_string = !in_string,
                ' ' | '\n' if !in_string => continue,
                _ => {}
            }
            out.push(character);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_text_keeps_strings() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a \" b\\"}]}"#;
        let document = Document::parse(text, Kind::Identity).unwrap();
        assert_eq!(document.to_compact_json(), text);
    }
}
