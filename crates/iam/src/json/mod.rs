//! A JSON reader that keeps places.
//!
//! Policies are read with it because errors must point at a line, duplicate keys are an error in them,
//! and numbers are compared as their text. Nesting is bounded, time is linear in the text.

mod reader;
mod string;
mod value;

pub use reader::{JsonError, JsonErrorKind, parse, parse_prefix};
pub(crate) use string::quote;
pub use value::{Member, Value, ValueKind};
