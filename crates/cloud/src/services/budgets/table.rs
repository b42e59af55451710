//! Where budgets are kept.

use std::convert::Infallible;

use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::{Change, ChangeError, State, StateError, decode, encode};

/// Name → [`Budget`].
const BUDGETS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("budgets");

/// A budget as it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Budget {
    /// The members of the call, shown as they were given.
    pub(super) budget: Value,
    /// Who is to be told when, likewise.
    pub(super) notifications: Vec<Value>,
}

pub(super) async fn make(state: &State) -> Result<(), StateError> {
    let made = state
        .maintain(|change| {
            change.write(BUDGETS)?;
            Ok::<_, ChangeError<Infallible>>(())
        })
        .await;
    Ok(made?)
}

/// A budget by name.
pub(super) fn budget(state: &State, name: &str) -> Result<Option<Budget>, StateError> {
    let budgets = state.read()?.open_table(BUDGETS)?;
    let entry = budgets.get(name)?;
    entry
        .map(|entry| decode(&BUDGETS, entry.value()))
        .transpose()
}

/// All budgets by name.
pub(super) fn budgets(state: &State) -> Result<Vec<(String, Budget)>, StateError> {
    let budgets = state.read()?.open_table(BUDGETS)?;
    let mut found = Vec::new();
    for entry in budgets.iter()? {
        let (name, budget) = entry?;
        found.push((name.value().to_owned(), decode(&BUDGETS, budget.value())?));
    }
    Ok(found)
}

/// Writes a budget, if there is none of that name; whether it was written.
pub(super) fn add(
    change: &mut Change<'_>,
    name: &str,
    budget: &Budget,
) -> Result<bool, StateError> {
    if change.read(BUDGETS)?.get(name)?.is_some() {
        return Ok(false);
    }
    let bytes = encode(&BUDGETS, budget)?;
    change.write(BUDGETS)?.insert(name, bytes.as_slice())?;
    Ok(true)
}

/// Removes a budget; whether it was there.
pub(super) fn remove(change: &mut Change<'_>, name: &str) -> Result<bool, StateError> {
    if change.read(BUDGETS)?.get(name)?.is_none() {
        return Ok(false);
    }
    change.write(BUDGETS)?.remove(name)?;
    Ok(true)
}
