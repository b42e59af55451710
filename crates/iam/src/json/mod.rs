//! A JSON reader that keeps places.
//!
//! Policies are read with it because errors must point at a line, duplicate keys are an error in them,
//! and numbers are compared as their text. Nesting is bounded, time is linear in the text.

mod error;
mod keys;
mod reader;
mod scalar;
mod string;
mod value;

pub use error::{JsonError, JsonErrorKind};
pub use reader::{parse, parse_prefix};
pub(crate) use string::quote;
pub use value::{Member, Value, ValueKind};
