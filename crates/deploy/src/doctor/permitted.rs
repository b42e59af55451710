//! Whether the calls of a part are allowed, counted.

use aws_config::SdkConfig;

use super::{Finding, Verdict};
use crate::call::{CallFailed, code};
use crate::calls::{Part, Scope};
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
pub async fn permitted(config: &SdkConfig, scope: &Scope, arn: &str, part: Part) -> Permitted {
    if arn.ends_with(":root") {
        return Permitted::Everything;
    }
    let principal = match Principal::parse(arn) {
        Ok(principal) => principal,
        Err(error) => return Permitted::NotChecked(error.to_string()),
    };
    let checker = Checker::new(config, scope.clone());
    Permitted::of(checker.principal(&principal, &[part]).await)
}

/// As [`permitted`], for a role of the account that need not exist yet.
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
    let checker = Checker::new(config, scope.clone());
    Permitted::of(checker.render_role().await)
}

impl Permitted {
    fn of(checked: Result<Report, CallFailed>) -> Self {
        match checked {
            Ok(report) => Self::Checked(report),
            Err(error) => Self::NotChecked(error.to_string()),
        }
    }

    /// What it means for who is called `who`. `needed` says whether renders need it.
    #[must_use]
    pub fn finding(&self, who: &str, needed: bool) -> Finding {
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
        let marked = |mark| report.findings.iter().filter(move |one| one.mark == mark);
        let count = |mark| marked(mark).count();
        let mut seen = format!(
            "{} of {} checks are good",
            count(Mark::Good),
            report.findings.len()
        );
        if count(Mark::NotChecked) > 0 {
            seen += &format!(", {} could not be made", count(Mark::NotChecked));
        }
        let mut bad = marked(Mark::Bad);
        let Some(first) = bad.next() else {
            let verdict = if count(Mark::Good) == 0 && !report.findings.is_empty() {
                Verdict::NotChecked
            } else {
                Verdict::Good
            };
            return Finding::new(subject, verdict, seen);
        };
        seen += &format!("; not good: {}", told(first));
        match bad.count() {
            0 => {}
            more => seen += &format!(", and {more} more"),
        }
        let verdict = if needed && marked(Mark::Bad).any(|one| one.stops) {
            Verdict::Bad
        } else {
            Verdict::Advice
        };
        Finding::new(subject, verdict, seen).advising(format!(
            "`framewright permissions check --principal {}` shows each with the statement that is missing",
            report.principal
        ))
    }
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

    fn check(marks: &[(Mark, bool)], needed: bool) -> (Verdict, String) {
        let findings = marks.iter().map(|(mark, stops)| check::Finding {
            what: "s3:GetObject on b".to_owned(),
            mark: *mark,
            reason: None,
            fix: None,
            stops: *stops,
        });
        let permitted = Permitted::Checked(Report {
            principal: "arn:aws:iam::123456789012:user/u".to_owned(),
            parts: vec![Part::Trigger],
            is_simulated: true,
            findings: findings.collect(),
        });
        let finding = permitted.finding("the caller", needed);
        (finding.verdict, finding.seen)
    }

    #[test]
    fn what_stops_renders_is_told_from_what_does_not() {
        let good = (Mark::Good, true);
        let unknown = (Mark::NotChecked, true);
        assert_eq!(
            check(&[good, unknown], true),
            (
                Verdict::Good,
                "1 of 2 checks are good, 1 could not be made".to_owned()
            )
        );
        assert_eq!(check(&[unknown], true).0, Verdict::NotChecked);
        let (verdict, seen) = check(&[good, (Mark::Bad, true), (Mark::Bad, false)], true);
        assert_eq!(verdict, Verdict::Bad);
        assert!(seen.ends_with("s3:GetObject on b, and 1 more"), "{seen}");
        assert_eq!(check(&[(Mark::Bad, true)], false).0, Verdict::Advice);
        assert_eq!(check(&[(Mark::Bad, false)], true).0, Verdict::Advice);
    }
}
