//! Rights of whoever starts renders.

use client::{Client, OutputFile, OutputLocation};
use deploy::calls::{Loss, Part, of};
use deploy::policy::generate;
use serde_json::Value;

use super::{Deployed, FINISHED, one_less, tells_of};
use crate::harness::{Running, said};

/// A finished video in another bucket.
const FINISHED_KEY: &str = "videos/film.mp4";

/// The id of no render.
const NO_RENDER: &str = "a1b2c3d4e5";

/// Whether a render is enough to see that the step is denied.
fn is_step_of_a_render(step: &str) -> bool {
    ["start", "launch", "progress", "find", "keep logs"]
        .iter()
        .any(|known| step.starts_with(known))
}

/// Takes a step, and returns what is said where it fails.
fn take(deployed: &mut Deployed, step: &str) -> Result<(), String> {
    if step == "fetch from the output bucket" {
        return fetch(deployed);
    }
    let large = deployed.large_props();
    let mut options = vec!["--frames", "0-1"];
    if step.contains("large props") {
        options.push(&large);
    }
    if step == "keep logs" {
        options.push("--keep-logs");
    }
    let done = deployed.render("Card", &options);
    if done.status.success() {
        Ok(())
    } else {
        Err(said(&done))
    }
}

/// Fetches a video from another bucket by a URL that the caller signs.
fn fetch(deployed: &Deployed) -> Result<(), String> {
    let served = &deployed.served;
    let client = Client::new(
        &served.config(deployed.caller.clone()),
        deployed.installation(),
    );
    let location = OutputLocation {
        bucket: FINISHED.to_owned(),
        key: FINISHED_KEY.to_owned(),
    };
    let file = OutputFile::new(served.place.path("fetched.mp4"), true).unwrap();
    let fetched = served.wait(client.fetch(&location, &file, |_| {}));
    fetched.map(drop).map_err(|error| error.to_string())
}

/// Whether the caller is told that a render that does not exist does not.
fn tells_what_is_missing(deployed: &Deployed) -> bool {
    let done = deployed.command(&["progress", NO_RENDER]).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    said(&done).contains(&format!("there is no render `{NO_RENDER}`"))
}

#[test]
fn a_render_needs_each_right_of_its_caller() {
    let mut deployed = Deployed::new();
    let create = ["s3api", "create-bucket", "--bucket", FINISHED];
    deployed.served.aws(&create);
    let put = ["s3api", "put-object", "--bucket", FINISHED, "--key"];
    let film = deployed.served.place.path("first.mp4");
    let body = ["--body", film.to_str().unwrap()];
    deployed
        .served
        .aws(&[&put[..], &[FINISHED_KEY], &body].concat());
    let mut scope = deployed.scope.clone();
    scope.output = Some(super::finished());
    let whole = generate(Part::Trigger, &scope).to_json();
    deployed.caller_may(&whole);
    for step in [
        "start",
        "start with large props",
        "keep logs",
        "fetch from the output bucket",
    ] {
        if let Err(told) = take(&mut deployed, step) {
            panic!("{step}: {told}");
        }
    }
    assert!(tells_what_is_missing(&deployed));
    for call in of(Part::Trigger, &scope) {
        for policy in one_less(call, &scope) {
            deployed.caller_may(&policy.to_string());
            let before = deployed.served.denials(call.action);
            let step = match call.without {
                // Below.
                Loss::Step("cancel") | Loss::Extra("cancel") => continue,
                Loss::Step(step) | Loss::Extra(step) => step,
                Loss::Degraded("403 in place of 404") => {
                    assert!(!tells_what_is_missing(&deployed), "{}", call.action);
                    take(&mut deployed, "start").unwrap();
                    continue;
                }
                Loss::Degraded(how) => panic!("this test does not know how it shows that {how}"),
            };
            assert!(
                is_step_of_a_render(step) || step == "fetch from the output bucket",
                "this test does not know how to {step}"
            );
            let told = take(&mut deployed, step).expect_err(call.action);
            let denied = deployed.served.denials(call.action) > before;
            assert!(denied, "{step} fails, but not by {}: {told}", call.action);
        }
    }
}

#[test]
fn a_render_is_cancelled_by_whoever_may_leave_a_wish_beside_it() {
    let deployed = Deployed::new();
    let scope = &deployed.scope;
    let call = of(Part::Trigger, scope).find(|call| call.without.step() == Some("cancel"));
    let out = deployed.served.place.path("long.mp4");
    let mut long = deployed.command(&["render", deployed.site.as_str(), "Photo"]);
    let mut render = Running::start(long.arg(out).args(["--scale", "2", "--json"]));
    let mut lines = render.lines();
    let id = lines.by_ref().find_map(|line| {
        let told: Value = serde_json::from_str(&line).unwrap();
        told["renderId"].as_str().map(str::to_owned)
    });
    let id = id.expect("a render id");
    for policy in one_less(call.unwrap(), scope) {
        deployed.caller_may(&policy.to_string());
        let refused = deployed.command(&["cancel", &id]).output().unwrap();
        tells_of(&refused, "s3:PutObject");
    }
    deployed.caller_may(&generate(Part::Trigger, scope).to_json());
    let cancelled = deployed.command(&["cancel", &id]).output().unwrap();
    assert!(cancelled.status.success(), "{}", said(&cancelled));
    let last_words: Vec<String> = lines.collect();
    assert_eq!(render.wait().status.code(), Some(1), "{last_words:?}");
}
