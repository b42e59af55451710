//! Execution environments: where the code of functions runs.
//!
//! A function's zip is executed as on AWS, by its `bootstrap`, against a Runtime
//! API on loopback. The helper binary `sandbox-init` keeps it from the host.

mod environment;
mod failure;
mod fleet;
mod invocation;
mod log;
mod memory;
mod process;
mod provision;
mod report;
mod runtime_api;
mod scratch;
mod session;
mod starter;
mod variables;
mod watch;
mod wire;
mod workshop;

pub(crate) use fleet::{Fleet, Origin, Provide, Provided, Rejected, Unprovided};
pub(crate) use invocation::{
    Delivery, Event, Finished, FunctionError, Invocation, Outcome, Reading,
};
pub(crate) use log::{Log, LogLine, LogLines};
pub(crate) use provision::{Provision, RoleCredentials};
pub(crate) use variables::RESERVED;
pub use wire::{End, Isolation, LAYER_ROOT, Report, SANDBOX_USER, Spec, TASK_ROOT};
pub(crate) use workshop::Workshop;
