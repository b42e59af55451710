//! The render function.
