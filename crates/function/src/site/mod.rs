//! The site of a render: where its files come from, and which version of it.

mod cache;
mod private;
mod resolve;

pub(crate) use cache::Cache;
pub(crate) use private::{OpenError, PrivateSite};
pub(crate) use resolve::{ResolveError, resolve};
