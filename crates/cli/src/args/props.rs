//! `--props`: JSON, or a file that holds it.

use client::Props;

/// Input props from `text`: the JSON itself, or `@FILE` with a file that holds it.
pub(super) fn parse(text: &str) -> Result<Props, String> {
    let json = match text.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| format!("could not read `{file}`: {error}"))?,
        None => text.to_owned(),
    };
    Props::parse(json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn props_are_an_object() {
        assert!(parse(r#"{"b":1.0,"a":12345678901234567890}"#).is_ok());
        for wrong in ["", "[1]", "{a:1}", "3", "@nowhere.json"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse("{a:1}").unwrap_err().contains("line 1"));
    }
}
