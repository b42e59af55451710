//! Policy documents: what they say, and how they are read and printed.
//!
//! [`Document::parse`] reads exactly the grammar of its [`Kind`] and points at line and column where
//! it refuses; [`Document::to_json`] prints it back with the same meaning.

mod document;
mod error;
mod grammar;
mod kind;
mod print;
mod prose;
mod public;
mod rebuild;
mod size;

pub use document::{
    ActionElement, Condition, Document, Effect, PrincipalElement, PrincipalKind, PrincipalMap,
    ResourceElement, Statement, Text, Version,
};
pub use error::{DocumentError, DocumentErrorKind};
pub use kind::{Kind, KindError};
pub use prose::{Form, Found, Prose};
pub use size::counted_characters;
