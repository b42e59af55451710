//! Which of a few consecutive frames is shown at a time.

use bytes::Bytes;
use std::collections::VecDeque;

/// Frames kept behind the newest: a page asks for the same again, or for one of two videos by turns.
const KEPT: usize = 12;

/// A decoded frame: its timestamp in ticks, and its picture.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) ticks: i64,
    pub(super) picture: Bytes,
}

/// The newest frames of a decoder, without a gap between them.
#[derive(Debug, Default)]
pub(super) struct Recent {
    // INVARIANT: timestamps ascend.
    frames: VecDeque<Frame>,
    /// Whether a frame was dropped for its age, or decoding did not begin with the file.
    follows_others: bool,
    /// Whether no frame follows.
    complete: bool,
}

/// What is known of the frame at a position.
#[derive(Debug)]
pub(super) enum Choice<'a> {
    /// This one.
    Shown(&'a Frame),
    /// It lies ahead of the newest frame.
    Ahead,
    /// It lies before the oldest frame kept.
    Behind,
    /// There are no frames at all.
    Nothing,
}

impl Recent {
    /// No frames yet. `follows_others` unless the first to come is the first of the file.
    pub(super) fn new(follows_others: bool) -> Self {
        Self {
            follows_others,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        if self.frames.len() == KEPT {
            self.frames.pop_front();
            self.follows_others = true;
        }
        self.frames.push_back(frame);
    }

    /// Nothing follows any more.
    pub(super) fn complete(&mut self) {
        self.complete = true;
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn newest(&self) -> Option<i64> {
        self.frames.back().map(|frame| frame.ticks)
    }

    /// The frame nearest to `position`, of two equally near the later one; beyond the end the last.
    pub(super) fn at(&self, position: i64) -> Choice<'_> {
        let (Some(oldest), Some(newest)) = (self.frames.front(), self.frames.back()) else {
            return match (self.complete, self.follows_others) {
                (true, false) => Choice::Nothing,
                // A decoder that began beyond the end has nothing; what is shown lies before where it began.
                (true, true) => Choice::Behind,
                (false, _) => Choice::Ahead,
            };
        };
        if position > newest.ticks && !self.complete {
            return Choice::Ahead;
        }
        if position < oldest.ticks && self.follows_others {
            return Choice::Behind;
        }
        let nearest = self
            .frames
            .iter()
            .rev()
            .min_by_key(|frame| frame.ticks.abs_diff(position));
        nearest.map_or(Choice::Nothing, Choice::Shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recent(follows_others: bool, ticks: &[i64]) -> Recent {
        let mut recent = Recent::new(follows_others);
        for ticks in ticks {
            recent.push(Frame {
                ticks: *ticks,
                picture: Bytes::new(),
            });
        }
        recent
    }

    fn shown(recent: &Recent, position: i64) -> String {
        match recent.at(position) {
            Choice::Shown(frame) => frame.ticks.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_nearest_frame_is_shown_and_the_later_of_two() {
        let frames = recent(false, &[0, 512, 1024]);
        let cases = [
            (-5, "0"),
            (0, "0"),
            (255, "0"),
            (256, "512"),
            (511, "512"),
            (768, "1024"),
            (1025, "Ahead"),
        ];
        for (position, expected) in cases {
            assert_eq!(shown(&frames, position), expected, "{position}");
        }
    }

    #[test]
    fn beyond_the_end_the_last_frame_is_shown() {
        let mut frames = recent(true, &[512, 1024]);
        frames.complete();
        assert_eq!(shown(&frames, 1 << 40), "1024");
        assert_eq!(shown(&frames, 511), "Behind");
    }

    #[test]
    fn a_decoder_that_began_beyond_the_end_tells_so() {
        let mut frames = recent(true, &[]);
        assert_eq!(shown(&frames, 7), "Ahead");
        frames.complete();
        assert_eq!(shown(&frames, 7), "Behind");
        let mut empty = recent(false, &[]);
        empty.complete();
        assert_eq!(shown(&empty, 7), "Nothing");
    }

    #[test]
    fn old_frames_go() {
        let ticks: Vec<i64> = (0..20).collect();
        let frames = recent(false, &ticks);
        assert_eq!(shown(&frames, 7), "Behind");
        assert_eq!(shown(&frames, 8), "8");
    }
}
