//! What a person or a program is shown.

mod compositions;
mod events;
mod findings;
pub(crate) mod human;
mod json;
mod progress;
mod report;
mod rows;
mod ruled;

pub(crate) use compositions::{CompositionRow, table};
pub(crate) use events::row as event_row;
pub(crate) use findings::table as findings_table;
pub(crate) use progress::{Shown, Snapshot, printed};
pub(crate) use report::RenderReport;
pub(crate) use rows::{changes_made, rows};
pub(crate) use ruled::ruled;
