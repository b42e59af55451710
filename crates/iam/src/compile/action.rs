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

/// A statement, and a key by which an action that it is about finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Keyed {
    key: u64,
    statement: u32,
    /// How many bytes such an action has at least. It tells most of many patterns apart where they lie side by side,
    /// which looking into each statement would not.
    least: u32,
}

/// Finds the statements that can be about an action, without looking at those that cannot.
#[derive(Debug)]
pub(crate) struct ActionIndex {
    // Statements that may be about actions of any service, ascending.
    any_service: Vec<u32>,
    // Statements under the hash of each action that they name, and of each service of which they name a pattern.
    // Ascending, none twice under a key.
    keyed: Vec<Keyed>,
}

impl ActionIndex {
    /// The index of statements, each with its place, ascending.
    pub(crate) fn of<'s>(statements: impl Iterator<Item = (u32, &'s Statement)> + Clone) -> Self {
        let patterns = statements
            .clone()
            .map(|(_, statement)| statement.action.patterns().0.len());
        let (mut any_service, mut keyed) = (Vec::new(), Vec::with_capacity(patterns.sum()));
        for (statement, text) in statements {
            let (patterns, negated) = text.action.patterns();
            let known = keyed.len();
            let is_keyed = !negated
                && patterns.iter().all(|pattern| match key(&pattern.value) {
                    Some(key) => {
                        let least = least(&pattern.value);
                        keyed.push(Keyed {
                            key,
                            statement,
                            least,
                        });
                        true
                    }
                    None => false,
                });
            if !is_keyed {
                keyed.truncate(known);
                any_service.push(statement);
            }
        }
        keyed.sort_unstable();
        // Of the patterns of a statement the shortest stays.
        keyed.dedup_by_key(|entry| (entry.key, entry.statement));
        Self { any_service, keyed }
    }

    /// The statements that may be about `action`: all that are, and few others; none twice.
    ///
    /// In no particular order.
    pub(crate) fn candidates(&self, action: &Action) -> impl Iterator<Item = u32> {
        let (service_hash, action_hash) = action.hashes();
        let length = action.lower().len();
        let named = equal_range(&self.keyed, action_hash, |entry| entry.key);
        let patterned = equal_range(&self.keyed, service_hash, |entry| entry.key);
        let is_new = move |entry: &&Keyed| {
            entry.least as usize <= length
                && named
                    .binary_search_by_key(&entry.statement, |entry| entry.statement)
                    .is_err()
        };
        let keyed = named.iter().chain(patterned.iter().filter(is_new));
        self.any_service
            .iter()
            .copied()
            .chain(keyed.map(|entry| entry.statement))
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

/// How many bytes an action has at least that a pattern covers. One character, which `?` stands for, has one or more.
fn least(pattern: &str) -> u32 {
    let bytes = pattern.bytes().filter(|byte| *byte != b'*');
    u32::try_from(bytes.count()).unwrap_or(u32::MAX)
}

/// The entries with this key, of entries that ascend by it.
pub(super) fn equal_range<T>(entries: &[T], key: u64, key_of: impl Fn(&T) -> u64) -> &[T] {
    let start = entries.partition_point(|entry| key_of(entry) < key);
    let length = entries[start..].partition_point(|entry| key_of(entry) == key);
    &entries[start..start + length]
}
