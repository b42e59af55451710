//! What is left of the system when it has the generated policies alone, and when it has one right less.

mod caller;
mod clips;
mod function;
mod insights;
#[path = "../../../../deploy/tests/permissions/one_less/lacking.rs"]
mod lacking;
mod life;
mod outputs;
mod pasted;
mod triggers;

use std::path::Path;
use std::process::{Command, Output};

use client::Installation;
use client::credentials::AccessKey;
use deploy::calls::{Part, Scope};
use deploy::policy::generate;
pub(crate) use lacking::one_less;
use serde_json::{Value, json};

use crate::harness::{Place, decided, said};
use crate::served::{ACCOUNT, REGION, Served};

const CALLER: &str = "least";
const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";
const RENDER_ROLE: &str = "remotion-lambda-role";
const RENDER_POLICY: &str = "remotion-lambda-policy";

/// The KMS key that buckets may have.
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const LAMBDA_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// A bucket besides the render bucket that finished videos are written to.
const FINISHED: &str = "finished-videos";

/// A cloud with a function, a bucket and a site, and a user who may render.
pub(crate) struct Deployed {
    pub(crate) served: Served,
    pub(crate) scope: Scope,
    pub(crate) site: String,
    caller: AccessKey,
    renders: usize,
}

impl Deployed {
    /// With a render bucket that a KMS key encrypts.
    pub(crate) fn new() -> Self {
        let mut deployed = Self::without_key();
        encrypt(&deployed.served, &deployed.scope.bucket);
        deployed.scope.kms_key = Some(KEY.to_owned());
        deployed.give_all_rights();
        deployed
    }

    /// With a render bucket that nobody needs a key for.
    fn without_key() -> Self {
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
        deployed.give_all_rights();
        deployed
    }

    fn give_all_rights(&self) {
        self.caller_may(&generate(Part::Trigger, &self.scope).to_json());
        self.function_may(&generate(Part::RenderFunction, &self.scope).to_json());
    }

    fn caller_may(&self, document: &str) {
        self.user_may(CALLER, document);
    }

    /// Replaces what a user may do.
    fn user_may(&self, user: &str, document: &str) {
        let put = self.served.iam().put_user_policy().user_name(user);
        let put = put.policy_name("least").policy_document(document);
        self.served.wait(put.send()).unwrap();
    }

    fn function_may(&self, document: &str) {
        self.served.role_may(RENDER_ROLE, RENDER_POLICY, document);
    }

    /// Where the render bucket is, and who renders.
    fn installation(&self) -> Installation {
        Installation {
            function: FUNCTION.parse().unwrap(),
            bucket: self.scope.bucket.as_str().into(),
            account: ACCOUNT.to_owned(),
        }
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
    /// The log streams of a function: all, and those with events.
    fn log_streams(&self, function: &str) -> (usize, usize) {
        let served = &self.served;
        let logs = aws_sdk_cloudwatchlogs::Client::new(&served.config(served.root()));
        let group = format!("/aws/lambda/{function}");
        let told = logs.describe_log_streams().log_group_name(group).send();
        let told = served.wait(told).unwrap();
        let streams = told.log_streams();
        let written = streams
            .iter()
            .filter(|stream| stream.last_event_timestamp().is_some());
        (streams.len(), written.count())
    }

    /// Lets `use_it` have new execution environments of a function, and returns the log streams that come of it.
    fn logged(&self, function: &str, why: &str, use_it: impl FnOnce()) -> (usize, usize) {
        let served = &self.served;
        let lambda = aws_sdk_lambda::Client::new(&served.config(served.root()));
        let update = lambda.update_function_configuration();
        let update = update.function_name(function).description(why);
        served.wait(update.send()).unwrap();
        let before = self.log_streams(function);
        use_it();
        let after = self.log_streams(function);
        (after.0 - before.0, after.1 - before.1)
    }

    /// Uploads to `bucket` that began and neither completed nor were aborted.
    fn unfinished_uploads(&self, bucket: &str) -> usize {
        let list = ["s3api", "list-multipart-uploads", "--bucket", bucket];
        let told = self.served.aws(&list);
        told["Uploads"].as_array().map_or(0, Vec::len)
    }

    /// How many uploads in parts of objects have begun in whose ARN `name` is.
    fn begun_uploads(&self, name: &str) -> usize {
        let events = self.served.events(None);
        let begun = events.iter().filter(|event| {
            let mut decisions = event.decisions.iter();
            event.event_name.as_deref() == Some("CreateMultipartUpload")
                && decisions.any(|one| one.resource.contains(name))
        });
        begun.count()
    }
}

/// Has what is written into a bucket from now on encrypted.
fn encrypt(served: &Served, bucket: &str) {
    let default = json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY });
    let rules = json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": default }] });
    let put = ["s3api", "put-bucket-encryption", "--bucket", bucket];
    let with = ["--server-side-encryption-configuration", &rules.to_string()];
    served.aws(&[&put[..], &with].concat());
}

/// Makes a function of `zip`, and for it a role without a right.
fn make_function(served: &Served, name: &str, role: &str, zip: &Path, handler: &str) {
    let make = ["iam", "create-role", "--role-name", role];
    served.aws(&[&make[..], &["--assume-role-policy-document", LAMBDA_TRUST]].concat());
    let code = format!("fileb://{}", zip.display());
    let create = ["lambda", "create-function", "--function-name", name];
    let runtime = ["--runtime", "provided.al2023", "--handler", handler];
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
    let code = ["--role", &role, "--zip-file", &code, "--timeout", "30"];
    served.aws(&[&create[..], &runtime, &code].concat());
}

/// Where finished videos go.
fn finished() -> deploy::calls::Output {
    deploy::calls::Output {
        bucket: FINISHED.to_owned(),
        prefix: "videos/".to_owned(),
    }
}

/// `policy` with a statement that denies `action` on the objects `objects`, which begin with their bucket.
fn with_denial(mut policy: Value, action: &str, objects: &str, condition: &Value) -> Value {
    let denial = json!({
        "Effect": "Deny",
        "Action": action,
        "Resource": format!("arn:aws:s3:::{objects}"),
        "Condition": condition,
    });
    policy["Statement"].as_array_mut().unwrap().push(denial);
    policy
}

/// When the parts of an upload of what must not be replaced are all there, and it is to be completed.
fn at_completion() -> Value {
    json!({ "StringEquals": { "s3:if-none-match": "*" } })
}

/// Frames of which no two are alike, whose video takes several parts to upload.
const HEAVY: [&str; 8] = [
    "Photo", "--frames", "40-55", "--crf", "1", "--scale", "2", "--muted",
];

/// A denial of `action` that is told, with what to do about it.
#[track_caller]
fn tells_of(done: &Output, action: &str) {
    let text = said(done);
    assert_eq!(done.status.code(), Some(1), "{action}: {text}");
    let named = format!("not authorized to perform: {action}");
    assert!(text.contains(&named), "{action}: {text}");
    let is_explained = ["policies fix --apply", "no Allow outweighs it"]
        .iter()
        .any(|advice| text.contains(advice));
    assert!(is_explained, "{action}: {text}");
}
