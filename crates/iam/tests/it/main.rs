//! What the engine promises, from outside.
