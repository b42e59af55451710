//! Where APIs are kept.

use redb::{ReadableTable, TableDefinition};

use super::api::Api;
use crate::state::{Change, State, StateError, decode, encode};

/// Region and id → [`Api`].
const APIS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("apigateway.apis");

/// Makes the table, so that every read finds it.
pub(super) fn make(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(APIS).map(drop)
}

/// An API.
pub(super) fn api(state: &State, region: &str, id: &str) -> Result<Option<Api>, StateError> {
    let apis = state.read()?.open_table(APIS)?;
    let entry = apis.get((region, id))?;
    entry.map(|entry| decode(&APIS, entry.value())).transpose()
}

/// An API, for a change to it.
pub(super) fn api_in(
    change: &Change<'_>,
    region: &str,
    id: &str,
) -> Result<Option<Api>, StateError> {
    let apis = change.read(APIS)?;
    let entry = apis.get((region, id))?;
    entry.map(|entry| decode(&APIS, entry.value())).transpose()
}

/// The APIs of all regions by region and id.
pub(super) fn apis(state: &State) -> Result<Vec<Api>, StateError> {
    let apis = state.read()?.open_table(APIS)?;
    let mut found = Vec::new();
    for entry in apis.iter()? {
        found.push(decode(&APIS, entry?.1.value())?);
    }
    Ok(found)
}

/// Writes an API.
pub(super) fn put_api(change: &mut Change<'_>, api: &Api) -> Result<(), StateError> {
    let entry = encode(&APIS, api)?;
    change
        .write(APIS)?
        .insert((api.region.as_str(), api.id.as_str()), entry.as_slice())?;
    Ok(())
}

/// Removes an API; whether it was there.
pub(super) fn remove_api(
    change: &mut Change<'_>,
    region: &str,
    id: &str,
) -> Result<bool, StateError> {
    let removed = change.write(APIS)?.remove((region, id))?.is_some();
    Ok(removed)
}
