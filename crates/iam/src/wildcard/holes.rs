//! Runs of characters with gaps of one character each, and where they stand in a text.

use std::collections::BTreeMap;

/// A run in which `None` stands for any one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holes(Box<[Option<char>]>);

impl Holes {
    pub(crate) fn new(characters: Vec<Option<char>>) -> Self {
        Self(characters.into())
    }

    /// What follows the run at the start of `text`.
    pub(crate) fn strip_front<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text.chars();
        let fits = self
            .0
            .iter()
            .all(|wanted| rest.next().is_some_and(|found| fits(*wanted, found)));
        fits.then_some(rest.as_str())
    }

    /// What precedes the run at the end of `text`.
    pub(crate) fn strip_back<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text.chars();
        let fits = self
            .0
            .iter()
            .rev()
            .all(|wanted| rest.next_back().is_some_and(|found| fits(*wanted, found)));
        fits.then_some(rest.as_str())
    }

    /// What follows the leftmost place of the run in `text`.
    ///
    /// Keeps one bit per place of the run: set while the text read so far ends with the run up to there.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let masks = Masks::of(&self.0);
        let (last_word, last_bit) = ((self.0.len() - 1) / 64, (self.0.len() - 1) % 64);
        let mut reached = vec![0; masks.holes.len()];
        for (at, character) in text.char_indices() {
            masks.step(&mut reached, character);
            if reached[last_word] >> last_bit & 1 == 1 {
                return Some(&text[at + character.len_utf8()..]);
            }
        }
        None
    }
}

fn fits(wanted: Option<char>, found: char) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// Which places of a run take which character, as bits.
struct Masks {
    holes: Vec<u64>,
    places: BTreeMap<char, Places>,
}

/// The places of one character: as a word per 64 places where they are many, else one by one, so that
/// the masks of a run never take more than a few bytes for each of its characters.
enum Places {
    Dense(Vec<u64>),
    Sparse(Vec<usize>),
}

impl Masks {
    fn of(run: &[Option<char>]) -> Self {
        let words = run.len().div_ceil(64);
        let mut holes = vec![0; words];
        let mut positions: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for (place, wanted) in run.iter().enumerate() {
            match wanted {
                None => holes[place / 64] |= 1 << (place % 64),
                Some(character) => positions.entry(*character).or_default().push(place),
            }
        }
        let compact = |places: Vec<usize>| {
            if places.len() < words {
                return Places::Sparse(places);
            }
            let mut mask = vec![0; words];
            places
                .iter()
                .for_each(|place| mask[place / 64] |= 1 << (place % 64));
            Places::Dense(mask)
        };
        let places = positions
            .into_iter()
            .map(|(character, places)| (character, compact(places)))
            .collect();
        Self { holes, places }
    }

    fn step(&self, reached: &mut [u64], character: char) {
        let places = self.places.get(&character);
        let mut carry = 1;
        match places {
            Some(Places::Dense(mask)) => {
                for ((word, hole), mask) in reached.iter_mut().zip(&self.holes).zip(mask) {
                    let moved = *word << 1 | carry;
                    carry = *word >> 63;
                    *word = moved & (hole | mask);
                }
            }
            _ => {
                let sparse: &[usize] = if let Some(Places::Sparse(places)) = places {
                    places
                } else {
                    &[]
                };
                let before = |place: &usize| {
                    *place == 0 || reached[(place - 1) / 64] >> ((place - 1) % 64) & 1 == 1
                };
                let kept: Vec<usize> = sparse.iter().copied().filter(before).collect();
                for (word, hole) in reached.iter_mut().zip(&self.holes) {
                    let moved = *word << 1 | carry;
                    carry = *word >> 63;
                    *word = moved & hole;
                }
                kept.iter()
                    .for_each(|place| reached[place / 64] |= 1 << (place % 64));
            }
        }
    }
}
