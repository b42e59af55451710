//! Functions: what may be deployed, how they run, and what they see.

mod asynchronous;
mod deployment;
mod invocation;
mod isolation;
mod limits;
mod logs;
mod policies;
mod runtimes;
pub(crate) mod setup;
mod streaming;
