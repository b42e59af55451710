//! Interrupted by its user, or killed with everything it had started: the work goes on where it was.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, eventually, processes_mentioning};
use crate::movie;

/// What an interrupted render left.
struct Interrupted {
    /// The render's id.
    id: String,
    /// The events printed after the signal.
    last_words: Vec<String>,
    status: std::process::ExitStatus,
}

/// Starts a render of Hold in six chunks, waits until one is complete, and sends `signal`.
fn interrupt(place: &Place, signal: Signal) -> Interrupted {
    let options = [
        "--json",
        "--frames-per-function",
        "50",
        "--concurrency",
        "1",
    ];
    let mut render = Running::start(&mut place.render("Hold", "out.mp4", &options));
    let mut id = None;
    let mut lines = render.lines();
    for line in lines.by_ref() {
        let event: Value = serde_json::from_str(&line).unwrap();
        if let Some(started) = event["renderId"].as_str() {
            id = Some(started.to_owned());
        }
        if event["chunksDone"]
            .as_u64()
            .is_some_and(|chunks| chunks >= 1)
        {
            break;
        }
    }
    render.signal(signal);
    Interrupted {
        id: id.expect("a render id"),
        last_words: lines.collect(),
        status: render.wait().status,
    }
}

#[test]
fn control_c_leaves_a_state_to_resume_from() {
    let place = Place::new();
    let interrupted = interrupt(&place, Signal::SIGINT);
    let (id, said) = (&interrupted.id, &interrupted.last_words);
    assert_eq!(interrupted.status.code(), Some(130), "{said:?}");
    let advice = format!("--resume {id}");
    assert!(said.iter().any(|line| line.contains(&advice)), "{said:?}");
    let leftovers = processes_mentioning(&place.path("state"));
    assert!(leftovers.is_empty(), "processes are left: {leftovers:?}");
    resumes(&place, id);
}

#[test]
fn a_killed_cloud_continues_with_the_next_command() {
    let place = Place::new();
    let id = interrupt(&place, Signal::SIGKILL).id;
    eventually("its children end", || {
        processes_mentioning(&place.path("state")).is_empty()
    });
    resumes(&place, &id);
}

fn resumes(place: &Place, id: &str) {
    let whole = place.rendered("Hold", "whole.mp4", &["--frames-per-function", "50"]);
    let resumed = place.rendered("Hold", "resumed.mp4", &["--resume", id]);
    assert_eq!(movie::frame_hashes(&resumed), movie::frame_hashes(&whole));
    assert!(movie::pcm(&resumed) == movie::pcm(&whole));
}
