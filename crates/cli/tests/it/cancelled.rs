//! `framewright cancel`: a render that is under way ends, and leaves no chunk.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, eventually, processes_mentioning, said};
use crate::stills::Aws;

fn keys(aws: &Aws, prefix: &str) -> Vec<String> {
    let buckets = aws.answer(&["s3api", "list-buckets"]);
    let bucket = buckets["Buckets"][0]["Name"].as_str().unwrap();
    let listing = ["s3api", "list-objects-v2", "--bucket", bucket, "--prefix"];
    let listed = aws.answer(&[&listing[..], &[prefix]].concat());
    let objects = listed["Contents"].as_array().cloned().unwrap_or_default();
    let key = |object: &Value| object["Key"].as_str().unwrap().to_owned();
    objects.iter().map(key).collect()
}

/// The result, which follows the steps.
fn last_line(printed: &[u8]) -> Value {
    let text = String::from_utf8_lossy(printed);
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// Programs that a renderer starts.
fn ffmpegs(place: &Place) -> usize {
    let ours = processes_mentioning(&place.path("state"));
    let is_ffmpeg = |id: &&u32| {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        name.trim() == "ffmpeg"
    };
    ours.iter().filter(is_ffmpeg).count()
}

#[test]
fn a_cancelled_render_says_so_ends_its_renderers_and_leaves_no_chunk() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("what to export");
    let aws = Aws {
        told: serde_json::from_str(&line).unwrap(),
    };
    let options = [
        "--json",
        "--frames-per-function",
        "20",
        "--concurrency",
        "2",
    ];
    let mut render = Running::start(&mut place.render("Hold", "out.mp4", &options));
    let mut lines = render.lines();
    let mut id = None;
    for line in lines.by_ref() {
        let event: Value = serde_json::from_str(&line).unwrap();
        if let Some(started) = event["renderId"].as_str() {
            id = Some(started.to_owned());
        }
        if event["chunksDone"].as_u64().unwrap_or(0) > 0 {
            break;
        }
    }
    let id = id.expect("a render id");
    let chunks = format!("renders/{id}/chunks/");
    assert!(!keys(&aws, &chunks).is_empty(), "a chunk is stored");

    let cancelled = place.command(["cancel", &id, "--json"]).output().unwrap();
    assert!(cancelled.status.success(), "{}", said(&cancelled));
    let report = last_line(&cancelled.stdout);
    assert_eq!(report["type"], "cancelled");
    assert_eq!(report["renderId"], id.as_str());

    let last_words: Vec<String> = lines.collect();
    let done = render.wait();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let told_why = last_words.iter().any(|line| line.contains("cancelled"));
    assert!(told_why, "{last_words:?}");
    assert!(!place.path("out.mp4").exists());
    eventually("the renderers' programs end", || ffmpegs(&place) == 0);
    eventually("the chunks go", || keys(&aws, &chunks).is_empty());

    let again = place.command(["cancel", &id]).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains("is over"), "{}", said(&again));
    let progress = place.command(["progress", &id, "--json"]).output().unwrap();
    assert!(progress.status.success(), "{}", said(&progress));
    let progress = last_line(&progress.stdout);
    assert_eq!(progress["fatalErrorEncountered"], true, "{progress}");
    assert_eq!(
        progress["errors"][0]["name"], "RenderCancelled",
        "{progress}"
    );
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
