//! The whole life of a project, each part with its generated policy alone.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use client::credentials::AccessKey;
use client::{Client, Installation, OutputFile, OutputLocation};
use cloud::{Outcome, Record, RecordedDecision};
use deploy::Account;
use deploy::calls::{Call, Part, Scope, of, table};
use deploy::functions::Package;
use deploy::policy::generate;
use deploy::provision::{ClipWanted, provision_clip};
use serde_json::Value;

use super::{FINISHED, FUNCTION, KEY, RENDER_ROLE, encrypt};
use crate::harness::{Place, clip_zip, copy_folder, function_zip, said, site, venv};
use crate::served::{ACCOUNT, REGION, Served};

/// The parts that are users of this test, which have the part's name.
const USERS: [Part; 5] = [
    Part::Deployer,
    Part::Trigger,
    Part::Viewer,
    Part::ClipInvoker,
    Part::Cleanup,
];

/// Rows of these parts that are called where something goes wrong, or is cancelled, and those that S3 asks about and
/// nobody calls, where something is missing: not in this life.
fn is_of_another_life(call: &Call) -> bool {
    let words = call.without.to_string();
    call.action == "s3:AbortMultipartUpload"
        || ["cancel", "403 in place of 404"]
            .iter()
            .any(|other| words.contains(other))
}

/// A project and the users around it.
struct Project {
    served: Served,
    scope: Scope,
    keys: HashMap<Part, AccessKey>,
    bucket: String,
}

impl Project {
    fn new() -> Self {
        let served = Served::start(Place::new(), &[]);
        let mut scope = Scope::new("aws", ACCOUNT, REGION);
        // The machine has Chrome and ffmpeg.
        scope.package_layers = false;
        scope.other_service = false;
        scope.output = Some(super::finished());
        scope.kms_key = Some(KEY.to_owned());
        let user = |part: Part| {
            let key = served.user(part.name());
            served.user_may(part.name(), part.name(), &generate(part, &scope).to_json());
            (part, key)
        };
        let keys = USERS.into_iter().map(user).collect();
        Self {
            served,
            scope,
            keys,
            bucket: String::new(),
        }
    }

    /// The last object that a command of `part` prints; it must succeed.
    #[track_caller]
    fn done(&self, part: Part, arguments: &[&str]) -> Value {
        succeeds(&mut self.as_part(part, arguments))
    }

    fn as_part(&self, part: Part, arguments: &[&str]) -> Command {
        self.served
            .command(&self.keys[&part], arguments.iter().copied())
    }

    fn path(&self, name: &str) -> String {
        self.served.place.path(name).display().to_string()
    }

    /// Fetches an object by a URL that `part` signs.
    fn fetched(&self, part: Part, bucket: &str, key: &str, to: &str) {
        let installation = Installation {
            function: FUNCTION.parse().unwrap(),
            bucket: self.bucket.as_str().into(),
            account: ACCOUNT.to_owned(),
        };
        let config = self.served.config(self.keys[&part].clone());
        let location = OutputLocation {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        };
        let file = OutputFile::new(self.served.place.path(to), false).unwrap();
        let fetched = async {
            let client = Client::new(&config, installation);
            client.fetch(&location, &file, |_| {}).await
        };
        assert!(self.served.wait(fetched).unwrap() > 1_000);
    }

    fn deploy(&mut self) {
        let served = &self.served;
        let root = served.root();
        served.aws(&["s3api", "create-bucket", "--bucket", FINISHED]);
        let setup = [
            "permissions",
            "setup",
            "--caller",
            "none",
            "--clip",
            "--yes",
        ];
        encrypt(served, FINISHED);
        let wanted = ["--output-bucket", FINISHED, "--output-prefix", "videos/"];
        let mut setup = served.command(&root, setup);
        let encrypted = ["--kms-key", KEY, "--no-other-service"];
        succeeds(setup.args(wanted).args(encrypted));

        let package = large_package(&served.place.path("package"), 1);
        let deploy = ["functions", "deploy", "--package", package.as_str()];
        let deployed = self.done(Part::Deployer, &deploy);
        let bucket = deployed["bucket"].as_str().unwrap().to_owned();
        let changes = deployed["changes"].to_string();
        assert!(changes.contains("package render-function"), "{changes}");
        encrypt(served, &bucket);
        // Somebody meddles, and a new version comes.
        let resize = [
            "lambda",
            "update-function-configuration",
            "--memory-size",
            "3008",
        ];
        served.aws(&[&resize[..], &["--function-name", FUNCTION]].concat());
        large_package(&served.place.path("package"), 2);
        let again = self.done(Part::Deployer, &deploy)["changes"].to_string();
        for change in ["code updated", "configuration updated"] {
            assert!(again.contains(change), "{again}");
        }
        self.done(Part::Deployer, &["functions", "ls"]);
        self.done(Part::Deployer, &["quotas"]);
        self.done(Part::Deployer, &["quotas", "increase", "--to", "7000"]);
        self.done(Part::Deployer, &["doctor"]);
        // The render role is somebody else's to look at: what is not checked is no failure.
        let check = ["permissions", "check", "--part", "deployer"];
        self.done(
            Part::Deployer,
            &[&check[..], &["--no-package-layers"]].concat(),
        );
        self.bucket = bucket;
    }

    fn upload_site(&self) -> Value {
        let folder = self.path("bundle");
        let create = ["sites", "create", "--site-name", "film", &folder];
        self.done(Part::Deployer, &create)
    }

    fn create_site(&self) {
        let bundle = self.served.place.path("bundle");
        copy_folder(&site(), &bundle);
        self.upload_site();
        // What no version has goes with the next.
        let stray = ["s3api", "put-object", "--key", "sites/film/stray.txt"];
        self.served
            .aws(&[&stray[..], &["--bucket", &self.bucket]].concat());
        // And what somebody made public is no longer.
        self.served.aws(&[
            "s3api",
            "delete-public-access-block",
            "--bucket",
            &self.bucket,
        ]);
        std::fs::write(bundle.join("public/new.txt"), "new").unwrap();
        let changed = self.upload_site();
        assert_eq!(changed["upload"]["removed"], 1, "{changed}");
    }

    /// Renders, and returns the id of a render whose output lies in the render bucket.
    fn render(&self) -> String {
        let frames = ["--frames", "0-11"];
        let render = |more: &[&str]| {
            let arguments = [&["render", "film", "Hold"][..], more, &frames].concat();
            self.done(Part::Trigger, &arguments)
        };
        let first = render(&[&self.path("first.mp4"), "--keep-logs"]);
        let id = first["renderId"].as_str().unwrap().to_owned();
        let props = self.served.place.path("large.json");
        std::fs::write(&props, format!(r#"{{"large":"{}"}}"#, "x".repeat(300_000))).unwrap();
        let large = format!("--props=@{}", props.display());
        render(&[&self.path("large.mp4"), &large]);
        let there = ["--out-bucket", FINISHED, "--out-key", "videos/film.mp4"];
        render(&there);
        // What is there is looked at, and stays.
        let mut again = self.as_part(Part::Trigger, &["render", "film", "Hold"]);
        let again = again.args(there).args(frames).output().unwrap();
        assert_eq!(again.status.code(), Some(1), "{}", said(&again));
        self.done(Part::Trigger, &["compositions", "film"]);
        self.done(
            Part::Trigger,
            &["still", "film", "Hold", &self.path("a.png")],
        );
        assert_eq!(self.done(Part::Trigger, &["progress", &id])["done"], true);
        self.fetched(Part::Trigger, FINISHED, "videos/film.mp4", "theirs.mp4");
        // Other clients name no bucket.
        let payload = r#"{"type":"compositions","version":"4.0.527","serveUrl":"film"}"#;
        let out = self.path("answer.json");
        let invoke = ["lambda", "invoke", "--function-name", FUNCTION];
        let raw = ["--payload", payload];
        self.served
            .aws(&[&invoke[..], &raw, &[out.as_str()]].concat());
        let answer = std::fs::read_to_string(out).unwrap();
        assert!(answer.contains("Hold"), "{answer}");
        id
    }

    fn clip(&self, render: &str) {
        let root = self.served.config(self.served.root());
        let wanted = ClipWanted {
            package: Package::of_code(&clip_zip()).unwrap(),
            source: None,
        };
        self.served.wait(async {
            let account = Account::open(&root).await.unwrap();
            provision_clip(&account, &wanted).await.unwrap();
        });
        let out = self.path("clip.mp4");
        let cut = ["clip", render, out.as_str(), "--from", "0", "--to", "0.2"];
        let bucket = ["--bucket", self.bucket.as_str()];
        self.done(Part::ClipInvoker, &[&cut[..], &bucket].concat());
    }

    fn clean_up(&self) {
        // Props that no render took.
        let left = ["s3api", "put-object", "--key", "input-props/left.json"];
        self.served
            .aws(&[&left[..], &["--bucket", &self.bucket]].concat());
        self.done(Part::Cleanup, &["functions", "ls"]);
        self.done(Part::Cleanup, &["sites", "rm", "film"]);
        let removed = self.done(Part::Cleanup, &["functions", "rm", FUNCTION, "--with-logs"]);
        assert_eq!(removed["logs"], true, "{removed}");
        // A site that is there goes with its bucket.
        self.upload_site();
        self.done(
            Part::Cleanup,
            &["buckets", "rm", &self.bucket, "--with-objects"],
        );
    }

    /// What the recorded caller plays here, and its name where it is a user.
    fn parts_of(&self, record: &Record) -> (Vec<Part>, String) {
        let arn = record.principal.arn.as_deref().unwrap_or_default();
        let resource = arn.rsplit(':').next().unwrap_or_default();
        let mut words = resource.split('/');
        match (words.next(), words.next()) {
            (Some("user"), Some(name)) => {
                // The cloud's own administrator has the name of a part, too.
                let part = USERS.into_iter().filter(|part| part.name() == name);
                (part.collect(), name.to_owned())
            }
            (Some("assumed-role"), Some(RENDER_ROLE)) => (
                vec![Part::RenderFunction, Part::OutputWriter],
                String::new(),
            ),
            (Some("assumed-role"), Some("framewright-clip-role")) => {
                (vec![Part::ClipFunction], String::new())
            }
            _ => (Vec::new(), String::new()),
        }
    }
}

/// The last object that a command prints; it must succeed.
#[track_caller]
pub(super) fn succeeds(command: &mut Command) -> Value {
    let done = command.arg("--json").output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let last = text.lines().last();
    serde_json::from_str(last.unwrap_or("null")).unwrap()
}

/// A package that passes through the bucket, since it is too large for a request. Returns its folder.
pub(super) fn large_package(folder: &Path, version: u8) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let zip = folder.join("render-function.zip");
    std::fs::copy(function_zip(), &zip).unwrap();
    let padding = "import os, sys, zipfile\n\
        with zipfile.ZipFile(sys.argv[1], 'a', zipfile.ZIP_STORED) as zip:\n\
        \x20   zip.writestr('padding-' + sys.argv[2], os.urandom(51 << 20))\n";
    let padded = Command::new(venv().join("bin/python3"))
        .args(["-c", padding])
        .arg(&zip)
        .arg(version.to_string())
        .output()
        .unwrap();
    assert!(padded.status.success(), "{}", said(&padded));
    folder.display().to_string()
}

/// Whether `pattern`, in which `*` stands for anything, covers `text`.
fn covers(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            let ends = (0..=left.len()).filter(|at| left.is_char_boundary(*at));
            ends.into_iter().any(|at| covers(rest, &left[at..]))
        }),
    }
}

/// Whether the row is about this decision of this call.
fn is_about(
    call: &Call,
    scope: &Scope,
    user: &str,
    event: &str,
    decision: &RecordedDecision,
) -> bool {
    let patterns = call.resource.arns(scope).into_iter();
    let mut patterns = patterns.map(|pattern| pattern.replace("${aws:username}", user));
    call.action == decision.action
        && call.operations.contains(&event)
        && patterns.any(|pattern| covers(&pattern, &decision.resource))
}

#[test]
fn a_project_lives_on_generated_policies_and_calls_what_the_table_says() {
    let mut project = Project::new();
    project.deploy();
    project.create_site();
    let render = project.render();
    let out = format!("renders/{render}/out.mp4");
    project.fetched(Part::Viewer, &project.bucket, &out, "seen.mp4");
    project.fetched(Part::Viewer, FINISHED, "videos/film.mp4", "seen-there.mp4");
    project.clip(&render);
    project.clean_up();

    let scope = &project.scope;
    let mut called: Vec<&Call> = Vec::new();
    let mut lacking = Vec::new();
    for record in project.served.events(None) {
        let (parts, user) = project.parts_of(&record);
        let event = record.event_name.as_deref().unwrap_or_default();
        if parts.is_empty() {
            continue;
        }
        for decision in &record.decisions {
            let about = |call: &&Call| is_about(call, scope, &user, event, decision);
            let rows: Vec<_> = parts
                .iter()
                .flat_map(|part| of(*part, scope).filter(about))
                .collect();
            // What is tried and may be denied is a call of whoever is allowed it.
            let is_tried = decision.outcome != Outcome::Allowed && table().any(|call| about(&call));
            if rows.is_empty() && !is_tried {
                lacking.push(format!("{parts:?}: {event} {decision:?}"));
            }
            called.extend(rows);
        }
    }
    assert!(lacking.is_empty(), "the table lacks {lacking:#?}");
    let roles = [Part::RenderFunction, Part::OutputWriter, Part::ClipFunction];
    let rows = USERS
        .into_iter()
        .chain(roles)
        .flat_map(|part| of(part, scope));
    let never: Vec<_> = rows
        .filter(|row| !called.contains(row) && !is_of_another_life(row))
        .map(|row| (row.part, row.action, row.resource))
        .collect();
    assert!(never.is_empty(), "these rows are never called: {never:#?}");
}
