//! Where something stands in a text.

use std::fmt;

/// A range of bytes in the text that a value was read from: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset of the byte after the last.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`; offsets past `u32::MAX` are held there.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The text under the span, empty where the span is not of this text.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Line and column of the first byte.
    pub fn start_in(&self, text: &str) -> Position {
        Position::of_offset(text, self.start as usize)
    }

    /// Line and column of the byte after the last.
    pub fn end_in(&self, text: &str) -> Position {
        Position::of_offset(text, self.end as usize)
    }
}

/// A place in a text as people count it: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Character of the line, from 1.
    pub column: u32,
}

impl Position {
    /// The place of byte `offset` in `text`; offsets past the end are held at the end.
    pub fn of_offset(text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let is_first_byte = |byte: &&u8| (**byte & 0xC0) != 0x80;
        let column = before[line_start..].iter().filter(is_first_byte).count() + 1;
        let clamp = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            line: clamp(line),
            column: clamp(column),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}
