//! Lines of variables, read as npm's `dotenv` reads them: what a project's other tools accept stops nothing here.

use std::collections::BTreeMap;

use regex_lite::{Captures, Regex};

/// A line, as `dotenv` 16 and 17 have it: a name, `=` or `: `, and a value that is quoted or ends with the line or `#`.
/// What is quoted may have several lines.
const LINE: &str = concat!(
    r"(?m)^\s*(?:export\s+)?([A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)",
    r#"(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?"#,
    r"\s*(?:#.*)?$"
);

/// What the lines of a text say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The values by their names; the last of two wins.
    pub(crate) values: BTreeMap<String, String>,
    /// The first words of lines that were passed over, with the numbers of the lines, counted from 1.
    pub(crate) unread: Vec<(usize, String)>,
}

/// Reads `text`. Nothing in it is an error: lines that say nothing are passed over.
#[expect(clippy::expect_used, reason = "the expression is a constant")]
pub(crate) fn read(text: &str) -> Said {
    let line = Regex::new(LINE).expect("an expression");
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let mut said = Said::default();
    let mut end = 0;
    for found in line.captures_iter(&text) {
        let whole = found.get(0).map(|whole| whole.range()).unwrap_or_default();
        said.pass_over(&text, end, whole.start);
        end = whole.end;
        said.values.insert(found[1].to_owned(), value(&found));
    }
    said.pass_over(&text, end, text.len());
    said
}

fn value(line: &Captures<'_>) -> String {
    let value = line.get(2).map_or("", |value| value.as_str()).trim();
    let quote = value.chars().next().filter(|first| "'\"`".contains(*first));
    let inner = quote.and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    match (inner, quote) {
        (Some(inner), Some('"')) => inner.replace("\\n", "\n").replace("\\r", "\r"),
        (Some(inner), _) => inner.to_owned(),
        (None, _) => value.to_owned(),
    }
}

impl Said {
    /// What stands between two lines that were read.
    fn pass_over(&mut self, text: &str, start: usize, end: usize) {
        let number = text[..start].matches('\n').count() + 1;
        for (after, line) in text[start..end].lines().enumerate() {
            let mut words = line.split_whitespace().filter(|word| *word != "export");
            match words.next() {
                Some(word) if !word.starts_with('#') => {
                    self.unread.push((number + after, word.to_owned()));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn check(text: &str, values: &[(&str, &str)], unread: &[(usize, &str)]) {
        let said = read(text);
        let found = said.values.iter();
        let found: Vec<_> = found
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, values, "{text}");
        let passed = said.unread.iter();
        let passed: Vec<_> = passed
            .map(|(number, word)| (*number, word.as_str()))
            .collect();
        assert_eq!(passed, unread, "{text}");
    }

    /// What `dotenv` 17.2 for npm says of the same texts.
    #[test]
    fn lines_are_read_as_npm_reads_them() {
        check(
            "APP_NAME=My App\nA=b\n",
            &[("A", "b"), ("APP_NAME", "My App")],
            &[],
        );
        check("\u{feff}A=b", &[("A", "b")], &[]);
        check(
            "A=b\r\nexport C = d # e\r\n",
            &[("A", "b"), ("C", "d")],
            &[],
        );
        check(
            "A='b # c' # d\nB=\"e\\nf\"\n",
            &[("A", "b # c"), ("B", "e\nf")],
            &[],
        );
        check(
            "A=\"one\ntwo\"\nB=`c'd`\n",
            &[("A", "one\ntwo"), ("B", "c'd")],
            &[],
        );
        check(
            "A: b\nC=\nD='x\n",
            &[("A", "b"), ("C", ""), ("D", "'x")],
            &[],
        );
        check(
            "A=1\nA=2\nB=a#b\nC=$A\n",
            &[("A", "2"), ("B", "a"), ("C", "$A")],
            &[],
        );
        check("A=a=b==\n", &[("A", "a=b==")], &[]);
    }

    #[test]
    fn lines_that_say_nothing_are_passed_over() {
        check(
            "# AWS_REGION\n\nAWS_REGION eu-west-1\nA=b\nexport AWS_PROFILE\n",
            &[("A", "b")],
            &[(3, "AWS_REGION"), (5, "AWS_PROFILE")],
        );
    }
}
