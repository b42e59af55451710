//! What can be wrong with an installation or the way to it, looked at in order.
//!
//! Each probe is a function with an outcome of its own, which says what was seen and what to do about it. A probe that
//! may not look says so and is no failure.

mod caller;
mod clock;
mod deployed;
mod key_age;
mod permitted;
mod played;
mod quota;
mod reach;
mod versions;

pub use caller::{Caller, caller};
pub use clock::{Skew, skew};
pub use deployed::{BucketSettings, Setting, bucket_settings};
pub use key_age::{KeyAge, key_age};
pub use permitted::{Permitted, render_role_permitted, role_permitted};
pub use played::played;
pub use quota::{Quota, concurrency};
pub use reach::{Reach, Reached, Stage, Way};
pub use versions::{SiteSeen, function_version, sites};

use serde::Serialize;

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It could not be looked at.
    NotChecked,
    /// It works, but should be otherwise.
    Advice,
    /// It stops renders, or what else the caller was set up for.
    Bad,
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What was looked at, for example `clock`.
    pub subject: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    /// A finding without advice.
    #[must_use]
    pub fn new(subject: impl Into<String>, verdict: Verdict, seen: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            verdict,
            seen: seen.into(),
            advice: None,
        }
    }

    /// The finding with what to do about it.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What to do first: the advice of the first finding that stops renders, or else of the first that could be better.
///
/// Findings are in the order in which one depends on the next, so that mending a later one before is in vain.
#[must_use]
pub fn first_step(findings: &[Finding]) -> Option<&Finding> {
    let with = |verdict| {
        findings
            .iter()
            .find(move |finding| finding.verdict == verdict && finding.advice.is_some())
    };
    with(Verdict::Bad).or_else(|| with(Verdict::Advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_renders_comes_first() {
        let good = Finding::new("a", Verdict::Good, "fine");
        let advice = Finding::new("b", Verdict::Advice, "old").advising("rotate");
        let bad = Finding::new("c", Verdict::Bad, "expired").advising("sign in");
        let later = Finding::new("d", Verdict::Bad, "denied").advising("ask");
        let first = |findings: &[Finding]| first_step(findings).map(|one| one.subject.clone());
        assert_eq!(
            first(&[good.clone(), advice.clone(), bad, later]).as_deref(),
            Some("c")
        );
        assert_eq!(first(&[good.clone(), advice]).as_deref(), Some("b"));
        assert_eq!(first(&[good]), None);
    }
}
