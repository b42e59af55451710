//! Rights of whoever starts renders.

use std::process::Output;

use deploy::calls::{Part, of};
use deploy::policy::{generate, of_calls};

use super::Deployed;
use crate::harness::said;

/// Whether a render is enough to see that the step is denied.
fn is_step_of_a_render(step: &str) -> bool {
    ["start", "launch", "progress", "find", "keep logs"]
        .iter()
        .any(|known| step.starts_with(known))
}

fn take(deployed: &mut Deployed, step: &str) -> Output {
    let large = deployed.large_props();
    let mut options = vec!["--frames", "0-1"];
    if step.contains("large props") {
        options.push(&large);
    }
    if step == "keep logs" {
        options.push("--keep-logs");
    }
    deployed.render("Card", &options)
}

#[test]
fn a_render_needs_each_right_of_its_caller() {
    let mut deployed = Deployed::new();
    for step in ["start", "start with large props", "keep logs"] {
        let done = take(&mut deployed, step);
        assert!(done.status.success(), "{step}: {}", said(&done));
    }
    let scope = deployed.scope.clone();
    let whole = generate(Part::Trigger, &scope).to_json();
    for call in of(Part::Trigger, &scope) {
        let step = match call.without.step() {
            Some(step) if is_step_of_a_render(step) => step,
            Some(_) => continue,
            None => "start",
        };
        let before = deployed.served.denials(call.action);
        let rest = of(Part::Trigger, &scope).filter(|other| *other != call);
        deployed.caller_may(&of_calls(rest, &scope).to_json());
        let done = take(&mut deployed, step);
        let is_degraded = call.without.step().is_none();
        assert_eq!(
            done.status.success(),
            is_degraded,
            "{} for {step}: {}",
            call.action,
            said(&done)
        );
        if !is_degraded {
            let denied = deployed.served.denials(call.action) > before;
            assert!(
                denied,
                "{step} fails, but not by {}: {}",
                call.action,
                said(&done)
            );
        }
        deployed.caller_may(&whole);
    }
}
