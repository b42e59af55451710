//! The rights of those whose steps take no function that runs, one less at a time: the step that the table names is
//! denied, or it is worse in the way that the table says.

mod auditing;
mod deploying;
mod lacking;
mod place;
mod steps;
mod vpc;

use deploy::calls::{Call, Loss, Output, Part, Scope, of};
use deploy::policy::generate;

use lacking::one_less;
use place::Place;

fn scope() -> Scope {
    let mut scope = Scope::new("aws", crate::account::ACCOUNT, "us-east-1");
    scope.output = Some(Output {
        bucket: place::FINISHED.to_owned(),
        prefix: String::new(),
    });
    (scope.public, scope.insights, scope.vpc) = (true, true, true);
    scope.layers = vec![scope_layer(&scope)];
    scope.kms_key = Some(place::KEY.to_owned());
    scope
}

/// The layer that is one's own.
fn scope_layer(scope: &Scope) -> String {
    let Scope {
        region, account, ..
    } = scope;
    let layer = place::OWN_LAYER;
    format!("arn:aws:lambda:{region}:{account}:layer:{layer}:1")
}

/// Holds `policy` against what the table says of a part that lacks `call`, or lacks nothing.
async fn check(call: &Call, policy: &str, is_whole: bool) {
    let place = Place::new().await;
    let caller = place.caller(policy).await;
    let row = format!("{} on {:?}, by {policy}", call.action, call.resource);
    match call.without {
        Loss::Step(step) | Loss::Extra(step) => {
            match Box::pin(steps::take(&place, &caller, step)).await {
                Ok(()) => assert!(is_whole, "{step} needs no {row}"),
                Err(told) => {
                    let told = chain(told.as_ref());
                    assert!(!is_whole, "{step}: {told}");
                    // Whoever may not write a bucket's policy tries another way, and is told how that one ended.
                    let is_named = match call.action {
                        "s3:PutBucketPolicy" => place.was_denied(call.action).await,
                        action => told.contains(action),
                    };
                    assert!(is_named, "{step} without {row}: {told}");
                }
            }
        }
        Loss::Degraded(how) => match Box::pin(steps::is_worse(&place, &caller, how)).await {
            Ok(is_worse) => assert_eq!(is_worse, !is_whole, "{how}: {row}"),
            Err(told) => panic!("{how}: {row}: {}", chain(told.as_ref())),
        },
    }
}

pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// Takes every step of `part` with all its rights, and then with each of them missing.
pub(crate) async fn needs_each_right(part: Part) {
    let scope = scope();
    let whole = generate(part, &scope).to_json();
    let mut shown = Vec::new();
    for call in of(part, &scope) {
        if !shown.contains(&call.without) {
            shown.push(call.without);
            Box::pin(check(call, &whole, true)).await;
        }
        for policy in one_less(call, &scope) {
            Box::pin(check(call, &policy.to_string(), false)).await;
        }
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

#[tokio::test]
async fn an_auditor_sees_less_without_each_of_its_rights() {
    needs_each_right(Part::Auditor).await;
}
