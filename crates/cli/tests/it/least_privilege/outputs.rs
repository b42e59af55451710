//! Rights that the render function's role has besides, where finished videos go to another bucket.

use std::process::Output;

use deploy::calls::{Loss, Part, Scope, of};
use deploy::policy::generate;
use serde_json::Value;

use super::{
    Deployed, FINISHED, HEAVY, KEY, RENDER_ROLE, at_completion, encrypt, one_less, tells_of,
    with_denial,
};
use crate::harness::said;

const POLICY: &str = "another-bucket";
const SHORT: [&str; 5] = ["Hold", "--frames", "0-1", "--scale", "0.25"];

/// A cloud with a bucket for finished videos.
struct Proof {
    deployed: Deployed,
    scope: Scope,
}

impl Proof {
    fn new() -> Self {
        // The role has the key by what this part alone gives it.
        let deployed = Deployed::without_key();
        let create = ["s3api", "create-bucket", "--bucket", FINISHED];
        deployed.served.aws(&create);
        encrypt(&deployed.served, FINISHED);
        let mut scope = deployed.scope.clone();
        scope.output = Some(super::finished());
        scope.kms_key = Some(KEY.to_owned());
        Self { deployed, scope }
    }

    /// Renders into the bucket under `key`, as `policy` lets the role.
    fn render(&self, policy: &Value, what: &[&str], key: &str) -> Output {
        let document = policy.to_string();
        self.deployed
            .served
            .role_may(RENDER_ROLE, POLICY, &document);
        let mut render = self
            .deployed
            .command(&["render", self.deployed.site.as_str()]);
        let to = ["--out-bucket", FINISHED, "--out-key", key];
        render.args(what).args(to).output().unwrap()
    }

    /// Chunks that were stored so far.
    fn chunks(&self) -> usize {
        let events = self.deployed.served.events(None);
        let decisions = events.iter().flat_map(|event| &event.decisions);
        let is_chunk = |resource: &str| resource.contains("/chunks/");
        decisions
            .filter(|one| one.action == "s3:PutObject" && is_chunk(&one.resource))
            .count()
    }

    /// Whether anything was rendered before it was seen that a video is there.
    #[track_caller]
    fn renders_in_vain(&self, policy: &Value) -> bool {
        let there = "videos/there.mp4";
        let put = ["s3api", "put-object", "--bucket", FINISHED, "--key", there];
        self.deployed.served.aws(&put);
        let before = self.chunks();
        let done = self.render(policy, &SHORT, there);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains("exist"), "{}", said(&done));
        self.chunks() > before
    }

    /// Whether parts stay of a video whose parts were taken, and whose completion was not.
    #[track_caller]
    fn parts_stay(&self, policy: &Value) -> bool {
        let objects = format!("{FINISHED}/videos/*");
        let failing = with_denial(policy.clone(), "s3:PutObject", &objects, &at_completion());
        let begun = self.deployed.begun_uploads(FINISHED);
        let unfinished = self.deployed.unfinished_uploads(FINISHED);
        let done = self.render(&failing, &HEAVY, "videos/heavy.mp4");
        tells_of(&done, "s3:PutObject");
        assert_eq!(self.deployed.begun_uploads(FINISHED), begun + 1);
        self.deployed.unfinished_uploads(FINISHED) > unfinished
    }
}

#[test]
fn a_render_into_another_bucket_needs_each_right_there() {
    let proof = Proof::new();
    let whole = generate(Part::OutputWriter, &proof.scope).to_value();
    let done = proof.render(&whole, &SHORT, "videos/film.mp4");
    assert!(done.status.success(), "{}", said(&done));
    assert!(!proof.renders_in_vain(&whole));
    assert!(!proof.parts_stay(&whole));
    for call in of(Part::OutputWriter, &proof.scope) {
        for policy in &one_less(call, &proof.scope) {
            match call.without {
                Loss::Step("render into another bucket") => {
                    let done = proof.render(policy, &SHORT, "videos/denied.mp4");
                    tells_of(&done, call.action);
                }
                Loss::Step("render into another, encrypted bucket") => {
                    let done = proof.render(policy, &HEAVY, "videos/denied.mp4");
                    tells_of(&done, call.action);
                }
                Loss::Degraded("what is there is noticed only when the video is written") => {
                    assert!(proof.renders_in_vain(policy), "without {}", call.action);
                }
                Loss::Degraded("parts of failed uploads stay in the other bucket") => {
                    assert!(proof.parts_stay(policy), "without {}", call.action);
                }
                other => panic!("this test does not know how it shows that {other}"),
            }
        }
    }
}
