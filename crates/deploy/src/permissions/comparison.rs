//! What a document that is there says, beside what is wanted.

use std::slice::from_ref;

use iam::diff::{Change, Direction, Equality, What, diff};
use iam::policy::{Document, Kind};

use crate::policy::Policy;

/// As many changes are told one by one.
const TOLD: usize = 3;

/// How a document differs from the one that is wanted, by what they mean.
pub(super) struct Comparison {
    pub(super) equality: Equality,
    changes: Vec<Change>,
}

impl Comparison {
    /// `None` if there is nothing to compare with: no document is wanted.
    pub(super) fn of(found: &Document, wanted: &Policy) -> Option<Self> {
        let wanted = Document::parse(&wanted.to_json(), found.kind()).ok()?;
        let compared = diff(found, &wanted);
        Some(Self {
            equality: compared.equality,
            changes: compared.changes,
        })
    }

    /// The same of a document as text; `None`, too, for a text that is no document.
    pub(super) fn of_text(found: &str, kind: Kind, wanted: &Policy) -> Option<Self> {
        Self::of(&Document::parse(found, kind).ok()?, wanted)
    }

    /// Whether both mean the same, however they are written.
    pub(super) fn is_same(&self) -> bool {
        self.equality == Equality::Proven
    }

    /// What is wanted and not there.
    pub(super) fn lacking(&self) -> Vec<String> {
        self.told(Direction::Added)
    }

    /// What is there and not wanted.
    pub(super) fn exceeding(&self) -> Vec<String> {
        self.told(Direction::Removed)
    }

    fn told(&self, direction: Direction) -> Vec<String> {
        let changes = self.changes.iter();
        let changes = changes.filter(|change| change.direction == direction);
        changes.map(|change| told(&change.what)).collect()
    }
}

/// A change as a person reads it.
fn told(what: &What) -> String {
    let on = |actions: &[String], resources: &[String]| {
        format!("{} on {}", actions.join(", "), resources.join(", "))
    };
    match what {
        What::Action { action, resources } => on(from_ref(action), resources),
        What::Resource { resource, actions } => on(actions, from_ref(resource)),
        What::Conditions {
            conditions,
            actions,
            resources,
        } if conditions.is_empty() => {
            format!("{} without condition", on(actions, resources))
        }
        What::Conditions {
            conditions,
            actions,
            resources,
        } => format!("{} if {}", on(actions, resources), conditions.join(" and ")),
        What::Principal { actions, .. } => format!("{} for others", actions.join(", ")),
    }
}

/// The first of `things`, and how many more there are.
pub(super) fn briefly(things: &[String]) -> String {
    let told = things.iter().take(TOLD).cloned().collect::<Vec<_>>();
    match things.len().saturating_sub(TOLD) {
        0 => told.join("; "),
        more => format!("{}; and {more} more", told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use iam::policy::Kind;

    use super::{Comparison, briefly};
    use crate::policy::Policy;

    const BUCKET: &str = "arn:aws:s3:::videos/*";

    fn wanted() -> Policy {
        Policy::of_one("Write", "s3:PutObject", BUCKET.to_owned())
    }

    #[test]
    fn what_is_lost_and_gained_is_told() {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"{BUCKET}"}}}}"#
        );
        let compared = Comparison::of_text(&text, Kind::Identity, &wanted()).unwrap();
        assert!(!compared.is_same());
        assert_eq!(compared.lacking(), [format!("s3:PutObject on {BUCKET}")]);
        assert_eq!(compared.exceeding().len(), 2);
    }

    #[test]
    fn how_it_is_written_is_no_difference() {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["{BUCKET}"]}}]}}"#
        );
        let compared = Comparison::of_text(&text, Kind::Identity, &wanted()).unwrap();
        assert!(compared.is_same());
    }

    #[test]
    fn many_things_are_told_briefly() {
        let things: Vec<_> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        assert_eq!(briefly(&things), "a; b; c; and 2 more");
        assert_eq!(briefly(&things[..1]), "a");
    }
}
