//! npm's client of Remotion Lambda, unmodified, with a public bucket of its own making: bucket, site, functions.

use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Place, Running, said};
use crate::snippets::folder;

/// The cloud that the client finds by AWS's variables.
struct Served {
    place: Place,
    cloud: Running,
    told: Value,
}

impl Served {
    fn start() -> Self {
        let place = Place::new();
        let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
        let line = cloud.lines().next().expect("it tells where it listens");
        let told = serde_json::from_str(&line).unwrap();
        Self { place, cloud, told }
    }

    /// What the client told of its steps.
    fn official(&self, what: &str, more: &[&Path]) -> Value {
        let mut node = Command::new("node");
        node.arg(folder().join("official.mjs"))
            .arg(what)
            .args(more)
            .current_dir(self.place.path("."));
        for (name, value) in self.told["environment"].as_object().unwrap() {
            node.env(name, value.as_str().unwrap());
        }
        let done = node.output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let text = String::from_utf8(done.stdout).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }
}

#[test]
fn the_official_client_deploys_lists_and_deletes() {
    let served = Served::start();
    let buckets = served.official("bucket", &[]);
    let regions = buckets["regions"].as_array().unwrap();
    assert!(regions.contains(&json!("us-east-1")), "{regions:?}");
    let name = buckets["made"]["bucketName"].as_str().unwrap();
    assert!(name.starts_with("remotionlambda-useast1-"), "{name}");
    assert_eq!(buckets["made"]["alreadyExisted"], false);
    assert_eq!(
        (
            &buckets["again"]["bucketName"],
            &buckets["again"]["alreadyExisted"]
        ),
        (&json!(name), &json!(true))
    );

    // Its bucket is found, and stays as it needs it.
    let deploy = ["functions", "deploy", "--public", "--json"];
    let done = served.place.command(deploy).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let deployed: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(deployed["bucket"], name);

    let told = served.official("site", &[&folder().join("project")]);
    let url = format!("https://{name}.s3.us-east-1.amazonaws.com/sites/square/index.html");
    assert_eq!(told["first"]["serveUrl"], url);
    let files = told["first"]["stats"]["uploadedFiles"].as_u64().unwrap();
    assert!(files >= 3, "{told}");
    assert_eq!(
        told["again"]["stats"],
        json!({ "uploadedFiles": 0, "deletedFiles": 0, "untouchedFiles": files })
    );
    let sites = told["sites"]["sites"].as_array().unwrap();
    assert_eq!((sites.len(), &sites[0]["id"]), (1, &json!("square")));
    assert_eq!(sites[0]["serveUrl"], url);
    let functions = told["functions"].as_array().unwrap();
    assert_eq!(functions.len(), 1, "{told}");
    assert_eq!(functions[0]["functionName"], deployed["function"]);
    assert_eq!(
        (&functions[0]["memorySizeInMb"], &functions[0]["version"]),
        (&json!(2048), &json!("4.0.527"))
    );

    // Everybody reads sites, and nobody lists.
    assert_eq!(
        told["seen"],
        json!({ "page": 200, "script": 200, "listing": 403 })
    );

    // The address that it told is a site to render from, though its files are named from the root of AWS's host.
    let image = served.place.path("square.png");
    let mut still = served.place.command(["still", url.as_str(), "Square"]);
    let done = still.arg(&image).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let pixels = pixels(&image);
    assert_eq!(pixels.len(), 64 * 64);
    assert!(pixels.iter().all(|pixel| *pixel == [0x0b, 0x84, 0xf3]));

    let told = served.official("delete", &[]);
    assert!(
        told["deleted"]["totalSizeInBytes"].as_u64().unwrap() > 0,
        "{told}"
    );
    assert_eq!(told["left"]["sites"], json!([]));
    served.cloud.signal(Signal::SIGINT);
    served.cloud.wait();
}

/// Red, green and blue of an image's points.
fn pixels(image: &Path) -> Vec<[u8; 3]> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-i"]).arg(image);
    let raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
    let done = ffmpeg.args(raw).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let (points, []) = done.stdout.as_chunks() else {
        panic!("{} bytes", done.stdout.len())
    };
    points.to_vec()
}
