//! Whether our managed policies still say what the table asks for.

use iam::diff::{Direction, Equality, diff};
use iam::policy::{Document, Kind};

use super::{Finding, Mark};
use crate::calls::{Caller, Part, Scope};
use crate::permissions::{CALLER_POLICY, CLIP_POLICY, DEPLOY_POLICY, POLICY_NAMES, RENDER_POLICY};
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
        let fix = "framewright permissions setup corrects it where it carries our tag";
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
        CALLER_POLICY => &[Part::Trigger],
        // A user's policy names its holder by a variable.
        DEPLOY_POLICY => {
            scope.caller = Caller::User;
            &[Part::Deployer, Part::Trigger]
        }
        _ => &[],
    };
    let more = more
        .iter()
        .filter(|_| [CALLER_POLICY, DEPLOY_POLICY].contains(&name));
    let parts: Vec<_> = parts.iter().chain(more).copied().collect();
    generate_all(&parts, &scope)
}

fn compared(found: &Document, wanted: &Policy) -> (Mark, Option<String>) {
    let Ok(wanted) = Document::parse(&wanted.to_json(), Kind::Identity) else {
        return (Mark::NotChecked, Some("nothing is generated".to_owned()));
    };
    let compared = diff(found, &wanted);
    let count = |direction| {
        let changes = compared.changes.iter();
        changes
            .filter(|change| change.direction == direction)
            .count()
    };
    match compared.equality {
        Equality::Proven => (Mark::Good, None),
        Equality::Refuted | Equality::Open => {
            let (lacks, exceeds) = (count(Direction::Added), count(Direction::Removed));
            let reason =
                format!("it lacks {lacks} permissions and has {exceeds} that nothing needs");
            (Mark::Bad, Some(reason))
        }
        Equality::TooLarge => (
            Mark::NotChecked,
            Some("it is too large to compare".to_owned()),
        ),
    }
}
