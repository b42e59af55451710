//! Where a listing can be cut.

use crate::cut::ledger::Packet;
use crate::cut::list::Listing;

/// What there is at the start of a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening {
    /// The last key frame that is not shown after the start; the first of the source where the start is before it.
    pub(super) key: Packet,
    /// When the first frame of an exact cut is shown.
    pub(super) first: i64,
    /// The first key frame at or after `first` on which nothing shown before it depends, if the listing goes so far.
    pub(super) next: Option<Packet>,
    /// Frames shown from `first` on and before `next`.
    pub(super) frames: u64,
}

/// What there is at the end of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// The decoding time of the first packet behind it; `None` at the end of the source.
    pub(super) dts: Option<i64>,
    /// When the first frame behind it is shown, or the last before it ends.
    pub(super) pts: i64,
}

/// The end of an exact cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExactEnd {
    /// The last clean point before the end.
    pub(super) point: Point,
    /// Frames shown between it and the end.
    pub(super) frames: u64,
}

impl Listing {
    /// Whether nothing that follows is shown before `tick`.
    pub(super) fn is_past(&self, tick: i64) -> bool {
        self.packets.last().is_some_and(|last| last.dts >= tick)
    }

    /// Whether the first key frame is not shown after `tick`: else the listing began too late.
    pub(super) fn begins_by(&self, tick: i64) -> bool {
        let mut keys = self.packets.iter().filter(|packet| packet.key);
        keys.next().is_some_and(|key| key.pts <= tick)
    }

    /// The last key frame that is not shown after `tick`, or else the first.
    pub(super) fn key_before(&self, tick: i64) -> Option<Packet> {
        let mut keys = self.packets.iter().filter(|packet| packet.key);
        let first = keys.clone().next();
        keys.rfind(|key| key.pts <= tick).or(first).copied()
    }

    /// The start of a clip whose first frame is not shown before `from`, and what there is before `until`.
    pub(super) fn opening(&self, from: i64, until: i64) -> Option<Opening> {
        let key = self.key_before(from)?;
        let shown = || self.packets.iter().filter(|packet| !packet.hidden);
        let first = shown().map(|p| p.pts).filter(|pts| *pts >= from).min()?;
        let next = self.closed_key(first).filter(|next| next.pts < until);
        let end = next.map_or(until, |next| next.pts);
        let frames = shown().filter(|p| (first..end).contains(&p.pts)).count();
        Some(Opening {
            key,
            first,
            next,
            frames: frames as u64,
        })
    }

    /// The first key frame that is shown at or after `from` and that no frame before it in showing is decoded after.
    pub(super) fn closed_key(&self, from: i64) -> Option<Packet> {
        let pairs = self.packets.iter().zip(self.packets.iter().skip(1));
        let closed = |key: &Packet, after: &Packet| {
            key.key && !key.hidden && key.pts >= from && after.pts > key.pts
        };
        let found = pairs
            .clone()
            .find(|(key, after)| closed(key, after))
            .map(|(key, _)| *key);
        // The last packet of a source is followed by nothing.
        let last = self.packets.last().filter(|_| self.complete);
        found.or_else(|| last.filter(|p| p.key && p.pts >= from).copied())
    }

    /// The first clean point behind which nothing is shown before `to`; `None` where the listing does not go so far.
    pub(super) fn end_after(&self, to: i64) -> Option<Point> {
        self.clean_points()
            .find(|(_, point)| point.dts.is_none() || point.pts >= to)
            .map(|(_, point)| point)
    }

    /// The last clean point before which nothing is shown at or after `to`.
    pub(super) fn exact_end(&self, to: i64) -> Option<ExactEnd> {
        let (_, point) = self
            .clean_points()
            .filter(|(before, _)| before.is_none_or(|latest| latest < to))
            .last()?;
        let shown = self.packets.iter().filter(|packet| !packet.hidden);
        let frames = shown
            .filter(|packet| packet.pts >= point.pts && packet.pts < to)
            .count();
        Some(ExactEnd {
            point,
            frames: frames as u64,
        })
    }

    /// Every clean point in decoding order, with the time of the latest frame before it.
    fn clean_points(&self) -> impl Iterator<Item = (Option<i64>, Point)> {
        let packets = &self.packets;
        // What is not listed is decoded, and so shown, after what is.
        let rest = match packets.last() {
            Some(last) if !self.complete => last.dts,
            _ => i64::MAX,
        };
        let mut earliest = vec![rest; packets.len() + 1];
        for (index, packet) in packets.iter().enumerate().rev() {
            earliest[index] = earliest[index + 1].min(packet.pts);
        }
        let mut latest: Option<Packet> = None;
        (0..=packets.len()).filter_map(move |index| {
            let before = latest;
            let here = packets.get(index);
            if let Some(packet) = here
                && latest.is_none_or(|latest| latest.pts < packet.pts)
            {
                latest = Some(*packet);
            }
            let clean = before.is_none_or(|before| before.pts < earliest[index]);
            let point = match here {
                Some(packet) => Point {
                    dts: Some(packet.dts),
                    pts: earliest[index],
                },
                None if self.complete => Point {
                    dts: None,
                    pts: before.map_or(0, |before| before.pts + before.duration.max(1)),
                },
                None => return None,
            };
            clean.then_some((before.map(|before| before.pts), point))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::ledger::TimeBase;

    /// Packets by type in decoding order, with the number of the frame: `I0 P3 B1 B2`.
    fn listing(text: &str, complete: bool) -> Listing {
        let packets = text.split_whitespace().enumerate();
        let packets = packets.map(|(index, word)| Packet {
            dts: index as i64 - 2,
            pts: word[1..].parse().unwrap(),
            duration: 1,
            key: word.starts_with('I'),
            hidden: false,
            sealed: false,
        });
        Listing {
            base: TimeBase { num: 1, den: 30 },
            packets: packets.collect(),
            complete,
        }
    }

    #[test]
    fn a_clip_opens_at_a_key_frame_and_is_copied_from_the_next() {
        let gop = listing("I0 P3 B1 B2 P6 B4 B5 I7 P10 B8 B9 I11 P12", false);
        let opening = gop.opening(2, 100).unwrap();
        assert_eq!((opening.key.pts, opening.first, opening.frames), (0, 2, 5));
        assert_eq!(opening.next.map(|next| next.pts), Some(7));
        let at_key = gop.opening(7, 100).unwrap();
        assert_eq!((at_key.key.pts, at_key.first, at_key.frames), (7, 7, 0));
        let short = gop.opening(2, 5).unwrap();
        assert_eq!((short.next, short.frames), (None, 3));
        // Before the first frame.
        let early = gop.opening(-9, 100).unwrap();
        assert_eq!((early.key.pts, early.first), (0, 0));
        assert_eq!(gop.opening(13, 100), None);
    }

    #[test]
    fn an_open_group_is_no_place_to_start_copying() {
        let open = listing("I0 P1 I4 B2 B3 P5 I6 P7", false);
        assert_eq!(
            open.opening(1, 9).unwrap().next.map(|next| next.pts),
            Some(6)
        );
    }

    #[test]
    fn a_clip_ends_where_nothing_shown_before_is_decoded_later() {
        let gop = listing("I0 P3 B1 B2 P6 B4 B5 P9 B7 B8 P12 B10 B11", true);
        let end = |to| gop.end_after(to).unwrap();
        assert_eq!(
            end(4),
            Point {
                dts: Some(2),
                pts: 4
            }
        );
        assert_eq!(
            end(5),
            Point {
                dts: Some(5),
                pts: 7
            }
        );
        assert_eq!(end(13), Point { dts: None, pts: 13 });
        let exact = |to| gop.exact_end(to).unwrap();
        assert_eq!(
            exact(6),
            ExactEnd {
                point: Point {
                    dts: Some(2),
                    pts: 4
                },
                frames: 2
            }
        );
        assert_eq!(exact(7).frames, 0);
        assert_eq!(exact(13).point.dts, None);
    }

    #[test]
    fn what_is_not_listed_may_be_shown_before_what_is() {
        let gop = listing("I0 P3 B1 B2 P6", false);
        // A frame behind P6 in decoding order may still be shown after its decoding time, 2.
        assert_eq!(gop.end_after(4), None);
        assert_eq!(
            gop.end_after(1),
            Some(Point {
                dts: Some(-1),
                pts: 1
            })
        );
    }
}
