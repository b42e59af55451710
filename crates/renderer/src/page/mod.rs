//! The page protocol of a Remotion bundle.
//!
//! [`open`](open::open) brings a bundle's page up and checks that it is one; [`compositions`] evaluates what it holds;
//! [`stage`] mounts one composition, and steps through its frames.

pub(crate) mod compositions;
mod console;
mod exception;
mod globals;
mod guard;
mod open;
mod source_map;
pub(crate) mod stage;

pub(crate) use globals::PageRole;
pub(crate) use open::{OpenPage, even_size, open};
