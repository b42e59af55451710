//! Conditions on writes, evaluated in the transaction that writes.

use super::record::Object;

/// What must hold of the object at a key for a write to go ahead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum WriteCondition {
    /// Nothing.
    #[default]
    Unconditional,
    /// `If-None-Match: *`: there is none.
    Absent,
    /// `If-Match`: there is one with this ETag, written without quotes; `*` is any.
    Matches(String),
}

/// A condition on a write that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConditionFailed {
    /// There is an object, or one with another ETag.
    #[error("at least one of the pre-conditions did not hold: {0}")]
    Precondition(&'static str),
    /// There is no object to match.
    #[error("no object to match")]
    NoSuchKey,
}

impl WriteCondition {
    /// Whether the condition holds of what is stored now.
    pub(crate) fn check(&self, current: Option<&Object>) -> Result<(), ConditionFailed> {
        match (self, current) {
            (Self::Unconditional, _) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(ConditionFailed::Precondition("If-None-Match")),
            (Self::Matches(_), None) => Err(ConditionFailed::NoSuchKey),
            (Self::Matches(etag), Some(object)) if etag == "*" || *etag == object.etag => Ok(()),
            (Self::Matches(_), Some(_)) => Err(ConditionFailed::Precondition("If-Match")),
        }
    }
}
