//! Which actions a statement is about, and the index by which a policy finds the statements about one.

use crate::Action;
use crate::action::hash;
use crate::policy::{ActionElement, Statement};
use crate::wildcard::Glob;

/// `Action` or `NotAction`, compiled.
// spec: iam/matching#action
#[derive(Debug)]
pub(crate) struct Actions {
    negated: bool,
    patterns: Box<[Glob]>,
}

impl Actions {
    pub(crate) fn of(element: &ActionElement) -> Self {
        let (patterns, negated) = element.patterns();
        let patterns = patterns
            .iter()
            .map(|pattern| Glob::parse(&pattern.value.to_ascii_lowercase()))
            .collect();
        Self { negated, patterns }
    }

    /// Whether the element is about `action`.
    pub(crate) fn cover(&self, action: &Action) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.matches(action.lower()))
            != self.negated
    }
}

/// Finds the statements that can be about an action, without looking at those that cannot.
#[derive(Debug)]
pub(crate) struct ActionIndex {
    // Statements that may be about actions of any service, ascending.
    any_service: Box<[u32]>,
    // Statements with a pattern for some actions of one service, ascending by hash of the service.
    by_service: Box<[(u64, u32)]>,
    // Statements that name one action, ascending by its hash.
    by_action: Box<[(u64, u32)]>,
}

impl ActionIndex {
    pub(crate) fn of(statements: &[Statement]) -> Self {
        let (mut any_service, mut by_service, mut by_action) = (Vec::new(), Vec::new(), Vec::new());
        for (index, statement) in (0..).zip(statements) {
            let (patterns, negated) = statement.action.patterns();
            if negated
                || patterns
                    .iter()
                    .any(|pattern| has_open_service(&pattern.value))
            {
                any_service.push(index);
                continue;
            }
            for pattern in patterns {
                let lower = pattern.value.to_ascii_lowercase();
                let service = lower
                    .split_once(':')
                    .map_or(&*lower, |(service, _)| service);
                if lower.contains(['*', '?']) {
                    by_service.push((hash(service), index));
                } else {
                    by_action.push((hash(&lower), index));
                }
            }
        }
        by_service.sort_unstable();
        by_service.dedup();
        by_action.sort_unstable();
        by_action.dedup();
        Self {
            any_service: any_service.into(),
            by_service: by_service.into(),
            by_action: by_action.into(),
        }
    }

    /// The statements that may be about `action`: all that are, and few others; none twice.
    ///
    /// In no particular order.
    pub(crate) fn candidates(&self, action: &Action) -> impl Iterator<Item = u32> {
        let (service, action) = action.hashes();
        let by_action = equal_range(&self.by_action, action);
        let by_service = equal_range(&self.by_service, service);
        let is_new = move |index: &u32| {
            by_action
                .binary_search_by_key(index, |(_, index)| *index)
                .is_err()
        };
        let named = by_action.iter().map(|(_, index)| *index);
        let patterned = by_service.iter().map(|(_, index)| *index).filter(is_new);
        self.any_service
            .iter()
            .copied()
            .chain(named)
            .chain(patterned)
    }
}

/// Whether a pattern's service part is not one service.
fn has_open_service(pattern: &str) -> bool {
    let service = pattern
        .split_once(':')
        .map_or(pattern, |(service, _)| service);
    service.contains(['*', '?'])
}

/// The entries with this key; they are ascending by statement, too.
fn equal_range(entries: &[(u64, u32)], key: u64) -> &[(u64, u32)] {
    let start = entries.partition_point(|(found, _)| *found < key);
    let length = entries[start..].partition_point(|(found, _)| *found == key);
    &entries[start..start + length]
}
