//! Which decisions each API call needs.
//!
//! One row per operation: the call's own action first, then the actions that the call needs besides, each
//! with the circumstance under which it does. The call is allowed only if every decision is, and the first
//! that is not gives the error. An operation without a row must be refused.
//!
//! ```
//! use iam::calls::{When, call};
//!
//! let put = call("s3", "PutObject").unwrap();
//! let actions = |circumstances: &[When]| -> Vec<_> {
//!     put.needs_under(circumstances).map(|need| need.action).collect()
//! };
//! assert_eq!(actions(&[]), ["s3:PutObject"]);
//! assert_eq!(actions(&[When::Acl]), ["s3:PutObject", "s3:PutObjectAcl"]);
//! ```

mod account;
mod apigateway;
mod budgets;
mod execute_api;
mod iam;
mod lambda;
mod logs;
mod quotas;
mod s3;
mod sqs;
mod sts;
mod table;
mod template;

pub use table::{Call, Need, When, call, calls};
pub use template::{Place, Slot, Template, TemplateError};
