//! The same meaning in fewer characters.
//!
//! What is listed stays listed: no wildcard is put in its place. Where the table of actions decides that an action
//! can never be about a resource, the pair means nothing and may come and go; what the table does not decide stays
//! as it is and is named. The result is compared with the original before it is given out.
//!
//! ```
//! use iam::minimize::minimize;
//! use iam::policy::{Document, Kind};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": [
//!   {"Effect": "Allow", "Action": ["s3:GetObject", "s3:Get*"], "Resource": ["arn:aws:s3:::b/*"]},
//!   {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}]}"#;
//! let minimized = minimize(&Document::parse(text, Kind::Identity)?);
//! assert_eq!(minimized.document.statements().len(), 1);
//! assert!(minimized.counted_after < minimized.counted_before);
//! # Ok::<(), iam::policy::DocumentError>(())
//! ```

mod merge;
mod prune;
mod step;

use std::collections::BTreeSet;

use crate::meaning::{Bench, Meaning, Part, Samples, TooMuch, compare};
use crate::policy::{Document, Statement};

pub use step::Step;

/// A shorter document and how it came about.
#[derive(Debug)]
pub struct Minimized {
    /// The document; the given one, printed canonically, where nothing could be shown to be equal and shorter.
    pub document: Document,
    /// What was done.
    pub steps: Vec<Step>,
    /// Parts that were left as they are because the table of actions does not decide about them.
    pub undecided: BTreeSet<String>,
    /// Characters of the original that count.
    pub counted_before: usize,
    /// Characters of the result that count.
    pub counted_after: usize,
    /// What shows that both mean the same.
    pub proof: Proof,
    /// What was not attempted because the document is too large for it.
    pub not_attempted: Vec<NotAttempted>,
}

/// What is not attempted with large documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAttempted {
    /// Holding so many statements against one another.
    Merging {
        /// How many there are.
        statements: usize,
    },
    /// Proving that the result means the same, so that it was dropped.
    Proof {
        /// How many actions on resources the document is about.
        parts: usize,
    },
}

impl std::fmt::Display for NotAttempted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Merging { statements } => write!(
                f,
                "{statements} statements are too many to be held against one another: none was merged"
            ),
            Self::Proof { parts } => write!(
                f,
                "{parts} parts are too many to be compared: what could not be proven to mean the same was left as it is"
            ),
        }
    }
}

/// Why two documents mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Every part of the one is covered by a part of the other, and the requests that were tried are decided alike.
    Covered {
        /// How many parts were compared: an action on a resource each.
        parts: usize,
        /// How many requests were tried.
        requests: usize,
    },
    /// Nothing was changed but the way of printing.
    Unchanged,
}

/// The most requests that are tried.
const MOST_REQUESTS: usize = 2_048;

/// Shortens `document`.
///
/// Large documents are not shortened as far as small ones, which [`Minimized::not_attempted`] tells of.
pub fn minimize(document: &Document) -> Minimized {
    let mut steps = Vec::new();
    let mut not_attempted = Vec::new();
    let shortened = shorten(document, &mut steps);
    if merge::is_too_long(&shortened) {
        not_attempted.push(NotAttempted::Merging {
            statements: shortened.len(),
        });
    }
    let shorter = document
        .with_statements(shortened)
        .ok()
        .filter(|_| !steps.is_empty());
    let proven =
        match shorter.map(|shorter| prove(document, &shorter).map(|proof| (shorter, proof))) {
            Some(Ok((shorter, Some(proof)))) => Some((shorter, proof)),
            Some(Err(TooMuch)) => {
                let parts = Meaning::of(document).count();
                not_attempted.push(NotAttempted::Proof { parts });
                None
            }
            Some(Ok((_, None))) | None => None,
        };
    let printed = || document.with_statements(document.statements().to_vec());
    let (result, proof) = match proven {
        Some(proven) => proven,
        None => {
            steps.clear();
            (
                printed().unwrap_or_else(|_| document.clone()),
                Proof::Unchanged,
            )
        }
    };
    Minimized {
        counted_before: document.counted_characters(),
        counted_after: result.counted_characters(),
        undecided: undecided(document),
        document: result,
        steps,
        proof,
        not_attempted,
    }
}

fn shorten(document: &Document, steps: &mut Vec<Step>) -> Vec<Statement> {
    let mut statements = document.statements().to_vec();
    let mut origins: Vec<usize> = (0..statements.len()).collect();
    // Each round leaves out or merges something, or is the last.
    loop {
        let before = steps.len();
        for (statement, origin) in statements.iter_mut().zip(&origins) {
            prune::prune(document, statement, *origin, steps);
        }
        prune::drop_idle(document, &mut statements, &mut origins, steps);
        merge::merge(document, &mut statements, &mut origins, steps);
        if steps.len() == before {
            break;
        }
    }
    statements
}

/// What shows that both mean the same; nothing if that is not certain.
fn prove(before: &Document, after: &Document) -> Result<Option<Proof>, TooMuch> {
    let (old, new) = (Meaning::of(before), Meaning::of(after));
    if !compare(&old, &new)?.is_equal() {
        return Ok(None);
    }
    let mut samples = Samples::new(before.kind(), MOST_REQUESTS);
    samples.add_meaning(&old);
    samples.add_meaning(&new);
    let requests = samples.into_requests();
    let benches = (Bench::of(before.clone()), Bench::of(after.clone()));
    let is_alike = |request| benches.0.decide(request) == benches.1.decide(request);
    Ok(requests.iter().all(is_alike).then_some(Proof::Covered {
        parts: old.count() + new.count(),
        requests: requests.len(),
    }))
}

/// What the table of actions does not decide.
fn undecided(document: &Document) -> BTreeSet<String> {
    let meaning = Meaning::of(document);
    let mut found = BTreeSet::new();
    for said in &meaning.said {
        for part in &said.actions {
            match part {
                Part::One(pattern) if pattern.service().is_none() => {
                    found.insert(pattern.as_str().to_owned());
                }
                Part::One(_) => {}
                Part::Others(_) => {
                    found.insert(format!("NotAction of statement {}", said.index));
                }
            }
        }
        if said
            .resources
            .iter()
            .any(|part| matches!(part, Part::Others(_)))
        {
            found.insert(format!("NotResource of statement {}", said.index));
        }
    }
    found
}
