//! Which view is in force, where changes take their time.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::identity::directory::Directory;

/// The newest view, and those before it that may still be in force.
#[derive(Debug)]
pub(super) struct Published {
    newest: Arc<Directory>,
    /// Earlier views, the oldest first, with the time at which each was replaced.
    before: Vec<(Timestamp, Arc<Directory>)>,
    propagation: SignedDuration,
}

impl Published {
    /// A view that is in force.
    pub(super) fn new(directory: Directory, propagation: SignedDuration) -> Self {
        Self {
            newest: Arc::new(directory),
            before: Vec::new(),
            propagation,
        }
    }

    pub(super) fn newest(&self) -> &Arc<Directory> {
        &self.newest
    }

    /// The view that was the newest one a propagation ago.
    pub(super) fn in_force(&self, now: Timestamp) -> &Arc<Directory> {
        let then = now - self.propagation;
        self.before
            .iter()
            .find(|(replaced_at, _)| *replaced_at > then)
            .map_or(&self.newest, |(_, directory)| directory)
    }

    /// Puts a view in place of the newest: as a change at that time, or without one for good.
    pub(super) fn replace(&mut self, next: Arc<Directory>, at: Option<Timestamp>) {
        let last = std::mem::replace(&mut self.newest, next);
        match at {
            None => self.before.clear(),
            Some(_) if self.propagation <= SignedDuration::ZERO => {}
            Some(at) => {
                let then = at - self.propagation;
                self.before.retain(|(replaced_at, _)| *replaced_at > then);
                self.before.push((at, last));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_in_force_when_it_is_old_enough() {
        let at = |seconds: i64| Timestamp::from_second(1_000 + seconds).unwrap();
        let first = Directory::default();
        let mut published = Published::new(first, SignedDuration::from_secs(10));
        let views: Vec<Arc<Directory>> = (0..3).map(|_| Arc::default()).collect();
        let first = Arc::clone(published.newest());
        published.replace(Arc::clone(&views[0]), Some(at(0)));
        published.replace(Arc::clone(&views[1]), Some(at(5)));
        for (now, expected) in [(0, &first), (9, &first), (10, &views[0]), (15, &views[1])] {
            let in_force = published.in_force(at(now));
            assert!(Arc::ptr_eq(in_force, expected), "{now}");
        }
        assert!(Arc::ptr_eq(published.newest(), &views[1]));
        published.replace(Arc::clone(&views[2]), None);
        assert!(Arc::ptr_eq(published.in_force(at(6)), &views[2]));
    }
}
