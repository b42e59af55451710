//! What the engine promises, seen from outside.

mod agreement;
mod cases;
mod generate;
mod messages;
mod reference;
