//! Condition operators: their names, and how each family compares.

pub(crate) mod address;
pub(crate) mod binary;
pub(crate) mod boolean;
pub(crate) mod date;
pub(crate) mod number;
mod operator;
pub(crate) mod text;

pub use operator::{Comparison, Operator, OperatorError, Quantifier, Test};
