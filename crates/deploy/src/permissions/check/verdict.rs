//! What was found.

use crate::calls::{Call, Loss, Part, Scope};
use crate::policy;

/// How a thing stands. Later ones are worse than what they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// As it should be.
    Good,
    /// Nobody could tell.
    NotChecked,
    /// Not as it should be.
    Bad,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What, such as `s3:GetObject on arn:aws:s3:::bucket/renders/*`.
    pub what: String,
    /// How it stands.
    pub mark: Mark,
    /// Why it is not good.
    pub reason: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// The row of the table that it is about, where it is about one.
    pub row: Option<&'static Call>,
    /// What becomes of the system where this is bad; `None` if nothing does as yet.
    pub without: Option<Loss>,
}

/// What was found about one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its ARN.
    pub principal: String,
    /// The parts that it was held against.
    pub parts: Vec<Part>,
    /// Whether AWS decided; if not, the policies that could be read did.
    pub is_simulated: bool,
    /// What was found, in the order of the table.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is bad but what makes things worse without stopping them. What was not checked may still be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| {
            finding.mark != Mark::Bad || matches!(finding.without, Some(Loss::Degraded(_)))
        })
    }
}

impl Mark {
    /// As a table shows it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Good => "✔",
            Self::Bad => "✘",
            Self::NotChecked => "not checked",
        }
    }
}

impl Finding {
    pub(super) fn of_row(
        call: &'static Call,
        mark: Mark,
        reason: Option<String>,
        boundary: Option<&iam::Policy>,
        scope: &Scope,
    ) -> Self {
        let what = format!(
            "{} on {}",
            call.action,
            call.resource.arns(scope).join(", ")
        );
        let fix = (mark == Mark::Bad).then(|| {
            let statement = policy::of_calls([call], scope).to_value()["Statement"][0].to_string();
            let place = match boundary {
                Some(boundary) => format!(" to the boundary {}", boundary.name()),
                None => String::new(),
            };
            format!("add {statement}{place}; without it, {}", call.without)
        });
        Self {
            what,
            mark,
            reason,
            fix,
            row: Some(call),
            without: Some(call.without),
        }
    }
}
