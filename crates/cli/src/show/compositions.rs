//! Compositions as a table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::human;

/// One composition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompositionRow {
    pub(crate) id: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) fps: f64,
    pub(crate) duration_in_frames: u32,
}

/// A table of id, size, frame rate, frames and duration.
pub(crate) fn table(rows: &[CompositionRow]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "composition",
        "size",
        "fps",
        "frames",
        "duration",
    ]);
    for CompositionRow {
        id,
        width,
        height,
        fps,
        duration_in_frames,
    } in rows
    {
        table.add_row([
            id.clone(),
            format!("{width}x{height}"),
            fps.to_string(),
            duration_in_frames.to_string(),
            human::seconds(f64::from(*duration_in_frames) / fps),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
