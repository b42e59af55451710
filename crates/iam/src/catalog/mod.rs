//! Which actions exist: their resource types, condition keys and access levels.
//!
//! The table covers the services that the system touches; of others nothing is known, and nothing may be
//! concluded from their absence. It is generated (`cargo xtask action-data`); what its source does not say,
//! which permissions have no API call of their own, which are deprecated and which other permissions a call
//! needs, is kept here by hand.
//!
//! ```
//! use iam::catalog;
//!
//! let put = catalog::action("s3:PutObject").unwrap();
//! assert!(put.resource_types().any(|kind| kind.name() == "object"));
//! assert!(!put.applies_to(&"arn:aws:s3:::bucket".parse().unwrap()));
//! assert!(catalog::action("s3:PutObjects").is_none());
//! assert!(catalog::service("dynamodb").is_none());
//! ```

mod condition_key;
mod dependents;
mod marks;
mod nearest;
mod service;
mod table;

pub use condition_key::{ConditionKey, KeyType, ValueType, condition_key};
pub(crate) use dependents::when;
pub use dependents::{Dependent, dependents};
pub(crate) use nearest::nearest;
pub use service::{KnownAction, Level, ResourceType, Service};
pub use table::{action, service, services};
