//! Rights of functions that start renders, and of whoever connects queues and HTTP APIs to them.

use std::time::Instant;

use client::credentials::AccessKey;
use deploy::calls::{Caller, Compute, Loss, Part, Scope, of};
use deploy::policy::generate;
use serde_json::Value;

use super::{Deployed, make_function, one_less};
use crate::harness::{PATIENCE, function_zip, said};
use crate::served::{ACCOUNT, REGION};

const FUNCTION: &str = "starts-renders";
const ROLE: &str = "framewright-caller-role";
const ROUTE: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/*/POST/renders";

/// A cloud with a function that stands for one that starts renders, and a queue.
struct Proof {
    deployed: Deployed,
    scope: Scope,
    users: usize,
}

impl Proof {
    fn new() -> Self {
        let deployed = Deployed::new();
        let served = &deployed.served;
        let queue = ["sqs", "create-queue", "--queue-name", "renders"];
        served.aws(&[&queue[..], &["--attributes", "VisibilityTimeout=60"]].concat());
        let mut scope = deployed.scope.clone();
        scope.queue = Some(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:renders"));
        scope.http_api = true;
        scope.caller = Caller::Role {
            name: ROLE.to_owned(),
            compute: Some(Compute::Lambda),
        };
        make_function(served, FUNCTION, ROLE, &function_zip(), "bootstrap");
        let group = format!("/aws/lambda/{FUNCTION}");
        served.aws(&["logs", "create-log-group", "--log-group-name", &group]);
        Self {
            deployed,
            scope,
            users: 0,
        }
    }

    fn role_may(&self, policy: &Value) {
        let document = policy.to_string();
        self.deployed.served.role_may(ROLE, "least", &document);
    }

    /// Invokes the function, which prints something, whatever it makes of that.
    fn invoke(&self) {
        let out = self.deployed.served.place.path("answer.json");
        let invoke = ["lambda", "invoke", "--function-name", FUNCTION];
        let payload = ["--payload", "{}", out.to_str().unwrap()];
        self.deployed.served.aws(&[&invoke[..], &payload].concat());
    }

    /// Connects the queue to the function, and returns what is said where that fails.
    fn connect_queue(&self, key: &AccessKey) -> Result<(), String> {
        let source = self.scope.queue.as_deref().unwrap();
        let create = ["lambda", "create-event-source-mapping"];
        let pair = ["--function-name", FUNCTION, "--event-source-arn", source];
        self.taken(key, &[&create[..], &pair].concat())
    }

    /// Lets an HTTP API invoke the function.
    fn admit_api(&self, key: &AccessKey) -> Result<(), String> {
        let add = ["lambda", "add-permission", "--function-name", FUNCTION];
        let what = ["--action", "lambda:InvokeFunction", "--statement-id", "api"];
        let whom = ["--principal", "apigateway.amazonaws.com"];
        let route = ["--source-arn", ROUTE];
        self.taken(key, &[&add[..], &what, &whom, &route].concat())
    }

    fn taken(&self, key: &AccessKey, arguments: &[&str]) -> Result<(), String> {
        let done = self.deployed.served.aws_as(key, arguments);
        if done.status.success() {
            Ok(())
        } else {
            Err(said(&done))
        }
    }

    /// A user with this policy alone.
    fn user(&mut self, policy: &Value) -> AccessKey {
        self.users += 1;
        let name = format!("connects-{}", self.users);
        let key = self.deployed.served.user(&name);
        let document = policy.to_string();
        self.deployed.served.user_may(&name, &name, &document);
        key
    }
}

#[test]
fn a_function_that_starts_renders_needs_each_right_of_a_function() {
    let proof = Proof::new();
    let root = proof.deployed.served.root();
    let whole = generate(Part::Trigger, &proof.scope).to_value();
    proof.role_may(&whole);
    let logged = |why: &str| proof.deployed.logged(FUNCTION, why, || proof.invoke());
    // What is printed is written after the answer.
    let logged_at_last = |why: &str, is_there: fn((usize, usize)) -> bool| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let streams = logged(why);
            if is_there(streams) {
                return streams;
            }
            assert!(Instant::now() < deadline, "{why}: {streams:?}");
        }
    };
    logged_at_last("whole", |(_, written)| written > 0);
    for call in of(Part::Trigger, &proof.scope) {
        for policy in &one_less(call, &proof.scope) {
            proof.role_may(policy);
            match call.without {
                Loss::Degraded(how @ "no log stream of the caller") => {
                    assert_eq!(logged(how), (0, 0));
                }
                Loss::Degraded(how @ "empty log stream of the caller") => {
                    let (_, written) = logged_at_last(how, |(added, _)| added > 0);
                    assert_eq!(written, 0, "without {}", call.action);
                }
                Loss::Step("render from a queue") => {
                    let told = proof.connect_queue(&root).expect_err(call.action);
                    let name = call.action.trim_start_matches("sqs:");
                    assert!(told.contains(&format!("to call {name} on SQS")), "{told}");
                }
                // What everybody needs who starts renders is shown elsewhere.
                _ => {}
            }
        }
    }
    proof.role_may(&whole);
    proof.connect_queue(&root).unwrap();
}

#[test]
fn whoever_connects_queues_and_apis_needs_each_right() {
    let mut proof = Proof::new();
    proof.role_may(&generate(Part::Trigger, &proof.scope).to_value());
    let scope = proof.scope.clone();
    let mut shown = 0;
    for call in of(Part::Deployer, &scope) {
        let connect = match call.without.step() {
            Some("render from a queue") => Proof::connect_queue,
            Some("render from an HTTP API") => Proof::admit_api,
            // What every deployer needs is shown elsewhere.
            _ => continue,
        };
        for policy in &one_less(call, &scope) {
            let key = proof.user(policy);
            let told = connect(&proof, &key).expect_err(call.action);
            assert!(told.contains(call.action), "{told}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2);
    let whole = proof.user(&generate(Part::Deployer, &scope).to_value());
    proof.connect_queue(&whole).unwrap();
    proof.admit_api(&whole).unwrap();
}
