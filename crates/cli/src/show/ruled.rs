//! Tables with whole sentences in them.

use comfy_table::presets::{NOTHING, UTF8_HORIZONTAL_ONLY};
use comfy_table::{ContentArrangement, Table};

/// A table of rows under a header: wrapped to a terminal's width, with lines between rows. Where nobody watches, each row
/// is one line, for programs that search.
pub(crate) fn ruled<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    if table.is_tty() {
        table
            .load_style(UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic);
        return table.to_string();
    }
    table.load_style(NOTHING);
    let text = table.to_string();
    // Cells are filled up to the longest of their column.
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::ruled;

    #[test]
    fn a_row_is_a_line_without_what_fills_it_up() {
        let rows = [["✔", "a"], ["✘", "b, for a reason that is long"]];
        let text = ruled(["", "what"], rows.map(|row| row.map(str::to_owned)));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| !line.ends_with(' ')), "{text}");
    }
}
