//! The difference in meaning between two documents, however they are written.
//!
//! ```
//! use iam::diff::{Equality, diff};
//! use iam::policy::{Document, Kind};
//!
//! let read = |action: &str| {
//!     let text = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": {action}, "Resource": "*"}}}}"#);
//!     Document::parse(&text, Kind::Identity)
//! };
//! let both = read(r#"["sqs:SendMessage", "sqs:DeleteMessage"]"#)?;
//! let swapped = read(r#"["sqs:deletemessage", "sqs:SendMessage"]"#)?;
//! assert_eq!(diff(&both, &swapped).equality, Equality::Proven);
//! let one = diff(&both, &read(r#""sqs:SendMessage""#)?);
//! assert_eq!(one.changes[0].to_string(), "- Allow action sqs:DeleteMessage on *");
//! assert_eq!(one.equality, Equality::Refuted);
//! # Ok::<(), iam::policy::DocumentError>(())
//! ```

mod change;
mod reason;
mod verdict;

use crate::meaning::{Bench, Meaning, Samples, compare};
use crate::policy::Document;

pub use change::{Change, Direction, What};
pub use reason::{Reason, Tightening};
pub use verdict::{AffectedCall, Verdict};

/// How one document differs from another.
#[derive(Debug)]
pub struct Diff {
    /// What was removed and what was added.
    pub changes: Vec<Change>,
    /// What statements of the first allow and the second does not, and why.
    pub tightenings: Vec<Tightening>,
    /// Sampled requests that are decided differently, with the API calls that change because of them.
    pub verdicts: Vec<Verdict>,
    /// What is certain.
    pub equality: Equality,
    /// How many requests were tried.
    pub tried: usize,
}

/// Whether two documents mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Equality {
    /// They do: each part of the one is covered by a part of the other.
    Proven,
    /// They do not: a request is decided differently.
    Refuted,
    /// No request was found that is decided differently, and that there is none could not be shown.
    Open,
    /// The documents are too large to be compared part by part.
    TooLarge,
}

/// The most requests that are tried.
const MOST_REQUESTS: usize = 2_048;

/// Compares two documents; of different kinds, as what the kind of each makes of it.
pub fn diff(before: &Document, after: &Document) -> Diff {
    let (old, new) = (Meaning::of(before), Meaning::of(after));
    let same_kind = before.kind() == after.kind();
    let comparison = compare(&old, &new);
    let (changes, tightenings, unchanged) = match &comparison {
        Ok(found) => (
            change::changes(&old, &new, found),
            reason::tightenings(&new, found),
            found.is_equal() && same_kind,
        ),
        Err(_) => (Vec::new(), Vec::new(), false),
    };
    let mut samples = Samples::new(before.kind(), MOST_REQUESTS);
    if let Ok(found) = &comparison {
        found
            .removed
            .iter()
            .chain(&found.added)
            .for_each(|unit| samples.add_unit(unit));
    }
    samples.add_meaning(&old);
    samples.add_meaning(&new);
    let requests = samples.into_requests();
    let benches = (Bench::of(before.clone()), Bench::of(after.clone()));
    let verdicts = verdict::verdicts(&requests, &benches);
    let equality = match (&comparison, unchanged, verdicts.is_empty()) {
        (_, _, false) => Equality::Refuted,
        (_, true, true) => Equality::Proven,
        (Ok(_), false, true) => Equality::Open,
        (Err(_), false, true) => Equality::TooLarge,
    };
    Diff {
        changes,
        tightenings,
        verdicts,
        equality,
        tried: requests.len(),
    }
}
