//! The history of requests: one record each, refused ones included.
//!
//! A [`Trail`] gathers what becomes known of a request while it passes. A change is recorded in
//! the transaction that makes it, so no change is without its record. Reads and refusals are
//! written in groups; of those a crash may lose the last 100 milliseconds. Records are kept for
//! fourteen days.

mod history;
mod parameters;
mod record;
mod table;
mod trail;

pub(crate) use self::history::History;
pub(crate) use self::parameters::{of_s3, parameters};
pub use self::record::{Failure, Outcome, Record, RecordedDecision, RecordedPrincipal};
pub(crate) use self::table::{Query, put, query, resource_type};
pub(crate) use self::trail::Trail;
