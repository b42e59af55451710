//! The end of what a program wrote to its standard error.

use std::collections::VecDeque;
use std::fmt;

/// The last lines that a program wrote to its standard error.
///
/// Holds at most [`StderrTail::BYTES`] bytes: whole lines, the oldest of which go first. A line longer than that is cut at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StderrTail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl StderrTail {
    /// The bound on what is kept.
    pub const BYTES: usize = 8 * 1024;

    /// The lines, oldest first, without their line ends.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Whether the program wrote nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn push(&mut self, line: &[u8]) {
        let line = &line[..line.len().min(Self::BYTES)];
        let line = String::from_utf8_lossy(line).trim_end().to_owned();
        if line.is_empty() {
            return;
        }
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > Self::BYTES && self.lines.len() > 1 {
            if let Some(oldest) = self.lines.pop_front() {
                self.bytes -= oldest.len();
            }
        }
    }
}

impl fmt::Display for StderrTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_go_first() {
        let mut tail = StderrTail::default();
        for number in 0..3000 {
            tail.push(format!("line {number}\n").as_bytes());
        }
        assert_eq!(tail.lines().next_back(), Some("line 2999"));
        assert!(tail.lines().map(str::len).sum::<usize>() <= StderrTail::BYTES);
        assert!(tail.lines().count() > 500);
    }

    #[test]
    fn a_long_line_is_cut_and_blank_lines_are_dropped() {
        let mut tail = StderrTail::default();
        tail.push(b"   \n");
        assert!(tail.is_empty());
        tail.push(&[b'x'; StderrTail::BYTES * 2]);
        assert_eq!(tail.to_string().len(), StderrTail::BYTES);
    }
}
