//! A render, from argv to mp4.

use serde_json::Value;

use crate::harness::{Place, decided, said};
use crate::movie::{self, Movie};

#[test]
fn four_chunks_are_one_exact_movie() {
    let place = Place::new();
    let file = place.rendered(
        "Hold",
        "hold.mp4",
        &["--frames-per-function", "80", "--concurrency", "2"],
    );
    let movie = movie::read(&file);
    assert_eq!((movie.width, movie.height, movie.frames), (1280, 720, 300));
    assert!((movie.seconds - 10.0).abs() < 1e-9, "{movie:?}");
    let audio = movie.audio_seconds.expect("silence is a track too");
    assert!((audio - 10.0).abs() <= 1024.0 / 48_000.0, "{movie:?}");
}

#[test]
fn options_reach_the_page_and_the_encoder() {
    let place = Place::new();
    let props = r##"{"title":"Short","seconds":1,"colour":"#2b2b52"}"##;
    let options = [
        "--props",
        props,
        "--scale",
        "0.5",
        "--muted",
        "--frames",
        "5-24",
        "--crf",
        "30",
        "--jpeg-quality",
        "60",
    ];
    let file = place.rendered("Props", "props.mp4", &options);
    let movie = movie::read(&file);
    let wanted = Movie {
        width: 320,
        height: 180,
        frames: 20,
        seconds: 20.0 / 30.0,
        audio_seconds: None,
    };
    assert!((movie.seconds - wanted.seconds).abs() < 1e-6, "{movie:?}");
    assert_eq!(
        Movie {
            seconds: wanted.seconds,
            ..movie
        },
        wanted
    );
}

#[test]
fn flat_colours_survive_within_three_of_255() {
    let place = Place::new();
    let file = place.rendered("Card", "card.mp4", &[]);
    let patches = [
        "000000", "ffffff", "808080", "ff0000", "00ff00", "0000ff", "00ffff", "ff00ff", "ffff00",
        "404040", "c0c0c0", "c86432", "3264c8", "14342b", "f4c7a1", "7a2b52",
    ];
    let picture = movie::rgb(&file, 2);
    for (index, patch) in patches.iter().enumerate() {
        let (x, y) = (index % 4 * 160 + 80, index / 4 * 180 + 90);
        let at = (y * 640 + x) * 3;
        let wanted = u32::from_str_radix(patch, 16).unwrap().to_be_bytes();
        for channel in 0..3 {
            let (seen, wanted) = (
                i32::from(picture[at + channel]),
                i32::from(wanted[channel + 1]),
            );
            assert!(
                (seen - wanted).abs() <= 3,
                "patch {patch}, channel {channel}: {seen} in place of {wanted}"
            );
        }
    }
}

#[test]
fn sound_does_not_depend_on_the_number_of_chunks() {
    let place = Place::new();
    let one = place.rendered("Sounds", "one.mp4", &["--frames-per-function", "120"]);
    let many = place.rendered("Sounds", "many.mp4", &["--frames-per-function", "10"]);
    let (one, many) = (movie::pcm(&one), movie::pcm(&many));
    assert!(one.iter().any(|&byte| byte != 0), "it is silent");
    assert!(one == many, "the same sound in 1 and in 12 chunks");
    let samples = one.len() as i64 / 4;
    assert!((samples - 4 * 48_000).abs() <= 1024, "{samples} samples");
}

/// One render with its repetition, since each takes seconds: what is printed, logged and recorded.
#[test]
fn a_render_tells_what_it_did_and_its_repetition_changes_nothing() {
    let place = Place::new();
    let done = place
        .render("Card", "card.mp4", &["--json", "--keep-logs"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    json_is_one_event_a_line(&String::from_utf8(done.stdout).unwrap());
    logs_are_whole(&std::fs::read_to_string(place.path("card.mp4.log")).unwrap());
    let events = place.events();
    only_the_two_roles_invoke(&events);

    place.rendered("Card", "again.mp4", &[]);
    nothing_changes(&place.events()[events.len()..]);
}

fn json_is_one_event_a_line(lines: &str) {
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = events.last().unwrap();
    assert_eq!(last["type"], "done", "{lines}");
    assert_eq!(last["frames"], 5, "{lines}");
    assert!(
        last["costUsd"].as_f64().is_some_and(|cost| cost > 0.0),
        "{lines}"
    );
    assert!(
        last["identity"]
            .as_str()
            .is_some_and(|arn| arn.contains("framewright-trigger-role")),
        "{lines}"
    );
}

fn logs_are_whole(logs: &str) {
    for line in [
        "method=start,composition=Card",
        "method=launch,renderId=",
        "method=renderer,renderId=",
    ] {
        assert!(logs.contains(line), "{line} is missing in\n{logs}");
    }
    let count = |line: &str| logs.matches(line).count();
    let begun = count("START RequestId: ");
    assert!(begun >= 3, "{logs}");
    assert_eq!(begun, count("REPORT RequestId: "), "{logs}");
}

fn only_the_two_roles_invoke(events: &[Value]) {
    let mut invocations = 0;
    for event in events {
        if decided(event, "lambda:InvokeFunction").next().is_none() {
            continue;
        }
        invocations += 1;
        let principal = event["principal"]["arn"].as_str().unwrap_or_default();
        let roles = [
            "assumed-role/framewright-trigger-role/",
            "assumed-role/remotion-lambda-role/",
        ];
        assert!(
            roles.iter().any(|role| principal.contains(role)),
            "{principal}"
        );
    }
    assert!(invocations > 0);
}

fn nothing_changes(events: &[Value]) {
    assert!(!events.is_empty());
    let changes = [
        "iam:Create",
        "iam:Put",
        "iam:Update",
        "lambda:Create",
        "lambda:Update",
        "s3:CreateBucket",
        "s3:PutBucket",
    ];
    for event in events {
        for change in changes {
            assert_eq!(decided(event, change).count(), 0, "{event}");
        }
    }
    let uploads = events
        .iter()
        .flat_map(|event| decided(event, "s3:PutObject"));
    let uploads = uploads.filter(|resource| resource.contains("/sites/"));
    assert_eq!(uploads.count(), 0, "nothing of the site is sent again");
}

#[test]
fn compositions_are_a_table() {
    let place = Place::new();
    let done = place
        .command(["compositions".as_ref(), crate::harness::site().as_os_str()])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let row = text.lines().find(|line| line.contains("Title")).unwrap();
    for cell in ["1920x1080", "30", "300", "10.00 s"] {
        assert!(row.contains(cell), "{cell} is missing in {row}");
    }
}
