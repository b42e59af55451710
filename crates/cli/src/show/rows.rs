//! Lists as tables, and what was changed as lines.

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use deploy::Change;

/// A table of `items`, one a row; a line that says so where there are none.
pub(crate) fn rows<T, const N: usize>(
    header: [&str; N],
    items: &[T],
    row: impl Fn(&T) -> [String; N],
) -> String {
    if items.is_empty() {
        return format!("no {}s", header[0]);
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    for item in items {
        table.add_row(row(item));
    }
    table.to_string()
}

/// One line for each change.
pub(crate) fn changes_made(changes: &[Change]) -> String {
    changes.iter().map(|change| format!("{change}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn an_empty_list_says_so() {
        let none: [u8; 0] = [];
        assert_eq!(rows(["site"], &none, |_| [String::new()]), "no sites");
    }
}
