//! Which decisions each API call needs.
//!
//! One row per operation: the call's own action first, then the actions that the call needs besides, each
//! with the circumstance under which it does. The call is allowed only if every decision is, and the first
//! that is not gives the error.

mod table;
mod template;

pub use table::{Call, Need, When, call, calls};
pub use template::{Place, Slot, Template, TemplateError};
