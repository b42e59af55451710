//! Finding a key that stands twice.

use std::collections::HashSet;

use super::Member;

/// Objects up to this size are checked for duplicates by comparing each pair.
const SMALL_OBJECT: usize = 12;

/// The keys that an object has so far: none for small objects, which are compared pair by pair.
#[derive(Default)]
pub(super) struct Keys(Option<HashSet<Box<str>>>);

impl Keys {
    /// Whether `key` is new beside `members`.
    pub(super) fn admit(&mut self, members: &[Member<'_>], key: &str) -> bool {
        if members.len() < SMALL_OBJECT {
            return members.iter().all(|member| member.key != key);
        }
        let known = || {
            members
                .iter()
                .map(|member| Box::from(&*member.key))
                .collect()
        };
        self.0.get_or_insert_with(known).insert(key.into())
    }
}
