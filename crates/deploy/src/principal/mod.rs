//! What an account says about its principals, as far as the caller may ask.
//!
//! Nothing is changed. A read that is denied makes what it would have told unknown; it never fails the whole.

mod holder;
mod policies;
mod reading;

pub use policies::{Held, policies_of};
pub use reading::{ReadError, Unread};
