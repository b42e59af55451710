//! Ours against whole renders of the same bundle by the incumbent.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Place, references};

/// Chunk borders of these renders, in frames.
const FRAMES_PER_FUNCTION: usize = 75;

const LEAST: f64 = 0.98;

/// Luma SSIM of each frame of `ours` against the frame of `theirs` that is `shift` later.
fn ssim(ours: &Path, theirs: &Path, shift: usize) -> Vec<f64> {
    // Both are decoded by their tags to full-range luma before they are compared.
    let plain = "scale=in_range=auto:out_range=pc,format=gray,setpts=N";
    let graph = format!(
        "[0:v]{plain}[a];[1:v]trim=start_frame={shift},{plain}[b];[a][b]ssim=stats_file=-:shortest=1"
    );
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-loglevel", "error", "-i"])
        .arg(ours)
        .arg("-i")
        .arg(theirs);
    command.args(["-lavfi", &graph, "-f", "null", "-"]);
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = String::from_utf8(done.stdout).unwrap();
    let value = |line: &str| line.split("Y:").nth(1)?.split(' ').next()?.parse().ok();
    text.lines()
        .map(|line| value(line).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

fn compare(place: &Place, composition: &str, frames: usize, every: usize) -> (PathBuf, PathBuf) {
    let per_function = FRAMES_PER_FUNCTION.to_string();
    let ours = place.rendered(
        composition,
        &format!("{composition}.mp4"),
        &["--frames-per-function", &per_function],
    );
    let theirs = references().join(format!("{composition}.mp4"));
    let values = ssim(&ours, &theirs, 0);
    assert_eq!(values.len(), frames, "{composition}");
    for (frame, value) in values.iter().enumerate() {
        let border = frame % FRAMES_PER_FUNCTION == 0 || (frame + 1) % FRAMES_PER_FUNCTION == 0;
        if frame % every == 0 || border {
            assert!(*value >= LEAST, "{composition}, frame {frame}: {value}");
        }
    }
    (ours, theirs)
}

#[test]
fn every_frame_of_chart_is_the_incumbents() {
    let place = Place::new();
    let (ours, theirs) = compare(&place, "Chart", 300, 1);
    let shifted = ssim(&ours, &theirs, 1);
    let worst = shifted.iter().copied().fold(1.0, f64::min);
    assert!(
        worst < LEAST,
        "the check does not see a shift by one frame: {worst}"
    );
}

#[test]
fn the_other_workloads_are_the_incumbents() {
    let place = Place::new();
    for (composition, frames) in [("Title", 300), ("Photo", 300), ("Clip", 150), ("Hold", 300)] {
        compare(&place, composition, frames, 10);
    }
}
