//! Places in a bundle's scripts, traced to the sources they were made from.

use serde::Deserialize;

/// What the page gives of a script's source map.
#[derive(Debug, Deserialize)]
pub(crate) struct RawSourceMap {
    sources: Vec<String>,
    mappings: String,
}

/// A source map, decoded as far as stacks need it.
#[derive(Debug)]
pub(crate) struct SourceMap {
    sources: Vec<String>,
    /// For each line of the script its segments, ascending by column.
    lines: Vec<Vec<Segment>>,
}

/// From a column of the script on, up to the next segment: a place in a source. All count from 0.
#[derive(Debug, Clone, Copy)]
struct Segment {
    column: i64,
    source: usize,
    source_line: i64,
    source_column: i64,
}

impl SourceMap {
    /// `None` if the mappings are damaged.
    pub(crate) fn decode(raw: RawSourceMap) -> Option<Self> {
        // All but the script's column run on from segment to segment, through all lines.
        let (mut source, mut line, mut column) = (0, 0, 0);
        let mut lines = Vec::new();
        for text in raw.mappings.split(';') {
            let mut segments = Vec::new();
            let mut script_column = 0;
            for segment in text.split(',').filter(|segment| !segment.is_empty()) {
                let mut numbers = Numbers(segment.bytes());
                script_column += numbers.next()??;
                // A segment of one number belongs to no source.
                let Some(source_step) = numbers.next() else {
                    continue;
                };
                source += source_step?;
                line += numbers.next()??;
                column += numbers.next()??;
                segments.push(Segment {
                    column: script_column,
                    source: usize::try_from(source).ok()?,
                    source_line: line,
                    source_column: column,
                });
            }
            lines.push(segments);
        }
        Some(Self {
            sources: raw.sources,
            lines,
        })
    }

    /// The source, line and column, both from 1, of a place in the script, both from 1.
    fn trace(&self, line: usize, column: i64) -> Option<(&str, i64, i64)> {
        let segments = self.lines.get(line.checked_sub(1)?)?;
        let after = segments.partition_point(|segment| segment.column < column);
        let segment = segments.get(after.checked_sub(1)?)?;
        let source = self.sources.get(segment.source)?;
        Some((source, segment.source_line + 1, segment.source_column + 1))
    }
}

/// The scripts that a stack runs through, each once, in order.
pub(crate) fn scripts(stack: &str) -> Vec<&str> {
    let mut scripts: Vec<&str> = Vec::new();
    for place in stack.lines().filter_map(Place::find) {
        if !scripts.contains(&place.script) {
            scripts.push(place.script);
        }
    }
    scripts
}

/// The stack with every place in `script` replaced by the place that `map` traces it to.
pub(crate) fn traced(stack: &str, script: &str, map: &SourceMap) -> String {
    let lines = stack.lines().map(|line| {
        let traced = Place::find(line)
            .filter(|place| place.script == script)
            .and_then(|place| Some((place.text, map.trace(place.line, place.column)?)));
        match traced {
            Some((text, (source, source_line, source_column))) => {
                line.replace(text, &format!("{source}:{source_line}:{source_column}"))
            }
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A place in a script, as a line of a stack names it: `    at f (http://host/bundle.js:12:34)`.
struct Place<'a> {
    text: &'a str,
    script: &'a str,
    line: usize,
    column: i64,
}

impl<'a> Place<'a> {
    fn find(line: &'a str) -> Option<Self> {
        let text = line.trim_start().strip_prefix("at ")?.trim_end_matches(')');
        let text = text.rsplit_once('(').map_or(text, |(_, place)| place);
        let (rest, column) = text.rsplit_once(':')?;
        let (script, line) = rest.rsplit_once(':')?;
        script.starts_with("http").then_some(Self {
            text,
            script,
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        })
    }
}

/// The numbers of a segment, in base64 of variable length.
struct Numbers<'a>(std::str::Bytes<'a>);

impl Iterator for Numbers<'_> {
    /// `None` for a digit that is none, or a number that does not end.
    type Item = Option<i64>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let Some(byte) = self.0.next() else {
                return (shift > 0).then_some(None);
            };
            let Some(digit) = digit(byte) else {
                return Some(None);
            };
            if shift > 40 {
                return Some(None);
            }
            value |= (digit & 31) << shift;
            shift += 5;
            if digit & 32 == 0 {
                break;
            }
        }
        let magnitude = value >> 1;
        Some(Some(if value & 1 == 1 {
            -magnitude
        } else {
            magnitude
        }))
    }
}

fn digit(byte: u8) -> Option<i64> {
    Some(i64::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(mappings: &str) -> Option<SourceMap> {
        SourceMap::decode(RawSourceMap {
            sources: vec!["src/A.tsx".to_owned(), "src/B.tsx".to_owned()],
            mappings: mappings.to_owned(),
        })
    }

    #[test]
    fn places_are_traced_to_the_segment_before_them() {
        // Line 1: column 0 → A 1:1. Line 2: column 4 → B 3:5, column 20 → B 3:1.
        let map = map("AAAA;ICEI,gBAAJ").unwrap();
        let stack = "Error: x\n    at f (http://h/bundle.js:2:8)\n    at http://h/bundle.js:2:30\n    at g (http://h/other.js:2:8)\n    at h (<anonymous>)\n    at i (http://h/bundle.js:9:9)";
        assert_eq!(scripts(stack), ["http://h/bundle.js", "http://h/other.js"]);
        assert_eq!(
            traced(stack, "http://h/bundle.js", &map),
            "Error: x\n    at f (src/B.tsx:3:5)\n    at src/B.tsx:3:1\n    at g (http://h/other.js:2:8)\n    at h (<anonymous>)\n    at i (http://h/bundle.js:9:9)"
        );
    }

    #[test]
    fn damaged_mappings_are_refused() {
        assert!(map("AA!A").is_none());
        assert!(map("AAg").is_none());
        assert!(map("gggggggggggggA").is_none());
        assert!(map("").is_some());
    }
}
