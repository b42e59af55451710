//! Pictures become a chunk.

use crate::support::{
    card, card_ppm, deadline, decode_raw, ffmpeg, file, folder, frame_hashes, jpeg_frames, run,
    tracks,
};
use bytes::Bytes;
use media::FrameRate;
use media::encode::{ChunkEncoder, EncodeError, EncodeSettings, PictureFormat};
use std::path::Path;

/// What the renderer tells an encoder: a picture, or that it did not change.
enum Step {
    Push(Bytes),
    Repeat,
}

async fn encode(
    settings: &EncodeSettings,
    steps: impl IntoIterator<Item = Step>,
    path: &Path,
) -> u64 {
    let mut encoder = ChunkEncoder::start(&ffmpeg().await, settings, path, deadline()).unwrap();
    for step in steps {
        match step {
            Step::Push(picture) => encoder.push(picture).await.unwrap(),
            Step::Repeat => encoder.repeat().await.unwrap(),
        }
    }
    let chunk = encoder.finish().await.unwrap();
    assert_eq!(chunk.bytes, path.metadata().unwrap().len());
    chunk.frames
}

fn settings(fps: f64) -> EncodeSettings {
    EncodeSettings::new(FrameRate::new(fps).unwrap())
}

#[tokio::test]
async fn every_picture_is_one_frame_of_exact_length() {
    let folder = folder();
    for (fps, count) in [
        (30.0, 60),
        (23.976, 7),
        (29.97, 40),
        (25.0, 2),
        (60.0, 1),
        (7.0, 9),
        (0.5, 3),
    ] {
        let path = file(&folder, "chunk.mp4");
        let steps = jpeg_frames(count).into_iter().map(Step::Push);
        assert_eq!(encode(&settings(fps), steps, &path).await, count as u64);
        let [video] = &tracks(&path)[..] else {
            panic!("one track")
        };
        let frame = video.timescale as f64 / fps;
        assert!(
            (frame - frame.round()).abs() < 1e-6,
            "a frame of {fps} fps lasts {frame} ticks"
        );
        let expected: Vec<i64> = (0..count as i64)
            .map(|n| n * frame.round() as i64)
            .collect();
        assert_eq!(video.presented(), expected, "{fps} fps");
        assert!(
            video
                .durations
                .iter()
                .all(|ticks| *ticks == frame.round() as u64),
            "{fps} fps"
        );
        assert_eq!(frame_hashes(&path).len(), count);
    }
}

#[tokio::test]
async fn a_repetition_equals_the_same_picture_again() {
    let folder = folder();
    let pictures = jpeg_frames(4);
    let holds = [1, 30, 2, 8];
    let repeated = pictures.iter().zip(holds).flat_map(|(picture, hold)| {
        std::iter::once(Step::Push(picture.clone())).chain((1..hold).map(|_| Step::Repeat))
    });
    let pushed = pictures
        .iter()
        .zip(holds)
        .flat_map(|(picture, hold)| (0..hold).map(|_| Step::Push(picture.clone())));
    let mut settings = settings(30.0);
    settings.threads = std::num::NonZeroUsize::MIN;
    let (short, long) = (file(&folder, "repeated.mp4"), file(&folder, "pushed.mp4"));
    assert_eq!(encode(&settings, repeated, &short).await, 41);
    assert_eq!(encode(&settings, pushed, &long).await, 41);
    assert_eq!(
        std::fs::read(&short).unwrap(),
        std::fs::read(&long).unwrap()
    );
}

/// RGB of limited-range BT.709, by the formulas of the standard.
fn rgb_of_bt709(y: u8, cb: u8, cr: u8) -> [f64; 3] {
    let luma = (f64::from(y) - 16.0) * 255.0 / 219.0;
    let [blue, red] = [cb, cr].map(|chroma| (f64::from(chroma) - 128.0) * 255.0 / 224.0);
    let (r, b) = (luma + 1.5748 * red, luma + 1.8556 * blue);
    [r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b].map(|value| value.clamp(0.0, 255.0))
}

async fn check_card(pictures: PictureFormat, picture: Vec<u8>) {
    let folder = folder();
    let path = file(&folder, "card.mp4");
    let mut settings = settings(30.0);
    settings.pictures = pictures;
    let picture = Bytes::from(picture);
    encode(
        &settings,
        (0..5).map(|_| Step::Push(picture.clone())),
        &path,
    )
    .await;
    let shown = media::probe::probe(&ffmpeg().await, &media::Location::file(&path), deadline())
        .await
        .unwrap();
    let colour = &shown.video[0].colour;
    let tags = [
        &colour.range,
        &colour.matrix,
        &colour.primaries,
        &colour.transfer,
    ];
    assert_eq!(
        tags.map(|tag| tag.as_deref()),
        [Some("tv"), Some("bt709"), Some("bt709"), Some("bt709")]
    );
    assert_eq!(shown.video[0].pixel_format, "yuv420p");

    let raw = decode_raw(&path, "yuv420p");
    let (luma, chroma) = raw[..640 * 480 * 3 / 2].split_at(640 * 480);
    let (cb, cr) = chroma.split_at(320 * 240);
    for (index, expected) in card().into_iter().enumerate() {
        let (x, y) = (index % 8 * 80 + 40, index / 8 * 80 + 40);
        let found = rgb_of_bt709(
            luma[y * 640 + x],
            cb[y / 2 * 320 + x / 2],
            cr[y / 2 * 320 + x / 2],
        );
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(
                (found - f64::from(expected)).abs() <= 3.0,
                "patch {index}: {found} instead of {expected}"
            );
        }
    }
}

#[tokio::test]
async fn colours_of_jpeg_pictures_arrive_by_the_tags() {
    let folder = folder();
    let ppm = file(&folder, "card.ppm");
    std::fs::write(&ppm, card_ppm()).unwrap();
    let to_jpeg = "scale=out_color_matrix=bt601:out_range=pc:flags=accurate_rnd+full_chroma_int,format=yuvj420p";
    let arguments = [
        "-i",
        ppm.to_str().unwrap(),
        "-vf",
        to_jpeg,
        "-q:v",
        "2",
        "-f",
        "image2pipe",
        "-c:v",
        "mjpeg",
        "pipe:1",
    ];
    check_card(PictureFormat::Jpeg, run(arguments)).await;
}

#[tokio::test]
async fn colours_of_png_pictures_arrive_by_the_tags() {
    let folder = folder();
    let ppm = file(&folder, "card.ppm");
    std::fs::write(&ppm, card_ppm()).unwrap();
    check_card(
        PictureFormat::Png,
        run([
            "-i",
            ppm.to_str().unwrap(),
            "-f",
            "image2pipe",
            "-c:v",
            "png",
            "pipe:1",
        ]),
    )
    .await;
}

#[tokio::test]
async fn a_full_disk_a_bad_picture_and_an_empty_chunk_are_told_apart() {
    let folder = folder();
    let ffmpeg = ffmpeg().await;
    let empty = ChunkEncoder::start(
        &ffmpeg,
        &settings(30.0),
        &file(&folder, "a.mp4"),
        deadline(),
    )
    .unwrap();
    assert!(matches!(empty.finish().await, Err(EncodeError::Empty)));

    let mut early = ChunkEncoder::start(
        &ffmpeg,
        &settings(30.0),
        &file(&folder, "b.mp4"),
        deadline(),
    )
    .unwrap();
    assert!(matches!(
        early.repeat().await,
        Err(EncodeError::NothingToRepeat)
    ));

    let mut bad = ChunkEncoder::start(
        &ffmpeg,
        &settings(30.0),
        &file(&folder, "c.mp4"),
        deadline(),
    )
    .unwrap();
    let pushed = bad.push(Bytes::from_static(b"no picture")).await;
    let refused = match pushed {
        Ok(()) => bad.finish().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(refused, EncodeError::Ffmpeg { .. }), "{refused:?}");

    let mut full =
        ChunkEncoder::start(&ffmpeg, &settings(30.0), Path::new("/dev/full"), deadline()).unwrap();
    for picture in jpeg_frames(3) {
        full.push(picture).await.unwrap();
    }
    match full.finish().await.unwrap_err() {
        EncodeError::Ffmpeg { source, .. } => assert_eq!(
            source.kind(),
            Some(media::FailureKind::DiskFull),
            "{source}"
        ),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_deadline_ends_an_encoder_that_is_never_fed() {
    let folder = folder();
    let deadline = std::time::Instant::now() + std::time::Duration::from_millis(300);
    let mut encoder = ChunkEncoder::start(
        &ffmpeg().await,
        &settings(30.0),
        &file(&folder, "a.mp4"),
        deadline,
    )
    .unwrap();
    let picture = jpeg_frames(1).remove(0);
    let error = loop {
        if let Err(error) = encoder.push(picture.clone()).await {
            break error;
        }
    };
    match error {
        EncodeError::Ffmpeg { source, .. } => assert_eq!(
            source.kind(),
            Some(media::FailureKind::Deadline),
            "{source}"
        ),
        other => panic!("{other:?}"),
    }
}
