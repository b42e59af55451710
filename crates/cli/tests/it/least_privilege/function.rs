//! Rights of the render function.

use std::process::{Command, Output};

use client::credentials::AccessKey;
use deploy::calls::{Loss, Part, Scope, of};
use deploy::policy::generate;
use serde_json::{Value, json};

use super::{Deployed, FUNCTION, HEAVY, at_completion, one_less, tells_of, with_denial};
use crate::harness::{eventually, said};
use crate::served::{REGION, Served};

/// What is asked for at once, and nothing of it again: request, lease, progress and plan, and the progress once more to
/// be told of the denial in it.
const ASKED_AT_ONCE: usize = 5;

/// The bucket at another service.
const ELSEWHERE: &str = "somewhere-else";

/// A key for a bucket that the function has no right to, by which the cloud is another service.
fn key_elsewhere(served: &Served) -> AccessKey {
    served.aws(&["s3api", "create-bucket", "--bucket", ELSEWHERE]);
    let key = served.user("elsewhere");
    let put = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{ELSEWHERE}/*"),
        },
    });
    served.user_may("elsewhere", "elsewhere", &put.to_string());
    key
}

/// A cloud, and renders that show what each row is for.
struct Proof {
    deployed: Deployed,
    scope: Scope,
    elsewhere: AccessKey,
}

impl Proof {
    fn new() -> Self {
        let deployed = Deployed::new();
        let mut scope = deployed.scope.clone();
        // These renders are told their bucket.
        scope.discovery = false;
        Self {
            elsewhere: key_elsewhere(&deployed.served),
            deployed,
            scope,
        }
    }

    /// Renders such that `what` is taken or left behind, whose words are the table's.
    fn take(&self, policy: &Value, what: &str) -> Output {
        self.deployed.function_may(&policy.to_string());
        let mut render = self
            .deployed
            .command(&["render", self.deployed.site.as_str(), "Hold"]);
        render.args([
            "--frames",
            "0-1",
            "--scale",
            "0.25",
            "--overwrite",
            "--json",
        ]);
        if what.contains("large") {
            render.arg(self.deployed.large_props());
        }
        if what.contains("another service") {
            let endpoint = self.deployed.served.endpoint();
            render
                .args(["--out-bucket", ELSEWHERE, "--out-key", "out.mp4"])
                .args(["--out-endpoint", endpoint, "--out-region", REGION])
                .env(
                    "REMOTION_S3_OUTPUT_PROVIDER_ACCESS_KEY_ID",
                    &self.elsewhere.id,
                )
                .env(
                    "REMOTION_S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY",
                    &self.elsewhere.secret,
                );
        }
        render.output().unwrap()
    }

    /// Renders to the end, and returns the render's id.
    #[track_caller]
    fn complete(&self, policy: &Value, what: &str) -> String {
        let done = self.take(policy, what);
        assert!(done.status.success(), "{what}: {}", said(&done));
        let lines = String::from_utf8_lossy(&done.stdout).into_owned();
        let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        last["renderId"].as_str().unwrap().to_owned()
    }

    /// A step that fails without `action`, and is told of by whoever was denied: nothing is asked for again, and nobody
    /// waits until there was no sign of life for long enough.
    #[track_caller]
    fn fails_by(&self, policy: &Value, step: &str, action: &str) {
        let before = self.deployed.served.denials(action);
        let done = self.take(policy, step);
        tells_of(&done, action);
        let text = said(&done);
        assert!(!text.contains("no sign of life"), "{action}: {text}");
        let denials = self.deployed.served.denials(action) - before;
        assert!(denials <= ASKED_AT_ONCE, "{action}, {denials}: {text}");
    }

    /// What stays of a render, counted.
    fn left_behind(&self, how: &str, render: &str) -> usize {
        let prefix = match how {
            CHUNKS_STAY => format!("renders/{render}/chunks/"),
            PROPS_STAY => "input-props/".to_owned(),
            KEYS_STAY => "output-keys/".to_owned(),
            other => panic!("this test does not know how it shows that {other}"),
        };
        self.deployed.served.keys(&self.scope.bucket, &prefix).len()
    }

    /// A render that completes, and leaves what the table says.
    #[track_caller]
    fn leaves_behind(&self, policy: &Value, how: &str, action: &str) {
        let served = &self.deployed.served;
        let before = served.denials(action);
        let render = self.complete(policy, how);
        eventually("it is denied", || served.denials(action) > before);
        assert!(
            self.left_behind(how, &render) > 0,
            "{action}: nothing stays"
        );
    }

    /// Renders in execution environments that start with `policy`, and returns the log streams that come of it.
    #[track_caller]
    fn logged(&self, policy: &Value, what: &str) -> (usize, usize) {
        self.deployed.function_may(&policy.to_string());
        self.deployed.logged(FUNCTION, what, || {
            self.complete(policy, what);
        })
    }
}

const CHUNKS_STAY: &str = "chunks stay until a lifecycle rule removes them";
const PROPS_STAY: &str = "large input props stay until a lifecycle rule removes them";
const KEYS_STAY: &str = "the keys of another service stay in the bucket";

#[test]
fn a_render_needs_each_right_of_its_function() {
    let proof = Proof::new();
    let scope = &proof.scope;
    let whole = generate(Part::RenderFunction, scope).to_value();
    let everything = [CHUNKS_STAY, PROPS_STAY, KEYS_STAY];
    // With all rights nothing stays, and environments write what they log.
    let streams = || proof.deployed.log_streams(FUNCTION);
    let before = streams();
    let render = proof.complete(&whole, &everything.join(", "));
    for how in everything {
        // The output is told of before what it was made of goes.
        eventually("all of it goes", || proof.left_behind(how, &render) == 0);
    }
    eventually("what is logged is written", || streams().1 > before.1);
    for call in of(Part::RenderFunction, scope) {
        for policy in &one_less(call, scope) {
            match call.without {
                Loss::Step(step) | Loss::Extra(step) => {
                    proof.fails_by(policy, step, call.action);
                }
                Loss::Degraded(how @ "no log stream") => {
                    let added = proof.logged(policy, how);
                    assert_eq!(added, (0, 0), "without {}", call.action);
                }
                Loss::Degraded(how @ "empty log stream") => {
                    let (added, written) = proof.logged(policy, how);
                    assert!(added > 0 && written == 0, "without {}", call.action);
                }
                // Seen where an upload fails: below.
                Loss::Degraded(_) if call.action == "s3:AbortMultipartUpload" => {}
                Loss::Degraded(how) => proof.leaves_behind(policy, how, call.action),
            }
        }
    }
}

#[test]
fn a_denial_in_the_midst_of_a_render_ends_it() {
    let mut deployed = Deployed::new();
    let scope = deployed.scope.clone();
    let output = |mut command: Command| command.output().unwrap();
    let mut ended_by = |action: &str, resource: &str, what: &str| {
        let policy = generate(Part::RenderFunction, &scope).to_value();
        let objects = format!("{}/{resource}", scope.bucket);
        let policy = with_denial(policy, action, &objects, &json!({}));
        deployed.function_may(&policy.to_string());
        let done = match what {
            "render" => deployed.render("Hold", &["--frames", "0-3", "--scale", "0.25"]),
            "still" => {
                let still = deployed.command(&[what, deployed.site.as_str(), "Hold"]);
                output(still)
            }
            _ => output(deployed.command(&[what, deployed.site.as_str()])),
        };
        tells_of(&done, action);
    };
    // First, while no environment keeps files of the site.
    for what in ["compositions", "still", "render"] {
        ended_by("s3:GetObject", "sites/*/files/*", what);
    }
    for (action, resource) in [
        ("s3:PutObject", "renders/*/plan.json"),
        ("s3:PutObject", "renders/*/chunks/*/video.mp4"),
        ("s3:PutObject", "renders/*/chunks/*.json"),
        ("s3:GetObject", "renders/*/chunks/*.json"),
        ("s3:PutObject", "renders/*/out.mp4"),
    ] {
        ended_by(action, resource, "render");
    }
}

#[test]
fn parts_of_an_upload_that_fails_stay_without_the_right_to_abort_it() {
    let mut deployed = Deployed::new();
    let scope = deployed.scope.clone();
    let abort = of(Part::RenderFunction, &scope)
        .find(|call| call.action == "s3:AbortMultipartUpload")
        .unwrap();
    let whole = generate(Part::RenderFunction, &scope).to_value();
    let less = one_less(abort, &scope);
    let outputs = format!("{}/renders/*/out.mp4", scope.bucket);
    for (policy, stays) in [(whole, false)]
        .into_iter()
        .chain(less.into_iter().map(|policy| (policy, true)))
    {
        // The parts are taken, and their completion is not.
        let failing = with_denial(policy, "s3:PutObject", &outputs, &at_completion());
        deployed.function_may(&failing.to_string());
        let (begun, unfinished) = (
            deployed.begun_uploads("/out.mp4"),
            deployed.unfinished_uploads(&scope.bucket),
        );
        let done = deployed.render(HEAVY[0], &HEAVY[1..]);
        tells_of(&done, "s3:PutObject");
        assert_eq!(deployed.begun_uploads("/out.mp4"), begun + 1);
        let left = deployed.unfinished_uploads(&scope.bucket) - unfinished;
        assert_eq!(left, usize::from(stays), "{}", said(&done));
    }
}
