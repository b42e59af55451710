//! Ours against renders of the same bundle by the incumbent, each in one process.

use std::path::{Path, PathBuf};
use std::time::Instant;

use media::{Ffmpeg, Location};

use crate::harness::{PATIENCE, Place, references};

/// Chunk borders of these renders, in frames.
const FRAMES_PER_FUNCTION: usize = 40;

/// That of the incumbent's renders: with the usual 18, x264 alone keeps two renders of a grainy photograph further apart
/// than this comparison allows.
const CRF: &str = "8";

const LEAST: f64 = 0.98;

/// Luma SSIM of each frame of `ours` against the frame of `theirs` that is `shift` later.
fn ssim(ours: &Path, theirs: &Path, shift: u64) -> Vec<f64> {
    let compared = async {
        let ffmpeg = Ffmpeg::locate().await.unwrap();
        let (ours, theirs) = (Location::file(ours), Location::file(theirs));
        let deadline = Instant::now() + PATIENCE;
        media::quality::compare(&ffmpeg, &ours, &theirs, shift, deadline).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let frames = runtime.block_on(compared).unwrap();
    frames.iter().map(|frame| frame.luma_ssim).collect()
}

fn compare(place: &Place, composition: &str, frames: usize, every: usize) -> (PathBuf, PathBuf) {
    let per_function = FRAMES_PER_FUNCTION.to_string();
    let name = format!("{composition}-{frames}.mp4");
    let range = format!("0-{}", frames - 1);
    let ours = place.rendered(
        composition,
        &name,
        &[
            "--frames",
            &range,
            "--frames-per-function",
            &per_function,
            "--crf",
            CRF,
        ],
    );
    let theirs = references().join(name);
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
    for composition in ["Title", "Photo", "Clip", "Hold"] {
        compare(&place, composition, 100, 10);
    }
}
