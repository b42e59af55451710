//! Whether the calls of a part are allowed, counted.

use aws_config::SdkConfig;

use super::{Finding, Verdict};
use crate::call::{CallFailed, code};
use crate::calls::{Loss, Part, Scope};
use crate::permissions::check::{self, Checker, Mark, Principal, Report};

/// What a principal may do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permitted {
    /// Each call was asked about.
    Checked(Report),
    /// Nobody limits the root user.
    Everything,
    /// It could not be looked at.
    NotChecked(String),
}

/// Asks whether the identity `arn` may make the calls of `part` in `scope`.
pub(super) async fn permitted(
    config: &SdkConfig,
    scope: &Scope,
    arn: &str,
    part: Part,
) -> Permitted {
    if arn.ends_with(":root") {
        return Permitted::Everything;
    }
    let principal = match Principal::parse(arn) {
        Ok(principal) => principal,
        Err(error) => return Permitted::NotChecked(error.to_string()),
    };
    let checker = Checker::new(config, scope.clone()).without_drift();
    Permitted::of(checker.principal(&principal, &[part]).await)
}

/// As `permitted`, for a role of the account that need not exist yet.
pub async fn role_permitted(
    config: &SdkConfig,
    scope: &Scope,
    name: &str,
    part: Part,
) -> Permitted {
    let iam = aws_sdk_iam::Client::new(config);
    match iam.get_role().role_name(name).send().await {
        Err(error) if code(&error) == Some("NoSuchEntity") => {
            Permitted::NotChecked(format!("the role {name} does not exist yet"))
        }
        _ => permitted(config, scope, &scope.role_arn(name), part).await,
    }
}

/// Asks whether the render function's role of `scope` may make its calls, and whether Lambda may assume it.
pub async fn render_role_permitted(config: &SdkConfig, scope: &Scope) -> Permitted {
    let checker = Checker::new(config, scope.clone()).without_drift();
    Permitted::of(checker.render_role().await)
}

impl Permitted {
    fn of(checked: Result<Report, CallFailed>) -> Self {
        match checked {
            Ok(report) => Self::Checked(report),
            Err(error) => Self::NotChecked(error.to_string()),
        }
    }

    /// What it means for who is called `who`: bad if a step is lost that everybody takes whose part it is.
    #[must_use]
    pub fn finding(&self, who: &str) -> Finding {
        let subject = format!("permissions of {who}");
        let report = match self {
            Self::Checked(report) => report,
            Self::Everything => {
                return Finding::new(subject, Verdict::Good, "no policy limits the root user");
            }
            Self::NotChecked(reason) => {
                return Finding::new(subject, Verdict::NotChecked, reason.clone());
            }
        };
        // That policies may not be read, of which nothing depends, is for whoever audits to know.
        let is_unread =
            |one: &&check::Finding| one.mark == Mark::NotChecked && one.without.is_none();
        let asked: Vec<_> = report
            .findings
            .iter()
            .filter(|one| !is_unread(one))
            .collect();
        let marked = |mark| {
            let marked = asked.iter().copied().filter(move |one| one.mark == mark);
            marked.collect::<Vec<_>>()
        };
        let (good, unknown, bad) = (
            marked(Mark::Good).len(),
            marked(Mark::NotChecked),
            marked(Mark::Bad),
        );
        let mut seen = format!("{good} of {} checks are good", asked.len());
        if !unknown.is_empty() {
            let why = distinct(unknown.iter().filter_map(|one| one.reason.as_deref()));
            seen += &format!(", {} could not be made ({})", unknown.len(), why.join("; "));
        }
        let is_needed = |one: &check::Finding| matches!(one.without, Some(Loss::Step(_)));
        let worst = bad.iter().find(|one| is_needed(one)).or(bad.first());
        let Some(worst) = worst else {
            // What most checks did not tell is not known.
            let verdict = if unknown.len() > good {
                Verdict::NotChecked
            } else {
                Verdict::Good
            };
            return Finding::new(subject, verdict, seen);
        };
        let lost = distinct(bad.iter().filter_map(|one| one.without?.step()));
        seen += &match lost.as_slice() {
            [] => "; not good: ".to_owned(),
            steps => format!("; denied: {}: ", steps.join(", ")),
        };
        seen += &told(worst);
        match bad.len() - 1 {
            0 => {}
            more => seen += &format!(", and {more} more"),
        }
        let verdict = if is_needed(worst) {
            Verdict::Bad
        } else {
            Verdict::Advice
        };
        let parts = report.parts.iter().map(|part| format!(" --part {part}"));
        Finding::new(subject, verdict, seen).advising(format!(
            "`framewright permissions check --principal {}{}` shows each with the statement that is missing",
            report.principal,
            parts.collect::<String>()
        ))
    }
}

/// Each text once, in the order in which they come.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

fn told(finding: &check::Finding) -> String {
    match &finding.reason {
        Some(reason) => format!("{} ({reason})", finding.what),
        None => finding.what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(marks: &[(Mark, Loss)]) -> (Verdict, String) {
        let findings = marks.iter().map(|(mark, without)| check::Finding {
            what: "s3:GetObject on b".to_owned(),
            mark: *mark,
            reason: (*mark == Mark::NotChecked).then(|| "nobody may look".to_owned()),
            fix: None,
            row: None,
            without: Some(*without),
        });
        let permitted = Permitted::Checked(Report {
            principal: "arn:aws:iam::123456789012:user/u".to_owned(),
            parts: vec![Part::Trigger],
            is_simulated: true,
            findings: findings.collect(),
        });
        let finding = permitted.finding("the caller");
        (finding.verdict, finding.seen)
    }

    #[test]
    fn what_stops_a_part_is_told_from_what_does_not() {
        const START: Loss = Loss::Step("start");
        const KEEP: Loss = Loss::Extra("keep logs");
        const WORSE: Loss = Loss::Degraded("no log stream");
        let good = (Mark::Good, START);
        let (verdict, seen) = check(&[good, (Mark::Bad, KEEP), (Mark::Bad, START)]);
        assert_eq!(verdict, Verdict::Bad);
        assert!(
            seen.ends_with("denied: keep logs, start: s3:GetObject on b, and 1 more"),
            "{seen}"
        );
        assert_eq!(check(&[good, (Mark::Bad, KEEP)]).0, Verdict::Advice);
        let (verdict, seen) = check(&[(Mark::Bad, WORSE)]);
        assert_eq!(verdict, Verdict::Advice);
        assert!(seen.ends_with("not good: s3:GetObject on b"), "{seen}");
    }

    #[test]
    fn what_could_not_be_checked_for_the_most_part_is_not_good() {
        let step = Loss::Step("start");
        let (good, unknown) = ((Mark::Good, step), (Mark::NotChecked, step));
        assert_eq!(
            check(&[good, unknown]),
            (
                Verdict::Good,
                "1 of 2 checks are good, 1 could not be made (nobody may look)".to_owned()
            )
        );
        let (verdict, seen) = check(&[good, unknown, unknown]);
        assert_eq!(verdict, Verdict::NotChecked);
        assert!(
            seen.ends_with("2 could not be made (nobody may look)"),
            "{seen}"
        );
        // What is known to be denied is denied, however little else is known.
        assert_eq!(
            check(&[unknown, unknown, (Mark::Bad, step)]).0,
            Verdict::Bad
        );
    }
}
