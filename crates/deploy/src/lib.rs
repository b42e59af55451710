//! What the system is allowed to do, and what is provisioned from it.
//!
//! [`calls`] is the table of every call that each part of the system makes: on which resource, under which
//! conditions, and why. Policies are generated from it ([`policy`]) and never kept by hand. [`provision`] brings
//! an account to the state that a render needs, changing only what differs; [`functions`], [`buckets`] and [`site`]
//! are its parts, for whoever is no administrator.
//!
//! ```
//! use deploy::calls::{Part, Scope};
//!
//! let scope = Scope {
//!     partition: "aws".into(),
//!     account: "123456789012".into(),
//!     region: "us-east-1".into(),
//!     bucket: "remotionlambda-useast1-abcdefghij".into(),
//!     function: "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec".into(),
//! };
//! let policy = deploy::policy::generate(Part::Trigger, &scope);
//! assert!(policy.to_json().contains("lambda:InvokeFunction"));
//! ```

pub mod buckets;
pub mod calls;
pub mod doctor;
pub mod functions;
pub mod logs;
pub mod policy;
pub mod provision;
pub mod quotas;
pub mod regions;
pub mod site;

mod account;
mod call;
mod change;
mod digest;
mod emptied;
mod log_group;

pub use account::Account;
pub use call::CallFailed;
pub use change::Change;
pub use emptied::EmptyError;
