//! Where functions, layers and events are kept.

use redb::{ReadableTable, TableDefinition};

use super::function::{Function, LayerVersion};
use crate::state::{Change, State, StateError, decode, encode};

/// Name → [`Function`].
const FUNCTIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("lambda.functions");

/// Name and version → [`LayerVersion`].
const LAYERS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("lambda.layers");

/// Makes the tables, so that every read finds them.
pub(super) fn make(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(FUNCTIONS)?;
    change.write(LAYERS)?;
    super::queue::make_table(change)
}

/// A function.
pub(super) fn function(state: &State, name: &str) -> Result<Option<Function>, StateError> {
    let functions = state.read()?.open_table(FUNCTIONS)?;
    let entry = functions.get(name)?;
    entry
        .map(|entry| decode(&FUNCTIONS, entry.value()))
        .transpose()
}

/// All functions by name.
pub(super) fn functions(state: &State) -> Result<Vec<Function>, StateError> {
    let functions = state.read()?.open_table(FUNCTIONS)?;
    let mut found = Vec::new();
    for entry in functions.iter()? {
        found.push(decode(&FUNCTIONS, entry?.1.value())?);
    }
    Ok(found)
}

/// A function, for a change to it.
pub(super) fn function_in(change: &Change<'_>, name: &str) -> Result<Option<Function>, StateError> {
    let functions = change.read(FUNCTIONS)?;
    let entry = functions.get(name)?;
    entry
        .map(|entry| decode(&FUNCTIONS, entry.value()))
        .transpose()
}

/// Writes a function.
pub(super) fn put_function(change: &mut Change<'_>, function: &Function) -> Result<(), StateError> {
    let entry = encode(&FUNCTIONS, function)?;
    change
        .write(FUNCTIONS)?
        .insert(function.name.as_str(), entry.as_slice())?;
    Ok(())
}

/// Removes a function; whether it was there.
pub(super) fn remove_function(change: &mut Change<'_>, name: &str) -> Result<bool, StateError> {
    let removed = change.write(FUNCTIONS)?.remove(name)?.is_some();
    Ok(removed)
}

/// A version of a layer.
pub(super) fn layer(
    state: &State,
    name: &str,
    version: u64,
) -> Result<Option<LayerVersion>, StateError> {
    let layers = state.read()?.open_table(LAYERS)?;
    let entry = layers.get((name, version))?;
    entry
        .map(|entry| decode(&LAYERS, entry.value()))
        .transpose()
}

/// All layer versions.
pub(super) fn layers(state: &State) -> Result<Vec<LayerVersion>, StateError> {
    let layers = state.read()?.open_table(LAYERS)?;
    let mut found = Vec::new();
    for entry in layers.iter()? {
        found.push(decode(&LAYERS, entry?.1.value())?);
    }
    Ok(found)
}

/// Writes a layer version under the next number of its name, and gives it that.
pub(super) fn add_layer(
    change: &mut Change<'_>,
    name: &str,
    layer: &mut LayerVersion,
) -> Result<(), StateError> {
    let mut layers = change.write(LAYERS)?;
    let last = layers
        .range((name, 0)..=(name, u64::MAX))?
        .next_back()
        .transpose()?
        .map(|(key, _)| key.value().1);
    layer.version = last.unwrap_or(0) + 1;
    let entry = encode(&LAYERS, layer)?;
    layers.insert((name, layer.version), entry.as_slice())?;
    Ok(())
}
