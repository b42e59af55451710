//! Why a text is not JSON.

use crate::{Position, Span};

/// The text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at {position}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// The offending bytes.
    pub span: Span,
    /// Where they start.
    pub position: Position,
}

/// What can be wrong with JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Something else stands where `0` should.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The text ends inside a value.
    #[error("the text ends inside a value")]
    Unfinished,
    /// A string with a raw control character.
    #[error("a control character inside a string")]
    Control,
    /// A wrong escape, or half of a surrogate pair.
    #[error("invalid escape in a string")]
    Escape,
    /// A number that JSON does not allow.
    #[error("invalid number")]
    Number,
    /// A key that its object already has.
    #[error("duplicate key `{0}`")]
    DuplicateKey(String),
    /// More than 64 levels.
    #[error("nested more than 64 levels deep")]
    TooDeep,
    /// Something follows the value.
    #[error("unexpected text after the value")]
    Trailing,
    /// The text is longer than offsets can count.
    #[error("longer than 4 GiB")]
    TooLong,
}
