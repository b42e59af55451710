//! Least privilege from recorded calls.
//!
//! The policy gives each recorded action on each recorded resource under the recorded conditions, and nothing
//! else: names are generalised only by patterns that someone declared. Then it is proven: every recorded call is
//! allowed, and without each statement a recorded call fails.
//!
//! ```
//! use iam::derive::{Options, derive};
//! use iam::trace::Trace;
//!
//! let trace = Trace::read(
//!     "lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-a\n\
//!      lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-b\n",
//! );
//! let options = Options { names: vec!["remotion-render-*".parse()?], ..Options::default() };
//! let derived = derive(&trace, &options)?;
//! let resource = derived.document.statements()[0].resource.as_ref().unwrap().patterns().0;
//! assert_eq!(&*resource[0].value, "arn:aws:lambda:us-east-1:111122223333:function:remotion-render-*");
//! assert!(derived.failing.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod conditions;
mod grant;
mod name;
mod proof;

use std::collections::BTreeSet;

use crate::policy::{Document, DocumentError, Kind, Version};
use crate::trace::{Recorded, Trace};
use crate::{Action, Arn, Decision, Request, Resource};

pub use name::{NamePattern, NamePatternError};
pub use proof::Removal;

/// How to derive.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Patterns of names that are meant: a recorded name that one covers is replaced by it.
    pub names: Vec<NamePattern>,
    /// Give what was denied, too.
    pub denied: bool,
    /// Only calls by this principal.
    pub principal: Option<String>,
}

/// A policy for what was recorded.
#[derive(Debug)]
pub struct Derived {
    /// The policy.
    pub document: Document,
    /// The recorded decisions that it was made from, each once.
    pub calls: Vec<Recorded>,
    /// Recorded decisions that were left out because they were denied.
    pub denied: usize,
    /// Names that were replaced, with the pattern.
    pub generalised: BTreeSet<(String, String)>,
    /// Calls that the policy does not allow; none, or there is a mistake here.
    pub failing: Vec<usize>,
    /// For each statement the calls that fail without it, as places in `calls`, found by deciding them again; empty if
    /// there are more than a thousand statements, which is more than any policy of AWS can hold.
    pub removals: Vec<Removal>,
}

/// Nothing can be derived.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// No decision is left to give.
    #[error("no recorded call is left to allow")]
    Nothing,
    /// A recorded name cannot stand in a policy.
    #[error("the policy cannot hold what was recorded")]
    Document(#[from] DocumentError),
}

/// Derives a policy.
///
/// # Errors
/// [`DeriveError`] if there is nothing to give, or a recorded name has characters that policies cannot hold.
pub fn derive(trace: &Trace, options: &Options) -> Result<Derived, DeriveError> {
    let is_wanted = |recorded: &&Recorded| {
        options.principal.is_none() || options.principal == recorded.principal
    };
    let (calls, denied) = distinct(trace.recorded.iter().filter(is_wanted), options.denied);
    if calls.is_empty() {
        return Err(DeriveError::Nothing);
    }
    let mut generalised = BTreeSet::new();
    let grants = grant::grants(&calls, &options.names, &mut generalised);
    let document = Document::of_statements(Kind::Identity, Version::V2012, grants)?;
    let document = crate::minimize::minimize(&document).document;
    let requests: Vec<Option<Request>> = calls.iter().map(proof::request).collect();
    let document = proof::needed(&document, &requests).unwrap_or(document);
    Ok(Derived {
        failing: proof::failing(&document, &requests),
        removals: proof::removals(&document, &requests),
        document,
        calls,
        denied,
        generalised,
    })
}

/// Each decision once, and how many denied ones were left out.
fn distinct<'r>(
    recorded: impl Iterator<Item = &'r Recorded>,
    with_denied: bool,
) -> (Vec<Recorded>, usize) {
    let mut seen = std::collections::HashSet::new();
    let (mut kept, mut denied) = (Vec::new(), 0);
    for one in recorded {
        let is_denied = one
            .outcome
            .is_some_and(|outcome| outcome != Decision::Allowed);
        // What no permission is needed for says nothing, what is no request cannot be given.
        let is_request =
            Action::parse(&one.action).is_ok() && one.resource.parse::<Resource>().is_ok();
        if !is_request {
            continue;
        }
        if is_denied && !with_denied {
            denied += 1;
            continue;
        }
        let key = (
            one.action.to_ascii_lowercase(),
            one.resource.clone(),
            format!("{:?}", one.context),
        );
        if seen.insert(key) {
            kept.push(one.clone());
        }
    }
    (kept, denied)
}

/// The account that a recorded decision was made in, as far as it says.
fn account(recorded: &Recorded) -> Option<String> {
    let of = |arn: &str| Arn::parse(arn).ok().map(|arn| arn.account().to_owned());
    [
        Some(recorded.resource.as_str()),
        recorded.principal.as_deref(),
    ]
    .into_iter()
    .flatten()
    .filter_map(of)
    .find(|account| !account.is_empty())
}
