//! Which stored parts are merged before the output is made of them.

use protocol::frames::FrameRange;
use protocol::state::StoredPart;

use super::super::event::FoundPart;

/// Consecutive parts that become one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) frames: FrameRange,
    // INVARIANT: two at least
    pub(super) parts: Vec<StoredPart>,
}

/// The groups that `parts`, which are all of a render in their order, are merged in: none if they have `bound` bytes at
/// most together; else as few of about equal size as have at most `bound` bytes each.
///
/// A part that is larger than `bound`, or that would be alone in its group, stays as it is.
pub(super) fn groups(parts: &[FoundPart], bound: u64) -> Vec<Group> {
    let total: u64 = parts.iter().map(|part| part.bytes).sum();
    let bound = bound.max(1);
    if total <= bound {
        return Vec::new();
    }
    let even = total.div_ceil(total.div_ceil(bound));
    let mut groups = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        if bytes > 0 && bytes + part.bytes > even {
            groups.extend(group(&parts[from..at]));
            (from, bytes) = (at, 0);
        }
        bytes += part.bytes;
    }
    groups.extend(group(&parts[from..]));
    groups
}

fn group(parts: &[FoundPart]) -> Option<Group> {
    let (first, last) = match parts {
        [first, .., last] => (first, last),
        _ => return None,
    };
    // Parts ascend, so the range is none that could be refused.
    let frames = FrameRange::new(first.frames.first(), last.frames.last()).ok()?;
    let name = |part: &FoundPart| StoredPart {
        chunk: part.chunk,
        part: part.part,
    };
    Some(Group {
        frames,
        parts: parts.iter().map(name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::frames::ChunkIndex;
    use protocol::state::Part;

    use super::*;

    fn parts(sizes: &[u64]) -> Vec<FoundPart> {
        let part = |(i, bytes): (u32, &u64)| FoundPart {
            chunk: ChunkIndex(i),
            part: Part(0),
            frames: FrameRange::new(i * 10, i * 10 + 9).unwrap(),
            bytes: *bytes,
            started_at_unix_ms: 0,
            rendered_at_unix_ms: 0,
        };
        (0..).zip(sizes).map(part).collect()
    }

    /// `expected` are first and last chunk of each group.
    fn check(sizes: &[u64], bound: u64, expected: &[(u32, u32)]) {
        let chunks = |group: Group| {
            let (first, last) = (group.parts[0].chunk.0, group.parts[group.parts.len() - 1]);
            assert_eq!(group.frames.first(), first * 10);
            assert_eq!(group.frames.last(), last.chunk.0 * 10 + 9);
            (first, last.chunk.0)
        };
        let found: Vec<_> = groups(&parts(sizes), bound)
            .into_iter()
            .map(chunks)
            .collect();
        assert_eq!(found, expected, "{sizes:?} above {bound}");
    }

    #[test]
    fn groups_are_few_and_even_and_never_single() {
        check(&[10, 10, 10, 10], 40, &[]);
        check(&[10, 10, 10, 10], 39, &[(0, 1), (2, 3)]);
        check(&[10, 10, 10, 10, 10, 10], 30, &[(0, 2), (3, 5)]);
        check(&[10, 50, 10, 10], 20, &[(2, 3)]);
        check(&[50, 50], 40, &[]);
        check(&[], 0, &[]);
    }

    proptest! {
        #[test]
        fn no_group_is_larger_than_the_bound_and_none_overlap(
            sizes in prop::collection::vec(1..100_u64, 0..40),
            bound in 1..500_u64,
        ) {
            let parts = parts(&sizes);
            let mut next = 0;
            for group in groups(&parts, bound) {
                let bytes = |part: &StoredPart| sizes[part.chunk.0 as usize];
                prop_assert!(group.parts.len() > 1);
                prop_assert!(group.parts.iter().map(bytes).sum::<u64>() <= bound);
                prop_assert!(group.parts[0].chunk.0 >= next);
                next = group.parts[group.parts.len() - 1].chunk.0 + 1;
            }
        }
    }
}
