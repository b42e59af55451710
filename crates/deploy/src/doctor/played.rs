//! Which parts a caller was set up as, told from what it may do.
//!
//! Nobody writes down what a user is for. But parts differ in what they call, so whoever may make most of the calls
//! that one part alone makes was set up as that part, and what only other parts need is nothing that it lacks.

use aws_config::SdkConfig;

use super::permitted::{Permitted, permitted};
use crate::calls::{Call, Part, Scope, of};
use crate::permissions::check::{Mark, Report};

/// Who comes to look what is wrong with renders.
const OFTEN: [Part; 2] = [Part::Trigger, Part::Deployer];

/// Who may come, too. They are asked about where the caller is none of [`OFTEN`].
const RARELY: [Part; 3] = [Part::ClipInvoker, Part::Viewer, Part::Cleanup];

/// The parts that `arn` was set up as, with what it may do of each.
///
/// Who was set up as nothing that is known is held against what starting renders needs, alone.
pub async fn played(config: &SdkConfig, scope: &Scope, arn: &str) -> Vec<(Part, Permitted)> {
    let checked = |(part, report)| (part, Permitted::Checked(report));
    let mut asked = Vec::new();
    for parts in [&OFTEN[..], &RARELY] {
        for part in parts {
            match Box::pin(permitted(config, scope, arn, *part)).await {
                Permitted::Checked(report) => asked.push((*part, report)),
                // It would be the same of every part.
                other => return vec![(*part, other)],
            }
        }
        let (found, others): (Vec<_>, Vec<_>) = asked
            .into_iter()
            .partition(|(part, report)| is_played(*part, report, scope));
        if !found.is_empty() {
            return found.into_iter().map(checked).collect();
        }
        asked = others;
    }
    asked.into_iter().take(1).map(checked).collect()
}

/// Whether most of what tells `part` from the others is allowed, as far as that could be checked.
fn is_played(part: Part, report: &Report, scope: &Scope) -> bool {
    let others: Vec<&Call> = OFTEN
        .into_iter()
        .chain(RARELY)
        .filter(|other| *other != part)
        .flat_map(|other| of(other, scope))
        .collect();
    let is_shared = |call: &Call| {
        let mut others = others.iter();
        others.any(|other| (other.action, other.resource) == (call.action, call.resource))
    };
    let rows = || {
        report
            .findings
            .iter()
            .filter_map(|one| Some((one.row?, one.mark)))
    };
    let mut telling: Vec<Mark> = rows()
        .filter(|(call, _)| !is_shared(call))
        .map(|(_, mark)| mark)
        .collect();
    if telling.is_empty() {
        telling = rows().map(|(_, mark)| mark).collect();
    }
    let bad = telling.iter().filter(|mark| **mark == Mark::Bad).count();
    bad * 2 < telling.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permissions::check::Finding;

    /// Whether a caller that may make the calls of `held` alone, but none of `denied`, plays `part`.
    fn check(part: Part, held: &[Part], denied: &[&str]) -> bool {
        let scope = Scope::new("aws", "123456789012", "us-east-1");
        let held: Vec<_> = held.iter().flat_map(|part| of(*part, &scope)).collect();
        let is_held = |call: &Call| {
            !denied.contains(&call.action)
                && held
                    .iter()
                    .any(|other| (other.action, other.resource) == (call.action, call.resource))
        };
        let findings = of(part, &scope).map(|call| Finding {
            what: call.action.to_owned(),
            mark: if is_held(call) { Mark::Good } else { Mark::Bad },
            reason: None,
            fix: None,
            row: Some(call),
            without: Some(call.without),
        });
        let report = Report {
            principal: "arn:aws:iam::123456789012:user/u".to_owned(),
            parts: vec![part],
            is_simulated: true,
            findings: findings.collect(),
        };
        is_played(part, &report, &scope)
    }

    #[test]
    fn whoever_has_the_policy_of_a_part_plays_it_and_no_other() {
        let parts = || OFTEN.into_iter().chain(RARELY);
        for part in parts() {
            for held in parts() {
                // Who starts renders signs links, too: nobody is asked about that who does.
                let includes = (part, held) == (Part::Viewer, Part::Trigger);
                assert_eq!(
                    check(part, &[held], &[]),
                    part == held || includes,
                    "{part} with {held}"
                );
            }
        }
    }

    #[test]
    fn what_is_taken_from_a_part_does_not_make_it_another() {
        assert!(check(Part::Trigger, &OFTEN, &["lambda:InvokeFunction"]));
        assert!(check(Part::Deployer, &OFTEN, &["lambda:CreateFunction"]));
        assert!(!check(Part::Trigger, &[], &[]));
    }
}
