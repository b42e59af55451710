//! An embedded AWS that enforces IAM on every request.
//!
//! ```text
//! bytes → Incoming → Authenticated → Authorized<Op> → Response | ApiError → bytes
//! ```
//!
//! One gateway on loopback receives the requests of all services. It verifies signatures on the
//! bytes received (`authn`), hands the request to the service that its signature is scoped to
//! (`services`), and records it (`events`). Services carry out nothing but
//! `authz::Authorized` calls, which only the decision point makes. There is no switch that turns
//! this off.

mod api_address;
mod api_error;
mod authn;
mod authz;
mod body;
mod clock;
mod cloud;
mod config;
mod events;
mod fault;
mod gateway;
mod identity;
mod incoming;
mod metadata;
mod regions;
mod request_id;
mod response;
pub mod sandbox;
mod service;
mod services;
mod state;
mod storage;

pub use self::clock::{Clock, SystemClock};
pub use self::cloud::{
    Access, AccessError, Administrator, AdministratorKey, AskError, Cloud, EventQuery, OpenError,
    Running, connect_or_open,
};
pub use self::config::{Config, InvalidRegion, Limits, Region, StateLocation};
pub use self::events::{Failure, Outcome, Record, RecordedDecision, RecordedPrincipal};
pub use self::fault::{FaultPlan, FaultPoint};
pub use self::metadata::{Metadata, MetadataEndpoint, MetadataError};
pub use self::services::Pruned;
pub use self::state::StateError;
pub use iam::AccountId;
