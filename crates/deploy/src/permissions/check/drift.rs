//! Whether our managed policies still say what the table asks for.

use iam::diff::Equality;
use iam::policy::Document;

use super::{Finding, Mark};
use crate::calls::{Caller, Part, Scope};
use crate::permissions::caller::compute_of;
use crate::permissions::comparison::{Comparison, briefly};
use crate::permissions::{CLIP_POLICY, DEPLOY_POLICY, POLICY_NAMES, RENDER_POLICY};
use crate::policy::{Policy, generate_all};
use crate::principal::Held;

/// One finding for each policy that a document or setup named.
pub(super) fn drift(held: &Held, scope: &Scope) -> Vec<Finding> {
    let policies = held.identity();
    let ours = policies
        .iter()
        .filter(|policy| POLICY_NAMES.contains(&policy.name()));
    ours.map(|policy| {
        // The right to have clips cut is given where it was asked for.
        let plain = compared(policy.document(), &wanted(policy.name(), scope, &[]));
        let with_clips = wanted(policy.name(), scope, &[Part::ClipInvoker]);
        let (mark, reason) = match compared(policy.document(), &with_clips) {
            good @ (Mark::Good, _) => good,
            _ => plain,
        };
        let fix = "give this command the options that setup was given, such as --output-bucket; what differs even \
                   so, framewright permissions setup corrects where it carries our tag";
        Finding {
            what: format!("policy {} is what is generated", policy.name()),
            fix: (mark == Mark::Bad).then(|| fix.to_owned()),
            mark,
            reason,
            row: None,
            without: None,
        }
    })
    .collect()
}

fn wanted(name: &str, scope: &Scope, more: &[Part]) -> Policy {
    let mut scope = scope.clone();
    let parts: &[Part] = match name {
        RENDER_POLICY => &[Part::RenderFunction, Part::OutputWriter],
        CLIP_POLICY => &[Part::ClipFunction],
        // A user's policy names its holder by a variable.
        DEPLOY_POLICY => {
            scope.caller = Caller::User;
            &[Part::Deployer, Part::Trigger]
        }
        _ => &[Part::Trigger],
    };
    let takes_more = name == DEPLOY_POLICY || compute_of(name).is_some();
    let more = more.iter().filter(|_| takes_more);
    let parts: Vec<_> = parts.iter().chain(more).copied().collect();
    generate_all(&parts, &scope)
}

fn compared(found: &Document, wanted: &Policy) -> (Mark, Option<String>) {
    let Some(compared) = Comparison::of(found, wanted) else {
        return (Mark::NotChecked, Some("nothing is generated".to_owned()));
    };
    match compared.equality {
        Equality::Proven => (Mark::Good, None),
        Equality::Refuted | Equality::Open => (Mark::Bad, Some(told(&compared))),
        Equality::TooLarge => (
            Mark::NotChecked,
            Some("it is too large to compare".to_owned()),
        ),
    }
}

fn told(compared: &Comparison) -> String {
    let (lacks, exceeds) = (compared.lacking(), compared.exceeding());
    match (lacks.as_slice(), exceeds.as_slice()) {
        ([], []) => "it is written in a way that cannot be compared".to_owned(),
        (lacks, []) => format!("it lacks {}", briefly(lacks)),
        ([], exceeds) => format!("it has what nothing needs here: {}", briefly(exceeds)),
        (lacks, exceeds) => format!(
            "it lacks {}, and has what nothing needs here: {}",
            briefly(lacks),
            briefly(exceeds)
        ),
    }
}
