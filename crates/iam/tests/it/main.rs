//! What the engine promises, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod agreement;
mod callers;
mod cases;
mod derive;
mod diff;
mod documents;
mod expected;
mod explain;
mod fix;
mod generate;
mod large;
mod lint;
mod messages;
mod minimize;
mod missing;
mod pasted;
mod properties;
mod reference;
mod seeds;
