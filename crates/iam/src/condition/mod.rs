//! Condition operators: their names, and how each compares.

mod operator;

pub use operator::{Comparison, Operator, OperatorError, Quantifier, Test};
