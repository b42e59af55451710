//! The form of a policy that decisions are taken on.

mod action;
mod arn_pattern;
mod condition;
mod context_keys;
mod index;
mod notes;
mod parts;
mod policy;
mod principal;
mod resource;
mod statement;
mod variables;

pub(crate) use notes::{Notes, Silent};
pub(crate) use parts::Parts;
pub use policy::Policy;
pub(crate) use principal::Way;
pub(crate) use statement::Match;
