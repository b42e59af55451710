//! Interrupted by its user, or killed with everything it had started: the work goes on where it was.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, eventually, processes_mentioning, said};
use crate::movie;

/// Starts a render of Hold in six chunks, waits until one is complete, and sends `signal`. Returns the render's id.
fn interrupt(place: &Place, signal: Signal) -> (String, std::process::Output) {
    let options = [
        "--json",
        "--frames-per-function",
        "50",
        "--concurrency",
        "1",
    ];
    let mut render = Running::start(&mut place.render("Hold", "out.mp4", &options));
    let mut id = None;
    for line in render.lines() {
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
    (id.expect("a render id"), render.wait())
}

#[test]
fn control_c_leaves_a_state_to_resume_from() {
    let place = Place::new();
    let (id, done) = interrupt(&place, Signal::SIGINT);
    assert_eq!(done.status.code(), Some(130), "{}", said(&done));
    assert!(
        said(&done).contains(&format!("--resume {id}")),
        "{}",
        said(&done)
    );
    let leftovers = processes_mentioning(&place.path("state"));
    assert!(leftovers.is_empty(), "processes are left: {leftovers:?}");
    resumes(&place, &id);
}

#[test]
fn a_killed_cloud_continues_with_the_next_command() {
    let place = Place::new();
    let (id, _) = interrupt(&place, Signal::SIGKILL);
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
