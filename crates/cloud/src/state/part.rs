//! Parts of a state: each region keeps its tables apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition, TableError,
    TableHandle, Value,
};

use crate::config::Region;
use crate::state::StateError;

/// Between the region and the name of a table.
const SEPARATOR: char = '/';

/// A part of a state: that of a region, or what all share.
#[derive(Debug, Clone, Default)]
pub(super) struct Part(Option<Arc<str>>);

/// A view of one part of a state: all that was acknowledged before, and nothing half done.
pub(crate) struct Snapshot {
    transaction: ReadTransaction,
    part: Part,
}

impl Part {
    pub(super) fn of(region: &Region) -> Self {
        Self(Some(Arc::from(region.as_str())))
    }

    /// The name of a table in this part.
    pub(super) fn name_of(&self, table: &impl TableHandle) -> String {
        match &self.0 {
            None => table.name().to_owned(),
            Some(region) => format!("{region}{SEPARATOR}{}", table.name()),
        }
    }
}

impl Snapshot {
    pub(super) fn new(transaction: ReadTransaction, part: Part) -> Self {
        Self { transaction, part }
    }

    /// A table to read.
    pub(crate) fn open_table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, TableError> {
        let name = self.part.name_of(&table);
        self.transaction.open_table(TableDefinition::new(&name))
    }
}

/// The regions that have a part of their own.
pub(super) fn regions(database: &impl ReadableDatabase) -> Result<BTreeSet<Region>, StateError> {
    let transaction = database.begin_read()?;
    let regions = transaction
        .list_tables()?
        .filter_map(|table| table.name().split_once(SEPARATOR)?.0.parse().ok())
        .collect();
    Ok(regions)
}
