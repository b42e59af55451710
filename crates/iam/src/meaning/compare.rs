//! Which units of one document another does not cover.

use super::said::{Meaning, Unit};

/// What two documents do not share.
#[derive(Debug)]
pub(crate) struct Comparison<'m> {
    /// Units of the first that the second does not certainly cover.
    pub(crate) removed: Vec<Unit<'m>>,
    /// The other way around.
    pub(crate) added: Vec<Unit<'m>>,
}

impl Comparison<'_> {
    /// Whether the documents certainly mean the same.
    pub(crate) fn is_equal(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

/// The documents are too large to be compared unit by unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

/// The most units of one document, and the most times that a unit is held against a statement.
const MOST_UNITS: usize = 100_000;
const MOST_STEPS: usize = 4_000_000;

/// Compares unit by unit. Units that the table of actions calls impossible mean nothing.
pub(crate) fn compare<'m>(
    before: &'m Meaning<'_>,
    after: &'m Meaning<'_>,
) -> Result<Comparison<'m>, TooMuch> {
    let steps = |one: &Meaning<'_>, other: &Meaning<'_>| {
        let patterns: usize = other
            .said
            .iter()
            .map(|said| said.actions.len() + said.resources.len())
            .sum();
        one.count().saturating_mul(patterns)
    };
    let units = before.count().max(after.count());
    if units > MOST_UNITS || steps(before, after).max(steps(after, before)) > MOST_STEPS {
        return Err(TooMuch);
    }
    Ok(Comparison {
        removed: uncovered(before, after),
        added: uncovered(after, before),
    })
}

fn uncovered<'m>(units: &'m Meaning<'_>, by: &Meaning<'_>) -> Vec<Unit<'m>> {
    units
        .units()
        .filter(|unit| !by.said.iter().any(|said| said.covers(unit)) && !unit.is_impossible())
        .collect()
}
