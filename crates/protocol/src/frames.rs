//! Frame numbers, ranges of them, and the index of a chunk.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Position of a chunk in its render's plan, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChunkIndex(pub u32);

impl fmt::Display for ChunkIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Composition frames, inclusive at both ends, counted from 0. Never empty.
///
/// On the wire it is an array of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct FrameRange {
    // INVARIANT: first <= last
    first: u32,
    last: u32,
}

/// A frame range whose end lies before its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("frame range {first}-{last} ends before it starts")]
pub struct BackwardsRange {
    first: u32,
    last: u32,
}

impl FrameRange {
    /// The frames from `first` to `last`, both included.
    ///
    /// # Errors
    /// [`BackwardsRange`] if `last` is smaller than `first`.
    pub fn new(first: u32, last: u32) -> Result<Self, BackwardsRange> {
        if last < first {
            return Err(BackwardsRange { first, last });
        }
        Ok(Self { first, last })
    }

    /// The one frame `frame`.
    #[must_use]
    pub fn single(frame: u32) -> Self {
        Self {
            first: frame,
            last: frame,
        }
    }

    /// The first frame.
    #[must_use]
    pub fn first(self) -> u32 {
        self.first
    }

    /// The last frame, included.
    #[must_use]
    pub fn last(self) -> u32 {
        self.last
    }

    /// How many frames are rendered when every `step`-th is, from the first on.
    #[must_use]
    pub fn count(self, step: NonZeroU32) -> u32 {
        (self.last - self.first) / step + 1
    }

    /// The frames that are rendered when every `step`-th is, ascending from the first on.
    pub fn frames(self, step: NonZeroU32) -> impl DoubleEndedIterator<Item = u32> + Clone {
        (0..self.count(step)).map(move |i| self.first + i * step.get())
    }

    /// Whether `frame` lies in the range.
    #[must_use]
    pub fn contains(self, frame: u32) -> bool {
        (self.first..=self.last).contains(&frame)
    }

    /// Whether every frame of `other` lies in the range.
    #[must_use]
    pub fn contains_range(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl fmt::Display for FrameRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl TryFrom<(u32, u32)> for FrameRange {
    type Error = BackwardsRange;

    fn try_from((first, last): (u32, u32)) -> Result<Self, BackwardsRange> {
        Self::new(first, last)
    }
}

impl From<FrameRange> for (u32, u32) {
    fn from(range: FrameRange) -> Self {
        (range.first, range.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_from_the_first_frame_and_stays_inside() {
        let three = NonZeroU32::new(3).unwrap();
        let range = FrameRange::new(10, 29).unwrap();
        assert_eq!(range.count(three), 7);
        assert_eq!(
            range.frames(three).collect::<Vec<_>>(),
            [10, 13, 16, 19, 22, 25, 28]
        );
    }

    #[test]
    fn a_backwards_range_is_refused_on_the_wire() {
        assert!(serde_json::from_str::<FrameRange>("[5,4]").is_err());
        assert_eq!(
            serde_json::to_string(&FrameRange::single(7)).unwrap(),
            "[7,7]"
        );
    }
}
