//! What the engine promises, seen from outside.

mod cases;
mod messages;
