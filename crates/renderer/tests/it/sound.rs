//! What the frames of a chunk sound like.

use crate::Bench;
use protocol::audio::{AssetSource, MediaKind};

#[tokio::test]
async fn every_frame_tells_what_is_heard_in_it() {
    let mut bench = Bench::new().await;
    let request = bench.request("Sounds", 20, 32).await;
    let chunk = bench.render(&request).await.unwrap();
    let frames = &chunk.audio.frames;
    assert_eq!(
        frames.iter().map(|frame| frame.frame).collect::<Vec<_>>(),
        (20..=32).collect::<Vec<_>>()
    );
    let site = |path: &str| AssetSource::Site(path.to_owned());
    // The second source starts at frame 25.
    assert_eq!(frames[4].assets.len(), 1);
    assert_eq!(frames[5].assets.len(), 2);
    let music = &frames[5].assets[0];
    assert_eq!(
        (&music.source, music.kind),
        (&site("public/music.mp3"), MediaKind::Audio)
    );
    assert_eq!((music.playback_rate, music.media_frame), (1.5, 25.0));
    assert!(
        (music.volume - 25.0 / 60.0 * 0.8).abs() < 1e-9,
        "{}",
        music.volume
    );
    let clip = &frames[5].assets[1];
    assert_eq!(
        (&clip.source, clip.audio_start_frame),
        (&site("public/clip.mp4"), 15.0)
    );
    assert_eq!(frames[5].assets[0].id, frames[12].assets[0].id);
}

#[tokio::test]
async fn a_video_is_heard_too_and_a_muted_chunk_is_silent() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Clip", 0, 1).await;
    let chunk = bench.render(&request).await.unwrap();
    let heard: Vec<(MediaKind, f64)> = chunk.audio.frames[1]
        .assets
        .iter()
        .map(|asset| (asset.kind, asset.volume))
        .collect();
    assert!(
        heard.contains(&(MediaKind::Video, 1.0)) && heard.contains(&(MediaKind::Audio, 0.4)),
        "{heard:?}"
    );
    request.sample_rate = None;
    let silent = bench.render(&request).await.unwrap();
    assert!(silent.audio.frames.is_empty());
}
