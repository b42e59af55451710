//! Findings about a document that obeys the grammar: what cannot work, what gives too much, what says nothing.
//!
//! ```
//! use iam::lint::{Home, Severity, lint};
//! use iam::policy::{Document, Kind};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
//!   "Action": "s3:PutObject", "Resource": "arn:aws:s3:::videos"}}"#;
//! let report = lint(&Document::parse(text, Kind::Identity)?, Home::of_kind(Kind::Identity));
//! let finding = &report.findings[0];
//! assert_eq!(finding.severity, Severity::Error);
//! assert_eq!(finding.span.of(text), "\"arn:aws:s3:::videos\"");
//! # Ok::<(), iam::policy::DocumentError>(())
//! ```

mod actions;
mod conditions;
mod finding;
mod known;
mod pass_role;
mod placeholders;
mod principals;
mod redundancy;
mod resources;
mod size;
mod values;
mod variables;

use std::collections::BTreeSet;

use crate::Span;
use crate::policy::{Document, Effect, Kind, Statement};

pub use finding::{Finding, Rule, Severity};
use known::Known;
pub use size::{Home, HomeError, Size};

/// What there is to say about a document.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings, in the order of the text; of one place the gravest first.
    pub findings: Vec<Finding>,
    /// Services that the document names and the table of actions does not cover: nothing about them was checked.
    pub unchecked: BTreeSet<String>,
    /// What the document takes of its quota.
    pub size: Size,
}

impl Report {
    /// Whether there is an error among the findings.
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

/// Checks `document`, which is to stand in `home`.
pub fn lint(document: &Document, home: Home) -> Report {
    let mut linter = Linter {
        document,
        known: Known::default(),
        findings: Vec::new(),
        unchecked: BTreeSet::new(),
    };
    variables::check_version(&mut linter);
    for statement in document.statements() {
        actions::check(&mut linter, statement);
        principals::check(&mut linter, statement);
        resources::check(&mut linter, statement);
        conditions::check(&mut linter, statement);
        pass_role::check(&mut linter, statement);
        placeholders::check(&mut linter, statement);
        variables::check(&mut linter, statement);
    }
    redundancy::check(&mut linter);
    let size = size::check(&mut linter, home);
    let mut findings = linter.findings;
    findings.sort_by_key(|finding| (finding.span.start, finding.severity, finding.rule));
    Report {
        findings,
        unchecked: linter.unchecked,
        size,
    }
}

/// What the rules share.
struct Linter<'d> {
    document: &'d Document,
    known: Known,
    findings: Vec<Finding>,
    unchecked: BTreeSet<String>,
}

impl Linter<'_> {
    fn find(&mut self, rule: Rule, severity: Severity, span: Span, message: impl Into<String>) {
        self.push(rule, severity, span, message.into(), None);
    }

    fn find_with_fix(
        &mut self,
        rule: Rule,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.push(rule, severity, span, message.into(), Some(fix.into()));
    }

    fn push(
        &mut self,
        rule: Rule,
        severity: Severity,
        span: Span,
        message: String,
        fix: Option<String>,
    ) {
        self.findings.push(Finding {
            rule,
            severity,
            span,
            message,
            fix,
        });
    }

    fn kind(&self) -> Kind {
        self.document.kind()
    }
}

/// Whether the statement gives something: an Allow in a policy that grants, not one that caps.
fn grants(linter: &Linter<'_>, statement: &Statement) -> bool {
    statement.effect == Effect::Allow
        && matches!(
            linter.kind(),
            Kind::Identity | Kind::Session | Kind::Resource | Kind::Trust
        )
}
