//! AWS IAM policies: documents, evaluation with reasons, denial messages, and which decisions each API call needs.
//!
//! Everything here is a function of its arguments: no clock, file, environment, network or randomness.

mod account;
mod action;
mod arn;
mod caller;
pub mod calls;
pub mod case;
mod compile;
pub mod condition;
mod context;
mod evaluate;
pub mod json;
pub mod limits;
pub mod message;
pub mod names;
pub mod policy;
mod request;
mod span;
mod truth;
mod wildcard;

pub use account::{AccountId, AccountIdError};
pub use action::{Action, ActionError};
pub use arn::{Arn, ArnError};
pub use caller::{Caller, CallerError, CallerKind};
pub use compile::Policy;
pub use context::{Context, Values};
pub use evaluate::{
    Decision, Denial, DenialKind, Layer, Layers, Level, Matched, Record, Settings, decide, evaluate,
};
pub use request::{Request, Resource};
pub use span::{Position, Span};
