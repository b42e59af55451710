//! What the system is allowed to do, and what is provisioned from it.
//!
//! [`calls`] is the table of every call that each part of the system makes: on which resource, under which
//! conditions, and why. Policies are generated from it ([`policy`]) and never kept by hand. [`permissions`] makes
//! them in an account, shows, checks and removes them. [`provision`] brings
//! an account to the state that a render needs, changing only what differs; [`functions`], [`buckets`] and [`site`]
//! are its parts, for whoever is no administrator. [`principal`] reads what policies a principal has, [`denials`] who was denied
//! what, and [`simulate`] asks whether a call is allowed.
//!
//! ```
//! use deploy::calls::{Part, Scope};
//!
//! let mut scope = Scope::new("aws", "123456789012", "us-east-1");
//! scope.bucket = "remotionlambda-useast1-abcdefghij".into();
//! let policy = deploy::policy::generate(Part::Trigger, &scope);
//! assert!(policy.to_json().contains("lambda:InvokeFunction"));
//! ```

pub mod buckets;
pub mod calls;
pub mod denials;
pub mod doctor;
pub mod functions;
pub mod logs;
pub mod permissions;
pub mod policy;
pub mod principal;
pub mod provision;
pub mod quotas;
pub mod regions;
pub mod simulate;
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
