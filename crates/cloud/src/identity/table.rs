//! Where principals and policies are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use redb::{ReadableTable, TableDefinition, TableError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::identity::directory::Directory;
use crate::state::{Change, Snapshot, StateError, decode, encode};

/// Entries by kind and lower-case name.
const IDENTITIES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("identities");

const USER: &str = "user";
const ROLE: &str = "role";
const POLICY: &str = "policy";
const GROUP: &str = "group";
const INSTANCE_PROFILE: &str = "instance-profile";

/// One entry to write; without bytes it is removed.
#[derive(Debug)]
pub(super) struct Write {
    kind: &'static str,
    name: String,
    bytes: Option<Vec<u8>>,
}

/// What must be written so that the kept view is `new` where it was `old`.
pub(super) fn difference(old: &Directory, new: &Directory) -> Result<Vec<Write>, StateError> {
    let mut writes = Vec::new();
    compare(USER, &old.users, &new.users, &mut writes)?;
    compare(ROLE, &old.roles, &new.roles, &mut writes)?;
    compare(POLICY, &old.policies, &new.policies, &mut writes)?;
    compare(GROUP, &old.groups, &new.groups, &mut writes)?;
    compare(
        INSTANCE_PROFILE,
        &old.instance_profiles,
        &new.instance_profiles,
        &mut writes,
    )?;
    Ok(writes)
}

fn compare<T: Serialize>(
    kind: &'static str,
    old: &BTreeMap<String, Arc<T>>,
    new: &BTreeMap<String, Arc<T>>,
    writes: &mut Vec<Write>,
) -> Result<(), StateError> {
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        writes.push(Write {
            kind,
            name: name.clone(),
            bytes: None,
        });
    }
    for (name, entity) in new {
        // Views share the entries that no change replaced.
        let same = old
            .get(name)
            .is_some_and(|before| Arc::ptr_eq(before, entity));
        if !same {
            writes.push(Write {
                kind,
                name: name.clone(),
                bytes: Some(encode(&IDENTITIES, entity.as_ref())?),
            });
        }
    }
    Ok(())
}

/// Writes entries.
pub(super) fn apply(change: &mut Change<'_>, writes: &[Write]) -> Result<(), StateError> {
    let mut table = change.write(IDENTITIES)?;
    for write in writes {
        let key = (write.kind, write.name.as_str());
        match &write.bytes {
            Some(bytes) => drop(table.insert(key, bytes.as_slice())?),
            None => drop(table.remove(key)?),
        }
    }
    Ok(())
}

/// Reads the whole view.
pub(super) fn load(snapshot: &Snapshot) -> Result<Directory, StateError> {
    let mut directory = Directory::default();
    let table = match snapshot.open_table(IDENTITIES) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(directory),
        Err(error) => return Err(error.into()),
    };
    read_kind(&table, USER, &mut directory.users)?;
    read_kind(&table, ROLE, &mut directory.roles)?;
    read_kind(&table, POLICY, &mut directory.policies)?;
    read_kind(&table, GROUP, &mut directory.groups)?;
    read_kind(&table, INSTANCE_PROFILE, &mut directory.instance_profiles)?;
    directory.index();
    Ok(directory)
}

fn read_kind<T: DeserializeOwned>(
    table: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
    kind: &str,
    entries: &mut BTreeMap<String, Arc<T>>,
) -> Result<(), StateError> {
    for entry in table.range((kind, "")..)? {
        let (key, value) = entry?;
        let (of, name) = key.value();
        if of != kind {
            break;
        }
        let entity: T = decode(&IDENTITIES, value.value())?;
        entries.insert(name.to_owned(), Arc::new(entity));
    }
    Ok(())
}
