//! Rights of whoever has clips cut, and of the clip cutter.

use std::process::{Command, Output};

use client::credentials::AccessKey;
use deploy::Account;
use deploy::calls::{Loss, Part, of};
use deploy::functions::Package;
use deploy::policy::generate;
use deploy::provision::{ClipWanted, provision_clip};
use serde_json::{Value, json};

use super::{Deployed, one_less, tells_of, with_denial};
use crate::harness::{Running, clip_zip, eventually, said};

const CUTTER: &str = "ffmpeg-clip-cutter";
const CUTTER_ROLE: &str = "framewright-clip-role";
const CUTTER_POLICY: &str = "framewright-clip-policy";
const INVOKER: &str = "invoker";

/// What takes many parts to store.
const LARGE_BYTES: u64 = 200_000_000;

/// A cloud with the clip cutter, who may ask it, and a render to cut from.
struct Proof {
    deployed: Deployed,
    invoker: AccessKey,
    render: String,
    film: String,
}

impl Proof {
    fn new() -> Self {
        let mut deployed = Deployed::new();
        let done = deployed.render("Hold", &["--frames", "0-11", "--json"]);
        assert!(done.status.success(), "{}", said(&done));
        let text = String::from_utf8(done.stdout).unwrap();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let render = last["renderId"].as_str().unwrap().to_owned();
        let wanted = ClipWanted {
            package: Package::of_code(&clip_zip()).unwrap(),
            source: None,
        };
        let root = deployed.served.config(deployed.served.root());
        deployed.served.wait(async {
            let account = Account::open(&root).await.unwrap();
            provision_clip(&account, &wanted).await.unwrap();
        });
        let proof = Self {
            invoker: deployed.served.user(INVOKER),
            film: format!("s3://{}/renders/{render}/out.mp4", deployed.scope.bucket),
            deployed,
            render,
        };
        proof.restore();
        proof
    }

    /// Gives everybody all rights.
    fn restore(&self) {
        let scope = &self.deployed.scope;
        let invoker = generate(Part::ClipInvoker, scope);
        self.deployed.user_may(INVOKER, &invoker.to_json());
        self.cutter_may(&generate(Part::ClipFunction, scope).to_value());
    }

    fn cutter_may(&self, policy: &Value) {
        let document = policy.to_string();
        self.deployed
            .served
            .role_may(CUTTER_ROLE, CUTTER_POLICY, &document);
    }

    fn command(&self, input: &str, more: &[&str]) -> Command {
        let out = self.deployed.served.place.path("clip.mp4");
        let bucket = self.deployed.scope.bucket.as_str();
        let clip = ["clip", input, out.to_str().unwrap(), "--bucket", bucket];
        let mut command = self.deployed.served.command(&self.invoker, clip);
        command.args(more).arg("--overwrite");
        command
    }

    fn cut_shortly(&self, input: &str) -> Output {
        let span = ["--from", "0", "--to", "0.2"];
        self.command(input, &span).output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, input: &str) {
        let done = self.cut_shortly(input);
        assert!(done.status.success(), "{}", said(&done));
    }

    /// Whether a source that does not exist is told from one that may not be read.
    #[track_caller]
    fn tells_what_is_missing(&self) -> bool {
        let missing = format!("s3://{}/renders/none/out.mp4", self.deployed.scope.bucket);
        let done = self.cut_shortly(&missing);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        said(&done).contains("there is no such object")
    }

    /// Stores a film of which no clip is stored at once, and returns its address.
    fn put_large_film(&self) -> String {
        let path = self.deployed.served.place.path("large.mp4");
        let rate = "nal-hrd=cbr:bitrate=100000:vbv-maxrate=100000:vbv-bufsize=100000:filler=1";
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi"])
            .args(["-i", "testsrc2=s=320x180:r=30:d=20"])
            .args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "30"])
            .args(["-pix_fmt", "yuv420p", "-x264-params", rate])
            .arg(&path)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", said(&made));
        assert!(path.metadata().unwrap().len() > LARGE_BYTES);
        let address = format!("s3://{}/renders/large/out.mp4", self.deployed.scope.bucket);
        let copy = ["s3", "cp", "--quiet", path.to_str().unwrap(), &address];
        self.deployed.served.aws(&copy);
        address
    }

    /// Whether parts stay of a clip that the cutter may no longer store when some of them are there.
    #[track_caller]
    fn parts_stay(&self, film: &str, policy: &Value) -> bool {
        self.cutter_may(policy);
        let bucket = &self.deployed.scope.bucket;
        let begun = self.deployed.begun_uploads("/clips/");
        let unfinished = self.deployed.unfinished_uploads(bucket);
        // This format is stored while it is made.
        let more = ["--from", "0", "--to", "19", "--format", "fmp4"];
        let cutting = Running::start(&mut self.command(film, &more));
        eventually("a clip is being stored", || {
            self.deployed.begun_uploads("/clips/") > begun
        });
        let clips = format!("{bucket}/clips/*");
        let denied = with_denial(policy.clone(), "s3:PutObject", &clips, &json!({}));
        self.cutter_may(&denied);
        tells_of(&cutting.wait(), "s3:PutObject");
        self.deployed.unfinished_uploads(bucket) > unfinished
    }
}

#[test]
fn whoever_asks_for_clips_needs_each_right() {
    let proof = Proof::new();
    let scope = &proof.deployed.scope;
    proof.succeeds(&proof.film);
    proof.succeeds(&proof.render);
    for call in of(Part::ClipInvoker, scope) {
        for policy in one_less(call, scope) {
            proof.deployed.user_may(INVOKER, &policy.to_string());
            let before = proof.deployed.served.denials(call.action);
            match call.without.step().unwrap() {
                "clip" | "fetch the clip" | "fetch the clip from an encrypted bucket" => {
                    tells_of(&proof.cut_shortly(&proof.film), call.action);
                }
                "clip of a render" => {
                    let done = proof.cut_shortly(&proof.render);
                    let text = said(&done);
                    assert_eq!(done.status.code(), Some(1), "{text}");
                    // Whoever may not list the bucket is not told more of a render that does not exist.
                    assert!(text.contains(call.action), "{text}");
                }
                step => panic!("this test does not know how to {step}"),
            }
            assert!(proof.deployed.served.denials(call.action) > before);
        }
    }
}

#[test]
fn the_clip_cutter_needs_each_of_its_rights() {
    let proof = Proof::new();
    let scope = &proof.deployed.scope;
    let large = proof.put_large_film();
    let whole = generate(Part::ClipFunction, scope).to_value();
    let cut = || proof.succeeds(&proof.film);
    let (_, written) = proof.deployed.logged(CUTTER, "whole", cut);
    assert!(written > 0, "what is logged is written");
    assert!(proof.tells_what_is_missing());
    assert!(!proof.parts_stay(&large, &whole));
    for call in of(Part::ClipFunction, scope) {
        for policy in &one_less(call, scope) {
            proof.cutter_may(policy);
            match call.without {
                Loss::Step("clip" | "clip in an encrypted bucket") => {
                    tells_of(&proof.cut_shortly(&proof.film), call.action);
                }
                Loss::Degraded(
                    "parts of failed clips stay until a lifecycle rule removes them",
                ) => {
                    assert!(proof.parts_stay(&large, policy), "without {}", call.action);
                }
                Loss::Degraded("403 in place of 404") => {
                    assert!(!proof.tells_what_is_missing(), "without {}", call.action);
                    cut();
                }
                Loss::Degraded(how @ "no log stream") => {
                    assert_eq!(proof.deployed.logged(CUTTER, how, cut), (0, 0));
                }
                Loss::Degraded(how @ "empty log stream") => {
                    let (added, written) = proof.deployed.logged(CUTTER, how, cut);
                    assert!(added > 0 && written == 0, "without {}", call.action);
                }
                other => panic!("this test does not know how it shows that {other}"),
            }
        }
    }
}
