//! When keys were last used.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::identity::directory::Directory;
use crate::state::{Change, ChangeError, State, StateError, decode, encode};

/// The last use of long-term keys by id.
const KEY_USES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("key-uses");

/// The last request that a key signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyUse {
    pub(crate) at: Timestamp,
    /// As in the scope of signatures, such as `s3`.
    pub(crate) service: String,
    pub(crate) region: String,
}

/// The last use of every long-term key; a handle.
///
/// Known from the moment at which a request is authenticated; durable with the request's record.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyUses(Arc<Mutex<HashMap<String, KeyUse>>>);

impl KeyUses {
    /// Reads what is kept, and forgets the keys that are gone.
    ///
    /// # Errors
    /// That the state cannot be read or written.
    pub(crate) async fn open(state: &State, directory: &Directory) -> Result<Self, StateError> {
        let present: Vec<String> = directory
            .users()
            .flat_map(|user| user.keys.iter().map(|key| key.id.clone()))
            .collect();
        let kept = state
            .maintain(move |change| {
                let mut table = change.write(KEY_USES)?;
                table.retain(|id, _| present.iter().any(|key| key == id))?;
                let mut kept = HashMap::new();
                for entry in table.iter()? {
                    let (id, used) = entry?;
                    kept.insert(id.value().to_owned(), decode(&KEY_USES, used.value())?);
                }
                Ok::<_, ChangeError<Infallible>>(kept)
            })
            .await?;
        Ok(Self(Arc::new(Mutex::new(kept))))
    }

    /// A key has signed a request.
    pub(crate) fn note(&self, id: &str, used: KeyUse) {
        self.lock().insert(id.to_owned(), used);
    }

    /// The last use of a key; nothing if it has never been used.
    pub(crate) fn of(&self, id: &str) -> Option<KeyUse> {
        self.lock().get(id).cloned()
    }

    // Every method leaves the map whole, so a panic elsewhere cannot have torn it.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, KeyUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the use of a key, unless a later one is kept.
pub(crate) fn keep_key_use(
    change: &mut Change<'_>,
    id: &str,
    used: &KeyUse,
) -> Result<(), StateError> {
    let bytes = encode(&KEY_USES, used)?;
    let mut table = change.write(KEY_USES)?;
    let later = match table.get(id)? {
        Some(kept) => decode::<KeyUse>(&KEY_USES, kept.value())?.at > used.at,
        None => false,
    };
    if !later {
        table.insert(id, bytes.as_slice())?;
    }
    Ok(())
}
