//! What is left of the system when it has the generated policies alone, and when it has one right less.

mod caller;
mod function;
mod life;
mod pasted;

use std::process::{Command, Output};

use client::credentials::AccessKey;
use deploy::calls::{Call, Part, Scope, of};
use deploy::policy::{generate, of_calls};
use serde_json::Value;

use crate::harness::{Place, decided};
use crate::served::{ACCOUNT, REGION, Served};

const CALLER: &str = "least";
const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";
const RENDER_ROLE: &str = "remotion-lambda-role";
const RENDER_POLICY: &str = "remotion-lambda-policy";

/// The policies of a part that lacks one right: without its row, and with a row whose conditions do not hold.
fn one_less(call: &Call, scope: &Scope) -> Vec<Value> {
    let rest = of(call.part, scope).filter(|other| *other != call);
    let without = of_calls(rest, scope).to_value();
    if call.conditions.is_empty() {
        return vec![without];
    }
    let mut refused = of_calls([call], scope).to_value()["Statement"][0].take();
    for condition in call.conditions {
        let written = condition.written(scope);
        refused["Condition"][written.operator][&written.key] = condition.refused_value().into();
    }
    refused["Sid"] = "Refused".into();
    let mut with_refused = without.clone();
    let statements = with_refused["Statement"].as_array_mut().unwrap();
    statements.push(refused);
    vec![without, with_refused]
}

/// A cloud with a function, a bucket and a site, and a user who may render.
pub(crate) struct Deployed {
    pub(crate) served: Served,
    pub(crate) scope: Scope,
    pub(crate) site: String,
    caller: AccessKey,
    renders: usize,
}

impl Deployed {
    pub(crate) fn new() -> Self {
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
        let served = Served::start(place, &[]);
        let mut scope = Scope::new("aws", ACCOUNT, REGION);
        scope.bucket = bucket;
        let caller = served.user(CALLER);
        let deployed = Self {
            served,
            scope,
            site,
            caller,
            renders: 0,
        };
        deployed.caller_may(&generate(Part::Trigger, &deployed.scope).to_json());
        deployed.function_may(&generate(Part::RenderFunction, &deployed.scope).to_json());
        deployed
    }

    fn caller_may(&self, document: &str) {
        let put = self.served.iam().put_user_policy().user_name(CALLER);
        let put = put.policy_name("least").policy_document(document);
        self.served.wait(put.send()).unwrap();
    }

    fn function_may(&self, document: &str) {
        self.served.role_may(RENDER_ROLE, RENDER_POLICY, document);
    }

    /// `framewright` as the caller.
    fn command(&self, arguments: &[&str]) -> Command {
        let arguments = arguments.iter().copied();
        self.served.command(&self.caller, arguments)
    }

    /// Renders as the caller, into a file of this machine.
    fn render(&mut self, composition: &str, options: &[&str]) -> Output {
        self.renders += 1;
        let out = self.served.place.path(&format!("{}.mp4", self.renders));
        let mut render = self.command(&["render", self.site.as_str(), composition]);
        render.arg(out).args(options).output().unwrap()
    }

    /// The option for input props that are too large for a request.
    fn large_props(&self) -> String {
        let props = self.served.place.path("large.json");
        let large = format!(r#"{{"large":"{}"}}"#, "x".repeat(300_000));
        std::fs::write(&props, large).unwrap();
        format!("--props=@{}", props.display())
    }
}
