//! The rights of whoever rotates keys, signs links and cleans up, one less at a time: the step that the table
//! names is denied, or it is worse in the way that the table says.

mod place;
mod steps;

use deploy::calls::{Call, Loss, Output, Part, Scope, of};
use deploy::policy::{Policy, of_calls};

use place::Place;

fn scope() -> Scope {
    let mut scope = Scope::new("aws", crate::account::ACCOUNT, "us-east-1");
    scope.output = Some(Output {
        bucket: place::FINISHED.to_owned(),
        prefix: String::new(),
    });
    scope
}

/// Holds `policy` against what the table says of a part that lacks `call`, or lacks nothing.
async fn check(call: &Call, policy: &Policy, is_whole: bool) {
    let place = Place::new().await;
    let caller = place.caller(policy).await;
    let row = format!("{} on {:?}", call.action, call.resource);
    match call.without {
        Loss::Step(step) | Loss::Extra(step) => match steps::take(&place, &caller, step).await {
            Ok(()) => assert!(is_whole, "{step} needs no {row}"),
            Err(told) => {
                let told = chain(told.as_ref());
                assert!(!is_whole, "{step}: {told}");
                assert!(told.contains(call.action), "{step} without {row}: {told}");
            }
        },
        Loss::Degraded(how) => match steps::is_worse(&place, &caller, how).await {
            Ok(is_worse) => assert_eq!(is_worse, !is_whole, "{how}: {row}"),
            Err(told) => panic!("{how}: {row}: {}", chain(told.as_ref())),
        },
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// Takes every step of `part` with all its rights, and then with each of them missing.
async fn needs_each_right(part: Part) {
    let scope = scope();
    let rows = || of(part, &scope);
    let whole = of_calls(rows(), &scope);
    let mut shown = Vec::new();
    for call in rows() {
        if !shown.contains(&call.without) {
            shown.push(call.without);
            check(call, &whole, true).await;
        }
        let rest = rows().filter(|other| *other != call);
        check(call, &of_calls(rest, &scope), false).await;
    }
}

#[tokio::test]
async fn a_key_rotator_needs_each_of_its_rights() {
    needs_each_right(Part::KeyRotator).await;
}

#[tokio::test]
async fn a_viewer_needs_each_of_its_rights() {
    needs_each_right(Part::Viewer).await;
}

#[tokio::test]
async fn whoever_cleans_up_needs_each_of_its_rights() {
    needs_each_right(Part::Cleanup).await;
}
