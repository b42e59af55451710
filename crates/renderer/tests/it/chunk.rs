//! Frames become a file.

use crate::{Bench, PATIENCE};
use protocol::FrameRange;
use renderer::{ChunkError, Event, PageError, Scale};
use std::num::NonZeroU32;
use std::process::Command;
use tokio_util::sync::CancellationToken;

/// The MD5 of each decoded frame of a video, without time stamps.
fn frame_hashes(video: &std::path::Path) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(video)
        .args(["-f", "framemd5", "-"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit(',').next().unwrap().trim().to_owned())
        .collect()
}

#[tokio::test]
async fn frames_that_rest_are_repeated_and_every_frame_is_told() {
    let mut bench = Bench::new().await;
    let request = bench.request("Hold", 15, 40).await;
    let chunk = bench.render(&request).await.unwrap();
    assert_eq!(chunk.frames, request.frames);
    assert_eq!(chunk.video.frames, 26);
    assert!(chunk.timings.repeated >= 18, "{:?}", chunk.timings);
    assert!(chunk.audio.frames.is_empty() && chunk.inline_audio.is_none());
    let captured: Vec<(u32, u32)> = bench
        .past()
        .iter()
        .filter_map(|event| match event {
            Event::FrameCaptured { frame, captured } => Some((*frame, *captured)),
            _ => None,
        })
        .collect();
    assert_eq!(
        captured,
        (0..26).map(|n| (15 + n, n + 1)).collect::<Vec<_>>()
    );
    assert_eq!(frame_hashes(&chunk.video.path).len(), 26);
}

#[tokio::test]
async fn a_warm_renderer_repeats_itself_exactly() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Chart", 100, 105).await;
    let first = bench.render(&request).await.unwrap();
    request.destination = bench.folder.path().join("again.mp4");
    let again = bench.render(&request).await.unwrap();
    assert_eq!(
        frame_hashes(&first.video.path),
        frame_hashes(&again.video.path)
    );
}

#[tokio::test]
async fn every_second_frame_at_half_the_size() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Hold", 0, 8).await;
    request.every_nth_frame = NonZeroU32::new(2).unwrap();
    request.scale = Scale::new(0.5).unwrap();
    let chunk = bench.render(&request).await.unwrap();
    assert_eq!(chunk.video.frames, 5);
    assert_eq!(chunk.frames, FrameRange::new(0, 8).unwrap());
    let probe = Command::new("ffmpeg")
        .arg("-i")
        .arg(&chunk.video.path)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&probe.stderr).into_owned();
    assert!(
        told.contains("640x360") && told.contains("15 fps"),
        "{told}"
    );
}

#[tokio::test]
async fn a_stop_leaves_the_frames_so_far() {
    let mut bench = Bench::new().await;
    let request = bench.request("Chart", 10, 200).await;
    let stop = CancellationToken::new();
    let Bench {
        renderer,
        events,
        received,
        ..
    } = &mut bench;
    let stopping = async {
        loop {
            if let Some(Event::FrameCaptured { captured: 4, .. }) = received.recv().await {
                stop.cancel();
                return std::future::pending::<()>().await;
            }
        }
    };
    let chunk = tokio::select! {
        chunk = renderer.chunk(&request, events, &stop) => chunk.unwrap(),
        () = stopping => unreachable!(),
    };
    assert_eq!(chunk.frames.first(), 10);
    assert!((13..20).contains(&chunk.frames.last()), "{}", chunk.frames);
    assert_eq!(chunk.video.frames, u64::from(chunk.frames.last() - 9));
    assert_eq!(
        frame_hashes(&chunk.video.path).len() as u64,
        chunk.video.frames
    );

    let before_the_first = CancellationToken::new();
    before_the_first.cancel();
    let error = renderer
        .chunk(&request, events, &before_the_first)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ChunkError::Page(PageError::Stopped)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_range_outside_the_composition_is_refused() {
    let mut bench = Bench::new().await;
    let request = bench.request("Hold", 290, 300).await;
    let error = bench.render(&request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "frame 300 is outside composition `Hold`, whose frames are 0-299"
    );
}

#[tokio::test]
async fn a_video_is_drawn_frame_by_frame() {
    let mut bench = Bench::new().await;
    let request = bench.request("Clip", 30, 36).await;
    let chunk = tokio::time::timeout(PATIENCE, bench.render(&request))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(chunk.video.frames, 7);
    // The test pattern moves on every frame.
    let mut hashes = frame_hashes(&chunk.video.path);
    hashes.dedup();
    assert_eq!(hashes.len(), 7);
}
