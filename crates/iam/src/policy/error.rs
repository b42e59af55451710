//! Why a document was refused.

use crate::json::JsonErrorKind;
use crate::{Position, Span};

use super::Kind;

/// A document was refused; says what is wrong and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at {position}")]
pub struct DocumentError {
    /// What is wrong.
    pub kind: DocumentErrorKind,
    /// The offending bytes.
    pub span: Span,
    /// Where they start.
    pub position: Position,
}

/// What can be wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentErrorKind {
    /// The text is not JSON.
    #[error("{0}")]
    Json(JsonErrorKind),
    /// Policies hold only tab, line feed, carriage return and U+0020 to U+00FF.
    #[error("character {0:?} is not allowed in a policy")]
    Character(char),
    /// A value is of the wrong JSON type.
    #[error("{element} must be {wanted}")]
    Type {
        /// The element.
        element: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// An element that the grammar does not know.
    #[error("unknown element `{0}`")]
    UnknownElement(String),
    /// An element that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Two elements exclude one another.
    #[error("{0} and {1} exclude one another")]
    Both(&'static str, &'static str),
    /// A known element in a kind of policy that does not take it.
    #[error("{element} has no place in a policy of kind {kind}")]
    Misplaced {
        /// The element.
        element: &'static str,
        /// The kind of policy.
        kind: Kind,
    },
    /// A list or map that must not be empty is.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// The value is not among those that the element takes.
    #[error("`{value}` is not a valid {element}")]
    Value {
        /// The element.
        element: &'static str,
        /// The value found.
        value: String,
    },
    /// Two statements have one Sid.
    #[error("the Sid `{0}` is used twice")]
    DuplicateSid(String),
    /// A condition operator that does not exist.
    #[error("unknown condition operator `{0}`")]
    UnknownOperator(String),
}
