//! `framewright clip`: from argv to a file, through the packaged clip cutter under its own role.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, decided, said, venv};
use crate::movie;

/// Frames from key frame to key frame of the sources here, which have 30 a second.
const GROUP: usize = 60;

/// A cloud that is served, with the clip cutter, and objects in its bucket.
struct Studio {
    place: Place,
    cloud: Option<Running>,
    environment: Vec<(String, String)>,
    bucket: String,
}

impl Studio {
    fn open() -> Self {
        let place = Place::new();
        let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
        let line = cloud.lines().next().expect("what to export");
        let told: Value = serde_json::from_str(&line).unwrap();
        let variables = told["environment"].as_object().unwrap().iter();
        let environment = variables
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let mut studio = Self {
            place,
            cloud: Some(cloud),
            environment,
            bucket: String::new(),
        };
        // The first clip makes what a clip needs, its bucket too.
        let missing = studio.clip(&[
            "s3://remotionlambda-none/renders/x/a.mp4",
            "--from",
            "0",
            "--to",
            "1",
        ]);
        assert!(!missing.status.success(), "{}", said(&missing));
        let listed = studio.aws(&[
            "s3api",
            "list-buckets",
            "--query",
            "Buckets[0].Name",
            "--output",
            "text",
        ]);
        studio.bucket = String::from_utf8(listed.stdout).unwrap().trim().to_owned();
        assert!(
            studio.bucket.starts_with("remotionlambda-"),
            "{}",
            studio.bucket
        );
        studio
    }

    /// The AWS CLI as the cloud's administrator.
    fn aws(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(venv().join("bin/aws"));
        command.args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let done = command.output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
        done
    }

    fn put(&self, file: &Path, key: &str) -> String {
        let address = format!("s3://{}/{key}", self.bucket);
        self.aws(&["s3", "cp", "--quiet", file.to_str().unwrap(), &address]);
        address
    }

    fn clip(&self, arguments: &[&str]) -> Output {
        let mut command = self.place.command(["clip"]);
        command.args(arguments).arg("--json").output().unwrap()
    }

    /// Cuts, and returns the report.
    fn cut(&self, arguments: &[&str]) -> Value {
        let done = self.clip(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", said(&done));
        let lines = String::from_utf8(done.stdout).unwrap();
        let mut lines = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .find(|line| line["type"] == "result")
            .expect("a result")
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str], words: &[&str]) {
        let done = self.clip(arguments);
        let text = said(&done);
        assert!(matches!(done.status.code(), Some(1 | 2)), "{text}");
        for word in words {
            assert!(text.contains(word), "`{word}` is missing in\n{text}");
        }
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        if let Some(cloud) = self.cloud.take() {
            cloud.signal(Signal::SIGINT);
            cloud.wait();
        }
    }
}

/// Twenty seconds of 1080p that differ in every frame, with sound and a key frame every two seconds.
fn film(folder: &Path) -> PathBuf {
    let path = folder.join("film.mp4");
    let done = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-y"])
        .args([
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1920x1080:rate=30:duration=20",
        ])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=20",
        ])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-bf",
            "2",
            "-g",
            "60",
            "-c:a",
            "aac",
        ])
        .arg(&path)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    path
}

#[test]
fn a_film_in_s3_is_copied_and_cut_exactly() {
    let studio = Studio::open();
    let film = film(&studio.place.path("."));
    let address = studio.put(&film, "renders/film/out.mp4");
    let address = address.as_str();
    let all = movie::frame_hashes(&film);

    let out = studio.place.path("copy.mp4");
    let report = studio.cut(&[
        address,
        out.to_str().unwrap(),
        "--from",
        "75f",
        "--to",
        "00:00:06.500",
    ]);
    assert_eq!(report["key"], "clips/film/75f-6.5.mp4");
    assert_eq!(
        (&report["reencoded"], report["startsAt"].as_f64()),
        (&Value::Bool(false), Some(2.0))
    );
    let copy = movie::read(&out);
    let frames = report["frames"].as_u64().unwrap() as usize;
    assert_eq!((copy.width, copy.height, copy.frames), (1920, 1080, frames));
    assert!((195 - GROUP..=198 - GROUP).contains(&frames), "{report}");
    assert_eq!(movie::frame_hashes(&out), all[GROUP..GROUP + frames]);
    assert_eq!(
        report["bytes"].as_u64(),
        Some(std::fs::metadata(&out).unwrap().len())
    );

    let out = studio.place.path("exact.mp4");
    let report = studio.cut(&[
        address,
        out.to_str().unwrap(),
        "--from",
        "75f",
        "--to",
        "195f",
        "--exact",
    ]);
    assert_eq!(
        (&report["reencoded"], &report["frames"]),
        (&Value::Bool(true), &Value::from(120))
    );
    let exact = movie::read(&out);
    assert_eq!(exact.frames, 120);
    assert!((exact.seconds - 4.0).abs() < 0.001, "{exact:?}");
    assert!(
        (exact.audio_seconds.unwrap() - 4.0).abs() < 0.05,
        "{exact:?}"
    );
    let hashes = movie::frame_hashes(&out);
    // Encoded before the key frame at 120, copied from there on.
    assert_eq!(hashes[45..115], all[120..190]);
    let (cut, source) = (movie::rgb(&out, 0), movie::rgb(&film, 75));
    let difference = |frame: &[u8]| {
        let pairs = cut.iter().zip(frame);
        pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() as f64 / cut.len() as f64
    };
    let (own, neighbour) = (difference(&source), difference(&movie::rgb(&film, 74)));
    assert!(
        own < 3.0 && own < neighbour / 2.0,
        "{own}, its neighbour {neighbour}"
    );
    the_cutter_read_its_source_alone(&studio);
}

/// The cutter reads with its own role, and nothing but its source.
fn the_cutter_read_its_source_alone(studio: &Studio) {
    let events = studio.place.events();
    let mut reads = events.iter().filter(|event| {
        let role = event["principal"]["arn"].as_str().unwrap_or_default();
        role.contains("framewright-clip-role") && decided(event, "s3:GetObject").next().is_some()
    });
    let of_source = |event: &Value| {
        let mut resources = decided(event, "s3:GetObject");
        resources
            .all(|one| one.ends_with("/renders/film/out.mp4") || one.ends_with("/renders/x/a.mp4"))
    };
    assert!(reads.clone().count() > 2);
    assert!(reads.all(of_source));
}

#[test]
fn formats_follow_the_file_and_the_option() {
    let studio = Studio::open();
    let film = film(&studio.place.path("."));
    let address = studio.put(&film, "uploads/film.mp4");
    let address = address.as_str();
    for (name, format) in [
        ("a.mov", None),
        ("a.ts", None),
        ("b.mp4", Some("fmp4")),
        ("a.m4a", None),
        ("a.mp3", None),
    ] {
        let out = studio.place.path(name);
        let mut arguments = vec![address, out.to_str().unwrap(), "--from", "2", "--to", "4"];
        if let Some(format) = format {
            arguments.extend(["--format", format]);
        }
        let report = studio.cut(&arguments);
        let expected = format.unwrap_or(name.rsplit('.').next().unwrap());
        assert_eq!(report["format"], expected);
        let heard = movie::pcm(&out).len() as f64 / 192_000.0;
        assert!((heard - 2.0).abs() < 0.2, "{name}: {heard} s");
    }
    let default = studio.cut(&[address, "--from", "1", "--to", "3"]);
    assert!(
        default["out"]
            .as_str()
            .unwrap()
            .ends_with("out/film-1-3.mp4"),
        "{default}"
    );
    let again = ["--from", "1", "--to", "3"];
    studio.refused(&[&[address][..], &again[..]].concat(), &["exists"]);
}

#[test]
fn what_cannot_be_cut_says_why() {
    let studio = Studio::open();
    let folder = studio.place.path(".");
    let film = film(&folder);
    let address = studio.put(&film, "uploads/film.mp4");
    let address = address.as_str();
    let bytes = std::fs::read(&film).unwrap();
    let (empty, broken) = (folder.join("empty.mp4"), folder.join("broken.mp4"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let (empty, broken) = (
        studio.put(&empty, "uploads/empty.mp4"),
        studio.put(&broken, "uploads/broken.mp4"),
    );
    let seconds = ["--from", "0", "--to", "1"];
    let with = |input: &str, more: &[&str], words: &[&str]| {
        studio.refused(&[&[input][..], more].concat(), words);
    };
    with(address, &["--from", "5", "--to", "4"], &["is not before"]);
    with(
        address,
        &["--from", "30", "--to", "31"],
        &["`from` (30.000 s) is beyond the end"],
    );
    with(
        address,
        &["--from", "1", "--to", "31"],
        &["`to` (31.000 s) is beyond the end"],
    );
    with(
        address,
        &["--from", "soon", "--to", "1"],
        &["`soon` is no time"],
    );
    with(&empty, &seconds, &["the source is empty"]);
    with(&broken, &seconds, &["cannot be read as media"]);
    let missing = format!("s3://{}/renders/nothing.mp4", studio.bucket);
    with(&missing, &seconds, &["the source cannot be read"]);
    with("no id at all", &seconds, &["neither a render id"]);
    with("http://example.com/a.mp4", &seconds, &["is no https URL"]);
    for private in [
        "https://127.0.0.1/a.mp4",
        "https://[::1]/a",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/a",
    ] {
        with(private, &seconds, &["is not public"]);
    }
    with("https://localhost/a.mp4", &seconds, &["is not public"]);
}

#[test]
fn a_clip_of_a_render_is_asked_for_by_its_id() {
    let place = Place::new();
    let render = ["--frames", "0-29", "--json"];
    let done = place.render("Hold", "hold.mp4", &render).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let lines = String::from_utf8(done.stdout).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let id = last["renderId"].as_str().unwrap();
    let out = place.path("clip.mp4");
    let clip = ["clip", id, out.to_str().unwrap(), "--from", "10f"];
    let clip = place
        .command(clip)
        .args(["--to", "25f", "--exact", "--json"])
        .output()
        .unwrap();
    assert!(clip.status.success(), "{}", said(&clip));
    let lines = String::from_utf8(clip.stdout).unwrap();
    let told: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(told["key"], format!("clips/{id}/10f-25f.mp4"));
    assert_eq!(
        (&told["frames"], &told["reencoded"]),
        (&Value::from(15), &Value::Bool(true))
    );
    let (whole, cut) = (movie::read(&place.path("hold.mp4")), movie::read(&out));
    assert_eq!((whole.frames, cut.frames), (30, 15));
    assert_eq!((cut.width, cut.height), (whole.width, whole.height));

    let unknown = ["clip", "a1b2c3d4e5", "--from", "0", "--to", "1"];
    let unknown = place.command(unknown).output().unwrap();
    let text = said(&unknown);
    assert_eq!(unknown.status.code(), Some(1), "{text}");
    assert!(text.contains("there is no render `a1b2c3d4e5`"), "{text}");
}
