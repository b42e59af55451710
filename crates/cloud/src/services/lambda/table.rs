//! Where functions, layers and events are kept.

use redb::{ReadableTable, TableDefinition};

use super::function::{Function, LayerVersion};
use super::function_policy::FunctionPolicy;
use crate::state::{Change, State, StateError, decode, encode};

/// Name → [`Function`].
const FUNCTIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("lambda.functions");

/// Name and version → [`LayerVersion`].
const LAYERS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("lambda.layers");

/// Name of a function → [`FunctionPolicy`].
const POLICIES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("lambda.policies");

/// Makes the tables, so that every read finds them.
pub(super) fn make(change: &mut Change<'_>) -> Result<(), StateError> {
    change.write(FUNCTIONS)?;
    change.write(LAYERS)?;
    change.write(POLICIES)?;
    super::event_source::make_table(change)?;
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

/// Removes a function with its policy; whether it was there.
pub(super) fn remove_function(change: &mut Change<'_>, name: &str) -> Result<bool, StateError> {
    remove_policy(change, name)?;
    let removed = change.write(FUNCTIONS)?.remove(name)?.is_some();
    Ok(removed)
}

/// The policy of a function.
pub(super) fn policy(state: &State, name: &str) -> Result<Option<FunctionPolicy>, StateError> {
    let policies = state.read()?.open_table(POLICIES)?;
    let entry = policies.get(name)?;
    entry
        .map(|entry| decode(&POLICIES, entry.value()))
        .transpose()
}

/// The policy of a function, for a change to it.
pub(super) fn policy_in(
    change: &Change<'_>,
    name: &str,
) -> Result<Option<FunctionPolicy>, StateError> {
    let policies = change.read(POLICIES)?;
    let entry = policies.get(name)?;
    entry
        .map(|entry| decode(&POLICIES, entry.value()))
        .transpose()
}

/// Writes the policy of a function.
pub(super) fn put_policy(
    change: &mut Change<'_>,
    name: &str,
    policy: &FunctionPolicy,
) -> Result<(), StateError> {
    let entry = encode(&POLICIES, policy)?;
    change.write(POLICIES)?.insert(name, entry.as_slice())?;
    Ok(())
}

/// Removes the policy of a function.
pub(super) fn remove_policy(change: &mut Change<'_>, name: &str) -> Result<(), StateError> {
    change.write(POLICIES)?.remove(name)?;
    Ok(())
}

/// A version of a layer.
pub(super) fn layer(
    state: &State,
    name: &str,
    version: u64,
) -> Result<Option<LayerVersion>, StateError> {
    let layers = state.read()?.open_table(LAYERS)?;
    let entry = layers.get((name, version))?;
    let layer: Option<LayerVersion> = entry
        .map(|entry| decode(&LAYERS, entry.value()))
        .transpose()?;
    Ok(layer.filter(|layer| !layer.deleted))
}

/// All layer versions, those of one layer by number.
pub(super) fn layers(state: &State) -> Result<Vec<LayerVersion>, StateError> {
    let layers = state.read()?.open_table(LAYERS)?;
    let mut found = Vec::new();
    for entry in layers.iter()? {
        let layer: LayerVersion = decode(&LAYERS, entry?.1.value())?;
        if !layer.deleted {
            found.push(layer);
        }
    }
    Ok(found)
}

/// Removes a layer version. Its number is not given again.
pub(super) fn remove_layer(
    change: &mut Change<'_>,
    name: &str,
    version: u64,
) -> Result<(), StateError> {
    let kept: Option<LayerVersion> = {
        let layers = change.read(LAYERS)?;
        let entry = layers.get((name, version))?;
        entry
            .map(|entry| decode(&LAYERS, entry.value()))
            .transpose()?
    };
    if let Some(mut layer) = kept {
        layer.deleted = true;
        let entry = encode(&LAYERS, &layer)?;
        change
            .write(LAYERS)?
            .insert((name, version), entry.as_slice())?;
    }
    Ok(())
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
