//! A render under the generated policies alone, and under each of them with one right less.

use std::process::{Command, Output};

use deploy::calls::{Call, Loss, Part, Scope, of};
use deploy::policy::{generate, of_calls};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, decided, said, venv};

const CALLER: &str = "least";
const RENDER_ROLE: &str = "remotion-lambda-role";
const RENDER_POLICY: &str = "remotion-lambda-policy";

/// A cloud that serves, with a function, a bucket and a site in it.
struct Served {
    place: Place,
    cloud: Option<Running>,
    exported: Value,
    site: String,
    scope: Scope,
    key: [String; 2],
    renders: usize,
}

impl Served {
    fn new() -> Self {
        let place = Place::new();
        place.rendered("Card", "first.mp4", &["--frames", "0-1"]);
        let events = place.events();
        let written = events
            .iter()
            .flat_map(|event| decided(event, "s3:PutObject"));
        let bucket_and_site = written
            .filter_map(|arn| arn.strip_prefix("arn:aws:s3:::"))
            .find_map(|name| {
                let (bucket, key) = name.split_once('/')?;
                let site = key.strip_prefix("sites/")?.split('/').next()?;
                Some((bucket.to_owned(), site.to_owned()))
            });
        let (bucket, site) = bucket_and_site.unwrap();
        let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
        let line = cloud.lines().next().expect("what to export");
        let mut scope = Scope::new("aws", "123456789012", "us-east-1");
        scope.bucket = bucket;
        let mut served = Self {
            place,
            cloud: Some(cloud),
            exported: serde_json::from_str(&line).unwrap(),
            site,
            scope,
            key: [String::new(), String::new()],
            renders: 0,
        };
        served.aws(&["create-user", "--user-name", CALLER]);
        let key = served.aws(&["create-access-key", "--user-name", CALLER]);
        let key: Value = serde_json::from_str(&key).unwrap();
        served.key = ["AccessKeyId", "SecretAccessKey"]
            .map(|name| key["AccessKey"][name].as_str().unwrap().to_owned());
        served.may(Part::Trigger, None);
        served.may(Part::RenderFunction, None);
        served
    }

    fn endpoint(&self) -> &str {
        self.exported["endpoint"].as_str().unwrap()
    }

    /// `aws iam …` as the administrator.
    fn aws(&self, arguments: &[&str]) -> String {
        let mut aws = Command::new(venv().join("bin/aws"));
        aws.arg("iam")
            .args(arguments)
            .env("AWS_ENDPOINT_URL", self.endpoint());
        for (name, value) in self.exported["environment"].as_object().unwrap() {
            aws.env(name, value.as_str().unwrap());
        }
        let done = aws.output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        String::from_utf8(done.stdout).unwrap()
    }

    /// Gives the caller, or the render function's role, what `part` needs, without one row.
    fn may(&self, part: Part, without: Option<&Call>) {
        let policy = match without {
            None => generate(part, &self.scope),
            Some(less) => of_calls(
                of(part, &self.scope).filter(|call| *call != less),
                &self.scope,
            ),
        };
        let (kind, name, policy_name) = match part {
            Part::RenderFunction => ("role", RENDER_ROLE, RENDER_POLICY),
            _ => ("user", CALLER, "least"),
        };
        self.aws(&[
            &format!("put-{kind}-policy"),
            &format!("--{kind}-name"),
            name,
            "--policy-name",
            policy_name,
            "--policy-document",
            &policy.to_json(),
        ]);
    }

    /// The step as the caller, with nothing but its key.
    fn step(&mut self, step: &str) -> Output {
        self.renders += 1;
        let out = self.place.path(&format!("{}.mp4", self.renders));
        let mut command = self.place.command(["render", self.site.as_str(), "Card"]);
        command.arg(out).args([
            "--frames",
            "0-1",
            "--target",
            "aws",
            "--region",
            "us-east-1",
        ]);
        if step.contains("large props") {
            let props = self.place.path("large.json");
            std::fs::write(&props, format!(r#"{{"large":"{}"}}"#, "x".repeat(300_000))).unwrap();
            command.arg("--props").arg(format!("@{}", props.display()));
        }
        if step == "keep logs" {
            command.arg("--keep-logs");
        }
        command
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_ACCESS_KEY_ID", &self.key[0])
            .env("AWS_SECRET_ACCESS_KEY", &self.key[1]);
        command.output().unwrap()
    }

    /// How often `action` was denied so far.
    fn denials(&self, action: &str) -> usize {
        let events = self.place.events();
        let decisions = events
            .iter()
            .flat_map(|event| event["decisions"].as_array().cloned().unwrap_or_default());
        decisions
            .filter(|one| one["action"] == action && one["outcome"] != "allowed")
            .count()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(cloud) = self.cloud.take() {
            cloud.signal(Signal::SIGINT);
            cloud.wait();
        }
    }
}

/// Whether this test has the step.
fn is_step_of_a_render(step: &str) -> bool {
    ["start", "launch", "progress", "find", "keep logs"]
        .iter()
        .any(|known| step.starts_with(known))
}

fn each_right_is_needed(part: Part) {
    let mut served = Served::new();
    for step in ["start", "start with large props", "keep logs"] {
        let done = served.step(step);
        assert!(done.status.success(), "{step}: {}", said(&done));
    }
    let scope = served.scope.clone();
    for call in of(part, &scope) {
        let step = match call.without {
            Loss::Step(step) if is_step_of_a_render(step) => step,
            Loss::Step(_) => continue,
            Loss::Degraded(_) => "start",
        };
        let before = served.denials(call.action);
        served.may(part, Some(call));
        let done = served.step(step);
        let is_degraded = matches!(call.without, Loss::Degraded(_));
        assert_eq!(
            done.status.success(),
            is_degraded,
            "{} for {step}: {}",
            call.action,
            said(&done)
        );
        if !is_degraded {
            let denied = served.denials(call.action) > before;
            assert!(
                denied,
                "{step} fails, but not by {}: {}",
                call.action,
                said(&done)
            );
        }
        served.may(part, None);
    }
}

#[test]
fn a_render_needs_each_right_of_its_caller() {
    each_right_is_needed(Part::Trigger);
}
