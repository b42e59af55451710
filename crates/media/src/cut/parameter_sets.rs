//! The parameter sets of h264, as the box `avcC` of an mp4 file holds them.
//!
//! ```text
//! 1, profile, compatibility, level, 6 bits 1 and length size, 3 bits 1 and count, { 16 bits length, set }…,
//! count, { 16 bits length, set }…, what some profiles add
//! ```

use std::collections::BTreeSet;

/// The sets of one or more streams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ParameterSets {
    sequence: Vec<Vec<u8>>,
    picture: Vec<Vec<u8>>,
}

/// Numbers that a sequence may have.
const IDS: u32 = 32;

impl ParameterSets {
    /// Reads the content of an `avcC`.
    pub(super) fn read(content: &[u8]) -> Option<Self> {
        let (sets, _) = split(content)?;
        Some(sets)
    }

    /// Takes in what `other` has and this lacks.
    pub(super) fn add(&mut self, other: Self) {
        let pairs = [
            (&mut self.sequence, other.sequence),
            (&mut self.picture, other.picture),
        ];
        for (all, more) in pairs {
            for set in more {
                if !all.contains(&set) {
                    all.push(set);
                }
            }
        }
    }

    /// A number that neither a sequence nor a picture has.
    pub(super) fn free_id(&self) -> Option<u32> {
        // One byte for the kind of unit; in a sequence, three for profile and level.
        let sequence = self.sequence.iter().map(|set| number(set, 4));
        let picture = self.picture.iter().map(|set| number(set, 1));
        let used: BTreeSet<u32> = sequence.chain(picture).collect::<Option<_>>()?;
        (0..IDS).find(|id| !used.contains(id))
    }

    /// x264's name of the profile of the first sequence.
    pub(super) fn profile(&self) -> &'static str {
        match self.sequence.first().and_then(|set| set.get(1)) {
            Some(66) => "baseline",
            Some(77) => "main",
            _ => "high",
        }
    }

    /// The content of an `avcC` with these sets added to it.
    pub(super) fn added_to(&self, content: &[u8]) -> Option<Vec<u8>> {
        let (mut all, rest) = split(content)?;
        all.add(self.clone());
        let mut out = content.get(..5)?.to_vec();
        // What decodes the highest level decodes all of them.
        out[3] = all
            .sequence
            .iter()
            .filter_map(|set| set.get(3))
            .fold(out[3], |most, level| most.max(*level));
        out.push(0xe0 | u8::try_from(all.sequence.len()).ok().filter(|n| *n < 32)?);
        write(&all.sequence, &mut out)?;
        out.push(u8::try_from(all.picture.len()).ok()?);
        write(&all.picture, &mut out)?;
        out.extend_from_slice(rest);
        Some(out)
    }
}

fn split(content: &[u8]) -> Option<(ParameterSets, &[u8])> {
    let (sequence, rest) = take(content.get(6..)?, content[5] & 0x1f)?;
    let (picture, rest) = take(rest.get(1..)?, rest[0])?;
    Some((ParameterSets { sequence, picture }, rest))
}

fn take(mut bytes: &[u8], count: u8) -> Option<(Vec<Vec<u8>>, &[u8])> {
    let mut sets = Vec::new();
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (set, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        sets.push(set.to_vec());
        bytes = rest;
    }
    Some((sets, bytes))
}

fn write(sets: &[Vec<u8>], out: &mut Vec<u8>) -> Option<()> {
    for set in sets {
        out.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
        out.extend(set);
    }
    Some(())
}

/// The number in Exp-Golomb code that begins with byte `at`.
fn number(set: &[u8], at: usize) -> Option<u32> {
    let mut bits = set
        .get(at..)?
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1)));
    let zeros = bits.by_ref().take_while(|bit| *bit == 0).take(16).count();
    let tail = bits.take(zeros).collect::<Vec<_>>();
    if tail.len() < zeros {
        return None;
    }
    Some(tail.into_iter().fold(1, |number, bit| number << 1 | bit) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence with number 0, a picture with number 0 and one with 2.
    fn content() -> Vec<u8> {
        let mut content = vec![1, 77, 0, 30, 0xff, 0xe1, 0, 5, 0x67, 77, 0, 30, 0x80];
        content.extend([2, 0, 2, 0x68, 0x80, 0, 2, 0x68, 0x60]);
        content
    }

    #[test]
    fn numbers_that_are_used_are_not_free() {
        let sets = ParameterSets::read(&content()).unwrap();
        assert_eq!(number(&sets.picture[1], 1), Some(2));
        assert_eq!(sets.free_id(), Some(1));
        assert_eq!(sets.profile(), "main");
    }

    #[test]
    fn sets_are_added_once_and_the_highest_level_is_told() {
        let mut other = content();
        other[11] = 41;
        let other = ParameterSets::read(&other).unwrap();
        let merged = other.added_to(&content()).unwrap();
        assert_eq!((merged[3], merged[5]), (41, 0xe2));
        let again = ParameterSets::read(&merged).unwrap();
        assert_eq!((again.sequence.len(), again.picture.len()), (2, 2));
        assert_eq!(again.added_to(&merged).unwrap(), merged);
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        let content = content();
        for length in 0..content.len() {
            assert_eq!(ParameterSets::read(&content[..length]), None, "{length}");
        }
    }
}
