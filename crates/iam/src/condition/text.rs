//! Strings without regard to case.

/// The text with every character in one case, character by character: texts that differ only in case
/// have the same form, and no character becomes two.
// spec: iam/conditions#ignore-case
pub(crate) fn fold(text: &str) -> String {
    text.chars().map(fold_character).collect()
}

fn fold_character(character: char) -> char {
    let upper = only(character.to_uppercase()).unwrap_or(character);
    only(upper.to_lowercase()).unwrap_or(upper)
}

fn only(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next();
    first.filter(|_| characters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_characters_one_for_one() {
        for (left, right) in [
            ("Alice", "aLICE"),
            ("\u{c9}", "\u{e9}"),
            ("\u{3a3}", "\u{3c2}"),
            ("\u{1e9e}", "\u{df}"),
            ("\u{212a}", "k"),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("\u{df}"), fold("ss"));
        assert_ne!(fold("\u{130}"), fold("i"));
    }
}
