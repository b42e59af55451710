//! Requests to raise quotas, as they are kept.

use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::state::{Change, State, StateError, decode, encode};

/// Number → [`IncreaseRequest`].
const REQUESTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("quotas.requests");

/// A request to raise a quota. Nobody is there to grant it: it stays pending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct IncreaseRequest {
    pub(super) id: String,
    pub(super) service: String,
    pub(super) code: String,
    pub(super) desired: f64,
    pub(super) requester: String,
    pub(super) created_at: Timestamp,
}

/// Makes the table, so that every read finds it.
pub(super) fn make(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(REQUESTS).map(drop)
}

/// All requests, the oldest first.
pub(super) fn requests(state: &State) -> Result<Vec<IncreaseRequest>, StateError> {
    let requests = state.read()?.open_table(REQUESTS)?;
    let mut found = Vec::new();
    for entry in requests.iter()? {
        found.push(decode(&REQUESTS, entry?.1.value())?);
    }
    Ok(found)
}

/// All requests, for a change to them.
pub(super) fn requests_in(change: &Change<'_>) -> Result<Vec<IncreaseRequest>, StateError> {
    let requests = change.read(REQUESTS)?;
    let mut found = Vec::new();
    for entry in requests.iter()? {
        found.push(decode(&REQUESTS, entry?.1.value())?);
    }
    Ok(found)
}

/// Adds a request.
pub(super) fn add(change: &mut Change<'_>, request: &IncreaseRequest) -> Result<(), StateError> {
    let entry = encode(&REQUESTS, request)?;
    let mut requests = change.write(REQUESTS)?;
    let next = requests.last()?.map_or(0, |(number, _)| number.value() + 1);
    requests.insert(next, entry.as_slice())?;
    Ok(())
}
