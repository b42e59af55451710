//! Conditions on reads, in the order that HTTP gives them.

use http::StatusCode;
use jiff::Timestamp;
use s3s::dto::{ETagCondition, Timestamp as WireTimestamp};

use super::{convert, fault};
use crate::api_error::ApiError;
use crate::clock::http_date;
use crate::storage::{Object, WriteCondition};

/// The conditions of one read, or on the source of one copy.
#[derive(Debug, Default)]
pub(super) struct ReadConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<WireTimestamp>,
    pub(super) if_unmodified_since: Option<WireTimestamp>,
}

/// A condition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    /// The client asked for the object only if it is what it knows.
    Match(&'static str),
    /// The client has it already.
    NotModified(&'static str),
}

impl ReadConditions {
    /// Whether an object may be read: 412 or 304 if not.
    pub(super) fn check(&self, object: &Object) -> Result<(), ApiError> {
        match self.failed(object) {
            None => Ok(()),
            Some(Failed::Match(condition)) => Err(fault::precondition_failed(condition)),
            Some(Failed::NotModified(_)) => {
                Err(
                    ApiError::new(StatusCode::NOT_MODIFIED, "NotModified", "Not Modified")
                        .with_header("etag", format!("\"{}\"", object.etag))
                        .with_header("last-modified", http_date(object.modified_at)),
                )
            }
        }
    }

    /// Whether an object may be copied: 412 if not.
    pub(super) fn check_source(&self, object: &Object) -> Result<(), ApiError> {
        match self.failed(object) {
            None => Ok(()),
            Some(Failed::Match(condition) | Failed::NotModified(condition)) => {
                Err(fault::precondition_failed(condition))
            }
        }
    }

    fn failed(&self, object: &Object) -> Option<Failed> {
        let modified = object.modified_at.as_second();
        let seconds = |at: &Option<WireTimestamp>| {
            at.as_ref()
                .and_then(convert::moment)
                .map(Timestamp::as_second)
        };
        // An ETag decides alone; dates count only where no ETag is given.
        match &self.if_match {
            Some(condition) if !names(condition, object) => return Some(Failed::Match("If-Match")),
            None if seconds(&self.if_unmodified_since).is_some_and(|since| modified > since) => {
                return Some(Failed::Match("If-Unmodified-Since"));
            }
            _ => {}
        }
        match &self.if_none_match {
            Some(condition) if names(condition, object) => {
                Some(Failed::NotModified("If-None-Match"))
            }
            None if seconds(&self.if_modified_since).is_some_and(|since| modified <= since) => {
                Some(Failed::NotModified("If-Modified-Since"))
            }
            _ => None,
        }
    }
}

fn names(condition: &ETagCondition, object: &Object) -> bool {
    matches!(convert::condition_etag(condition), etag if etag == "*" || etag == object.etag)
}

/// The condition of a write.
///
/// # Errors
/// S3 takes `If-None-Match` on writes for `*` only, and not both headers.
pub(super) fn of_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> Result<WriteCondition, ApiError> {
    match (if_match, if_none_match) {
        (None, None) => Ok(WriteCondition::Unconditional),
        (None, Some(ETagCondition::Any)) => Ok(WriteCondition::Absent),
        (Some(condition), None) => Ok(WriteCondition::Matches(
            convert::condition_etag(condition).to_owned(),
        )),
        (_, Some(_)) => Err(fault::unsupported_header("If-None-Match")),
    }
}
