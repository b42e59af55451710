//! Rights of the render function.

use std::process::Output;
use std::time::{Duration, Instant};

use deploy::calls::{Call, Loss, Part, Scope, of};
use deploy::policy::{generate, of_calls};
use serde_json::{Value, json};

use super::Deployed;
use crate::harness::{eventually, said};

/// No denial takes longer to reach the terminal, on the slowest machine that the tests run on: retries would.
const SOON: Duration = Duration::from_secs(15);

/// The policy of the function without one row.
fn without(call: &Call, scope: &Scope) -> Value {
    let rest = of(Part::RenderFunction, scope).filter(|other| *other != call);
    of_calls(rest, scope).to_value()
}

/// The policy of the function with a row whose conditions do not hold.
fn with_conditions_refused(call: &Call, scope: &Scope) -> Value {
    let mut policy = without(call, scope);
    let mut refused = of_calls([call], scope).to_value()["Statement"][0].take();
    for condition in call.conditions {
        let written = condition.written(scope);
        refused["Condition"][written.operator][&written.key] = condition.refused_value().into();
    }
    refused["Sid"] = "Refused".into();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.push(refused);
    policy
}

/// The policy of the function with a statement that denies `action` on `resource`.
fn with_denial(scope: &Scope, action: &str, resource: &str, condition: &Value) -> Value {
    let mut policy = generate(Part::RenderFunction, scope).to_value();
    let denial = json!({
        "Effect": "Deny",
        "Action": action,
        "Resource": format!("arn:aws:s3:::{}/{resource}", scope.bucket),
        "Condition": condition,
    });
    policy["Statement"].as_array_mut().unwrap().push(denial);
    policy
}

/// The step as a render, by the name that the table has for it.
fn take(deployed: &mut Deployed, step: &str) -> Output {
    let large = deployed.large_props();
    let mut options = vec!["--frames", "0-11", "--json"];
    if step.contains("large") {
        options.push(&large);
    }
    deployed.render("Hold", &options)
}

/// A render that fails soon, naming `action`, and says what to do about it.
#[track_caller]
fn fails_by(deployed: &mut Deployed, policy: &Value, step: &str, action: &str) {
    deployed.function_may(&policy.to_string());
    let begun = Instant::now();
    let done = take(deployed, step);
    let took = begun.elapsed();
    let text = said(&done);
    assert_eq!(done.status.code(), Some(1), "{action}: {text}");
    let named = format!("not authorized to perform: {action}");
    assert!(text.contains(&named), "{action}: {text}");
    let is_explained = ["policies fix --apply", "no Allow outweighs it"]
        .iter()
        .any(|advice| text.contains(advice));
    assert!(is_explained, "{action}: {text}");
    assert!(took < SOON, "{action} took {took:?}: {text}");
}

/// The id of a render that is complete.
#[track_caller]
fn completed(done: &Output) -> String {
    assert!(done.status.success(), "{}", said(done));
    let lines = String::from_utf8_lossy(&done.stdout).into_owned();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    last["renderId"].as_str().unwrap().to_owned()
}

/// What a degradation leaves behind, counted.
fn left_behind(deployed: &Deployed, how: &str, render: &str) -> usize {
    let served = &deployed.served;
    let bucket = &deployed.scope.bucket;
    match how {
        "chunks stay until a lifecycle rule removes them" => served
            .keys(bucket, &format!("renders/{render}/chunks/"))
            .len(),
        "large input props stay until a lifecycle rule removes them" => {
            served.keys(bucket, "input-props/").len()
        }
        other => panic!("this test does not know how it shows that {other}"),
    }
}

/// A render that completes, and leaves what the table says.
#[track_caller]
fn leaves_behind(deployed: &mut Deployed, policy: &Value, how: &str, action: &str) {
    deployed.function_may(&policy.to_string());
    let before = deployed.served.denials(action);
    let render = completed(&take(deployed, how));
    eventually("it is denied", || deployed.served.denials(action) > before);
    assert!(
        left_behind(deployed, how, &render) > 0,
        "{action}: nothing stays"
    );
}

/// The log streams of the function: all, and those with events.
fn streams(deployed: &Deployed) -> (usize, usize) {
    let group = "/aws/lambda/remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";
    let told = deployed
        .served
        .aws(&["logs", "describe-log-streams", "--log-group-name", group]);
    let streams = told["logStreams"].as_array().unwrap();
    let written = streams
        .iter()
        .filter(|stream| stream["lastEventTimestamp"].is_number());
    (streams.len(), written.count())
}

/// A render in execution environments of its own, and the log streams that it adds.
#[track_caller]
fn logged(deployed: &mut Deployed, policy: &Value, number: usize) -> (usize, usize) {
    deployed.function_may(&policy.to_string());
    let description = format!("Environments anew: {number}");
    deployed.served.aws(&[
        "lambda",
        "update-function-configuration",
        "--function-name",
        "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec",
        "--description",
        &description,
    ]);
    let before = streams(deployed);
    completed(&take(deployed, "start"));
    let after = streams(deployed);
    (after.0 - before.0, after.1 - before.1)
}

#[test]
#[ignore = "its scope has the rows of looking for the bucket, which this render is told"]
fn a_render_needs_each_right_of_its_function() {
    let mut deployed = Deployed::new();
    let scope = deployed.scope.clone();
    let whole = generate(Part::RenderFunction, &scope).to_value();
    for how in [
        "chunks stay until a lifecycle rule removes them",
        "large input props stay until a lifecycle rule removes them",
    ] {
        let render = completed(&take(&mut deployed, how));
        // The output is told of before what it was made of goes.
        eventually("all of it goes", || {
            left_behind(&deployed, how, &render) == 0
        });
    }
    let logged_with_all = logged(&mut deployed, &whole, 0);
    assert!(logged_with_all.1 > 0, "{logged_with_all:?}");
    for (number, call) in of(Part::RenderFunction, &scope).enumerate() {
        let mut policies = vec![without(call, &scope)];
        if !call.conditions.is_empty() {
            policies.push(with_conditions_refused(call, &scope));
        }
        for policy in &policies {
            match call.without {
                Loss::Step(step) => fails_by(&mut deployed, policy, step, call.action),
                Loss::Degraded("no log stream") => {
                    let added = logged(&mut deployed, policy, number + 1);
                    assert_eq!(added, (0, 0), "without {}", call.action);
                }
                Loss::Degraded("empty log stream") => {
                    let (added, written) = logged(&mut deployed, policy, number + 1);
                    assert!(added > 0 && written == 0, "without {}", call.action);
                }
                // Seen where an upload fails: below.
                Loss::Degraded(_) if call.action == "s3:AbortMultipartUpload" => {}
                Loss::Degraded(how) => leaves_behind(&mut deployed, policy, how, call.action),
            }
        }
    }
}

#[test]
fn a_denial_in_the_midst_of_a_render_ends_it() {
    let mut deployed = Deployed::new();
    let scope = deployed.scope.clone();
    for (action, resource) in [
        // First, while no environment keeps files of the site.
        ("s3:GetObject", "sites/*/files/*"),
        ("s3:PutObject", "renders/*/plan.json"),
        ("s3:PutObject", "renders/*/chunks/*/video.mp4"),
        ("s3:PutObject", "renders/*/chunks/*.json"),
        ("s3:GetObject", "renders/*/chunks/*.json"),
        ("s3:PutObject", "renders/*/out.mp4"),
    ] {
        let policy = with_denial(&scope, action, resource, &json!({}));
        fails_by(&mut deployed, &policy, "start", action);
    }
}

/// Uploads that began and neither completed nor were aborted.
fn unfinished_uploads(deployed: &Deployed) -> usize {
    let bucket = &deployed.scope.bucket;
    let told = deployed
        .served
        .aws(&["s3api", "list-multipart-uploads", "--bucket", bucket]);
    told["Uploads"].as_array().map_or(0, Vec::len)
}

#[test]
#[ignore = "no unfinished upload is found where one should stay"]
fn parts_of_an_upload_that_fails_stay_without_the_right_to_abort_it() {
    let mut deployed = Deployed::new();
    let scope = deployed.scope.clone();
    // The parts are taken, and their completion is not.
    let completion = json!({ "StringEquals": { "s3:if-none-match": "*" } });
    let failing = with_denial(&scope, "s3:PutObject", "renders/*/out.mp4", &completion);
    let mut without_abort = failing.clone();
    let mut statements = without_abort["Statement"].as_array().unwrap().clone();
    for statement in &mut statements {
        let actions = statement["Action"].as_array_mut();
        actions.into_iter().for_each(|actions| {
            actions.retain(|action| action != "s3:AbortMultipartUpload");
        });
    }
    without_abort["Statement"] = statements.into();
    for (policy, stay) in [(failing, 0), (without_abort, 1)] {
        deployed.function_may(&policy.to_string());
        // More than fits into one part.
        let done = deployed.render("Photo", &["--frames", "0-9", "--crf", "1", "--scale", "2"]);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains("s3:PutObject"), "{}", said(&done));
        assert_eq!(unfinished_uploads(&deployed), stay);
    }
}
