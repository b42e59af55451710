//! Interrupted by its user, or killed with everything it had started: the work goes on where it was.

use std::fmt;
use std::path::Path;

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

/// How far a render has come, by the events that it prints.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// It has an id.
    Started,
    /// Some frames are rendered, and no chunk is complete.
    MidChunk,
    /// A chunk is complete.
    FirstChunk,
    /// All chunks are, and the output may be.
    AllChunks,
}

impl Stage {
    fn is_reached(self, event: &Value) -> bool {
        let count = |name: &str| event[name].as_u64().unwrap_or(0);
        match self {
            Self::Started => event["type"] == "started",
            Self::MidChunk => count("framesRendered") > 0,
            Self::FirstChunk => count("chunksDone") > 0,
            Self::AllChunks => count("chunks") > 0 && count("chunksDone") == count("chunks"),
        }
    }
}

/// Starts a render of Hold in six chunks, waits until `stage`, and sends `signal`.
fn interrupt(place: &Place, signal: Signal, stage: Stage) -> Interrupted {
    let options = [
        "--json",
        "--overwrite",
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
        if stage.is_reached(&event) {
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
    let interrupted = interrupt(&place, Signal::SIGINT, Stage::FirstChunk);
    let (id, said) = (&interrupted.id, &interrupted.last_words);
    assert_eq!(interrupted.status.code(), Some(130), "{said:?}");
    let advice = format!("--resume {id}");
    assert!(said.iter().any(|line| line.contains(&advice)), "{said:?}");
    let leftovers = processes_mentioning(&place.path("state"));
    assert!(leftovers.is_empty(), "processes are left: {leftovers:?}");
    let whole = Rendered::new(&place.rendered("Hold", "whole.mp4", &WHOLE));
    assert_eq!(resumed(&place, id), whole);
}

#[test]
fn a_cloud_killed_at_any_stage_continues_with_the_next_command() {
    let place = Place::new();
    let whole = Rendered::new(&place.rendered("Hold", "whole.mp4", &WHOLE));
    for stage in [
        Stage::Started,
        Stage::MidChunk,
        Stage::FirstChunk,
        Stage::AllChunks,
    ] {
        let id = interrupt(&place, Signal::SIGKILL, stage).id;
        eventually("its children end", || {
            processes_mentioning(&place.path("state")).is_empty()
        });
        assert_eq!(resumed(&place, &id), whole, "{stage:?}");
    }
}

const WHOLE: [&str; 2] = ["--frames-per-function", "50"];

/// What is decoded of a movie.
#[derive(PartialEq)]
struct Rendered {
    frames: Vec<String>,
    sound: Vec<u8>,
}

impl Rendered {
    fn new(file: &Path) -> Self {
        Self {
            frames: movie::frame_hashes(file),
            sound: movie::pcm(file),
        }
    }
}

impl fmt::Debug for Rendered {
    /// Sound is long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {} bytes of sound", self.frames, self.sound.len())
    }
}

fn resumed(place: &Place, id: &str) -> Rendered {
    let options = ["--overwrite", "--resume", id];
    Rendered::new(&place.rendered("Hold", "resumed.mp4", &options))
}
