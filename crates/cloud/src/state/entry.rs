//! Entries: JSON, so that a later version can read what an earlier one wrote.

use redb::TableHandle;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::state::error::StateError;

/// The bytes of an entry.
pub(crate) fn encode<T: Serialize>(
    table: &impl TableHandle,
    value: &T,
) -> Result<Vec<u8>, StateError> {
    serde_json::to_vec(value).map_err(|source| StateError::entry(table.name(), source))
}

/// The entry in the bytes.
///
/// # Errors
/// [`StateError::Entry`] names the table if they hold something else.
pub(crate) fn decode<T: DeserializeOwned>(
    table: &impl TableHandle,
    bytes: &[u8],
) -> Result<T, StateError> {
    serde_json::from_slice(bytes).map_err(|source| StateError::entry(table.name(), source))
}
