//! AWS IAM policies: documents, evaluation with reasons, denial messages, and which decisions each API call needs.
//!
//! A [`Policy`] is a policy document read for one kind of use and compiled. [`Layers`] are the policies that
//! take part in deciding a [`Request`]: those of the caller, its boundary and session, the resource, the
//! organization, the endpoint. [`evaluate()`] answers with a [`Record`]: the decision, the layers that stood
//! against it, the statements that matched with their places, and the condition keys that were missing.
//! Everything else is a view on that record; there is one evaluator.
//!
//! ```
//! use iam::message::{Style, denial};
//! use iam::policy::Kind;
//! use iam::{Action, Caller, Context, Layers, Policy, Request, evaluate};
//!
//! let text = r#"{
//!   "Version": "2012-10-17",
//!   "Statement": {
//!     "Sid": "Own",
//!     "Effect": "Allow",
//!     "Action": "s3:GetObject",
//!     "Resource": "arn:aws:s3:::videos/${aws:username}/*"
//!   }
//! }"#;
//! let layers = Layers { identity: vec![Policy::parse("viewer", text, Kind::Identity)?], ..Layers::default() };
//! let read = |key: &str| -> Result<Request, Box<dyn std::error::Error>> {
//!     Ok(Request {
//!         caller: Caller::parse("arn:aws:iam::111122223333:user/alice")?,
//!         action: Action::parse("s3:GetObject")?,
//!         resource: format!("arn:aws:s3:::videos/{key}").parse()?,
//!         resource_account: "111122223333".parse()?,
//!         context: Context::new().with("aws:username", "alice"),
//!     })
//! };
//!
//! let own = evaluate(&layers, &read("alice/a.mp4")?);
//! assert!(own.decision.is_allowed());
//! assert_eq!(own.matched[0].sid(), Some("Own"));
//!
//! let other = read("bob/a.mp4")?;
//! let record = evaluate(&layers, &other);
//! assert_eq!(
//!     denial(&record, &other, Style::of_service("s3")).as_deref(),
//!     Some(
//!         "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject \
//!          on resource: \"arn:aws:s3:::videos/bob/a.mp4\" \
//!          because no identity-based policy allows the s3:GetObject action"
//!     ),
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds
//!
//! - Nothing is derived: the context of a request holds exactly the keys that the caller of this crate put there.
//! - Where AWS documents no meaning, the reading is the one that can only deny too much.
//! - Any bytes may be given to any parser: the answer is a value or an error with its place, in linear time
//!   and memory, never a panic. Patterns never backtrack.
//! - Everything is a function of its arguments: no clock, file, environment, network or randomness.
//!
//! # Where to start
//!
//! [`mod@explain`] for why, [`lint`] for findings, [`diff`], [`minimize`], [`mod@derive`] and [`fix`] for what to write instead,
//! [`catalog`] for which actions exist, [`trace`] for recorded calls;
//! [`policy`] for documents, [`evaluate()`] for decisions, [`message`] for AWS's texts, [`calls`] for what an API
//! call needs, [`case`] for decisions as lines of JSON, [`limits`] and [`names`] for quotas and validation.

mod account;
mod action;
mod arn;
mod caller;
pub mod calls;
pub mod case;
pub mod catalog;
mod compile;
pub mod condition;
mod context;
mod cover;
pub mod derive;
pub mod diff;
mod evaluate;
pub mod explain;
pub mod fix;
pub mod json;
pub mod limits;
pub mod lint;
mod meaning;
pub mod message;
pub mod minimize;
pub mod names;
pub mod policy;
mod request;
mod span;
pub mod trace;
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

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
