//! Images, as other clients ask the function for them.

use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Place, Running, said, venv};

const PROPS: &str = "input-props/0123456789.json";

#[test]
fn a_still_leaves_its_progress_and_forgets_its_props() {
    let place = Place::new();
    place.rendered("Hold", "hold.mp4", &["--frames", "0-0"]);
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("what to export");
    let aws = Aws {
        told: serde_json::from_str(&line).unwrap(),
    };
    let function =
        aws.answer(&["lambda", "list-functions"])["Functions"][0]["FunctionName"].clone();
    let function = function.as_str().unwrap();
    let bucket = aws.answer(&["s3api", "list-buckets"])["Buckets"][0]["Name"].clone();
    let bucket = bucket.as_str().unwrap();
    let listed = aws.answer(&[
        "s3api",
        "list-objects-v2",
        "--bucket",
        bucket,
        "--prefix",
        "sites/",
    ]);
    let site = listed["Contents"][0]["Key"]
        .as_str()
        .unwrap()
        .split('/')
        .nth(1);
    let file = place.path("props.json");
    std::fs::write(&file, "{}").unwrap();
    let body = file.to_str().unwrap();
    aws.answer(&[
        "s3api",
        "put-object",
        "--bucket",
        bucket,
        "--key",
        PROPS,
        "--body",
        body,
    ]);

    let invoke = |payload: Value| {
        let file = place.path("answer.json");
        let payload = payload.to_string();
        let to = file.to_str().unwrap();
        let call = aws.answer(&[
            "lambda",
            "invoke",
            "--function-name",
            function,
            "--payload",
            &payload,
            to,
        ]);
        let answer: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        (call["FunctionError"].as_str().map(str::to_owned), answer)
    };
    let (failed, still) = invoke(json!({
        "type": "still", "version": "4.0.527", "composition": "Hold", "serveUrl": site, "bucketName": bucket,
        "imageFormat": "jpeg", "frame": -1, "scale": 0.5, "streamed": false,
        "inputProps": {"type": "bucket-url", "hash": "0123456789", "bucketName": bucket},
        "downloadBehavior": {"type": "download", "fileName": "a b.jpeg"},
    }));
    assert_eq!(
        (failed, &still["type"]),
        (None, &json!("success")),
        "{still}"
    );
    let id = still["renderId"].as_str().unwrap();

    let image = still["outKey"].as_str().unwrap();
    let head = aws.answer(&["s3api", "head-object", "--bucket", bucket, "--key", image]);
    assert_eq!(
        head["ContentDisposition"],
        "attachment; filename=\"a%20b.jpeg\""
    );
    let to = place.path("progress.json");
    let key = format!("renders/{id}/progress.json");
    aws.answer(&[
        "s3api",
        "get-object",
        "--bucket",
        bucket,
        "--key",
        &key,
        to.to_str().unwrap(),
    ]);
    let progress: Value = serde_json::from_slice(&std::fs::read(&to).unwrap()).unwrap();
    let metadata = &progress["renderMetadata"];
    assert_eq!(metadata["type"], "still", "{progress}");
    assert_eq!(metadata["codec"], Value::Null);
    assert_eq!(
        metadata["dimensions"],
        json!({"width": 640.0, "height": 360.0})
    );
    assert_eq!(
        (&metadata["totalChunks"], &metadata["framesPerLambda"]),
        (&json!(1), &json!(1))
    );
    let left = aws.answer(&[
        "s3api",
        "list-objects-v2",
        "--bucket",
        bucket,
        "--prefix",
        PROPS,
    ]);
    assert_eq!(left["Contents"], Value::Null, "the props are deleted");

    let (failed, answer) = invoke(json!({
        "type": "status", "version": "4.0.527", "renderId": id, "bucketName": bucket,
    }));
    assert!(failed.is_some(), "{answer}");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("You don't need to call getRenderProgress()"),
        "{message}"
    );
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

/// The AWS CLI with the keys that `cloud serve` tells.
pub(crate) struct Aws {
    pub(crate) told: Value,
}

impl Aws {
    pub(crate) fn answer(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(venv().join("bin/aws"));
        command
            .args(["--endpoint-url", self.told["endpoint"].as_str().unwrap()])
            .args(["--output", "json"])
            .args(arguments);
        for (name, value) in self.told["environment"].as_object().unwrap() {
            command.env(name, value.as_str().unwrap());
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
        let printed = if done.stdout.is_empty() {
            b"null"
        } else {
            &done.stdout[..]
        };
        serde_json::from_slice(printed).unwrap()
    }
}
