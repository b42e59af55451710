//! What the engine promises, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod agreement;
mod callers;
mod cases;
mod documents;
mod expected;
mod generate;
mod messages;
mod missing;
mod pasted;
mod properties;
mod reference;
