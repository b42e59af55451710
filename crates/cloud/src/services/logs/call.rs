//! What every call of CloudWatch Logs has.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::store::LogStore;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};

/// A call: its members on the wire, what its decision depends on, and its effect.
pub(super) trait Call: Operation + DeserializeOwned + Sync + 'static {
    /// What it answers.
    type Output: Serialize;

    /// What the decision depends on.
    fn particulars(&self) -> Particulars;

    /// Carries it out.
    fn carry_out(
        store: &LogStore,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// The output of calls that answer nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nothing;

impl Serialize for Nothing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        serializer.serialize_map(Some(0))?.end()
    }
}
