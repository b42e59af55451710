//! Which actions a statement is about, and the index by which a policy finds the statements about one.

use crate::Action;
use crate::action::hash;
use crate::policy::{ActionElement, Statement};
use crate::wildcard::Shape;

/// `Action` or `NotAction`, compiled.
#[derive(Debug)]
pub(crate) struct Actions {
    // INVARIANT: one per pattern of the element, in its order.
    shapes: Box<[Shape]>,
}

impl Actions {
    pub(crate) fn of(element: &ActionElement) -> Self {
        let (patterns, _) = element.patterns();
        Self {
            shapes: patterns
                .iter()
                .map(|pattern| Shape::of_any_case(&pattern.value))
                .collect(),
        }
    }

    /// Whether `element`, from which this was compiled, is about `action`.
    // spec: iam/matching#action
    pub(crate) fn cover(&self, element: &ActionElement, action: &Action) -> bool {
        let (patterns, negated) = element.patterns();
        self.shapes
            .iter()
            .zip(patterns)
            .any(|(shape, pattern)| shape.matches_lower(&pattern.value, action.lower()))
            != negated
    }
}

/// Finds the statements that can be about an action, without looking at those that cannot.
#[derive(Debug)]
pub(crate) struct ActionIndex {
    // Statements that may be about actions of any service, ascending.
    any_service: Vec<u32>,
    // Statements with their keys: the hash of each action that they name, and of each service of which they name a
    // pattern. Ascending, none twice.
    keyed: Vec<(u64, u32)>,
}

impl ActionIndex {
    /// The index of statements, each with its place, ascending.
    pub(crate) fn of<'s>(statements: impl Iterator<Item = (u32, &'s Statement)> + Clone) -> Self {
        let patterns = statements
            .clone()
            .map(|(_, statement)| statement.action.patterns().0.len());
        let (mut any_service, mut keyed) = (Vec::new(), Vec::with_capacity(patterns.sum()));
        for (index, statement) in statements {
            let (patterns, negated) = statement.action.patterns();
            let known = keyed.len();
            let is_keyed = !negated
                && patterns.iter().all(|pattern| match key(&pattern.value) {
                    Some(key) => {
                        keyed.push((key, index));
                        true
                    }
                    None => false,
                });
            if !is_keyed {
                keyed.truncate(known);
                any_service.push(index);
            }
        }
        keyed.sort_unstable();
        keyed.dedup();
        Self { any_service, keyed }
    }

    /// The statements that may be about `action`: all that are, and few others; none twice.
    ///
    /// In no particular order.
    pub(crate) fn candidates(&self, action: &Action) -> impl Iterator<Item = u32> {
        let (service, action) = action.hashes();
        let named = equal_range(&self.keyed, action);
        let patterned = equal_range(&self.keyed, service);
        let is_new = move |(_, index): &&(u64, u32)| {
            named
                .binary_search_by_key(index, |(_, index)| *index)
                .is_err()
        };
        let keyed = named.iter().chain(patterned.iter().filter(is_new));
        self.any_service
            .iter()
            .copied()
            .chain(keyed.map(|(_, index)| *index))
    }
}

/// The key under which the actions that a pattern covers find it; none if they may be of any service.
fn key(pattern: &str) -> Option<u64> {
    let is_special = |byte: &u8| matches!(byte, b'*' | b'?' | b':');
    let bytes = pattern.as_bytes();
    let first = bytes.iter().position(is_special)?;
    let service = (bytes[first] == b':').then(|| &pattern[..first])?;
    let has_wildcards = memchr::memchr2(b'*', b'?', &bytes[first..]).is_some();
    Some(hash(if has_wildcards { service } else { pattern }))
}

/// The entries with this key; they are ascending by statement, too.
pub(super) fn equal_range(entries: &[(u64, u32)], key: u64) -> &[(u64, u32)] {
    let start = entries.partition_point(|(found, _)| *found < key);
    let length = entries[start..].partition_point(|(found, _)| *found == key);
    &entries[start..start + length]
}
