//! How patterns relate: which covers which, which can meet.
//!
//! Evaluation asks whether a pattern covers a text; what is said about policies without a request asks about
//! two patterns. *Covers* is only claimed where it is certain, *overlaps* only denied where it is certain.

mod action;
mod pattern;
mod resource;

pub(crate) use action::ActionPattern;
pub(crate) use pattern::Pattern;
pub(crate) use resource::{ResourcePattern, SAMPLE_ACCOUNT, literally};
