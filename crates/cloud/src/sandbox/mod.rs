//! Execution environments: where the code of functions runs.
//!
//! A function's zip is executed as on AWS, by its `bootstrap`, against a Runtime
//! API on loopback. The helper binary `sandbox-init` keeps it from the host.

mod wire;

pub use wire::{End, Isolation, LAYER_ROOT, Report, SANDBOX_USER, Spec, TASK_ROOT};
