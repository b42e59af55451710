//! Chunks and sound become the output.

use crate::server::Server;
use crate::support::{
    Track, deadline, ffmpeg, file, folder, frame_hashes, jpeg_frames, run, tracks,
};
use media::audio::{InlineAsset, PcmSpan, Timeline, TimelineBuilder};
use media::encode::{ChunkEncoder, EncodeSettings};
use media::output::{AssembleError, Assembly, Chunk, JoinError, assemble, merge, stream};
use media::{FailureKind, FrameRate, Location, Progress};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::sync::watch;

/// Encodes chunks of the given lengths, which together show a moving pattern.
async fn chunks(folder: &TempDir, fps: f64, lengths: &[usize]) -> Vec<Chunk> {
    let mut pictures = jpeg_frames(lengths.iter().sum()).into_iter();
    let mut chunks = Vec::new();
    for (index, length) in lengths.iter().enumerate() {
        let path = file(folder, &format!("it's chunk {index}.mp4"));
        let settings = EncodeSettings::new(FrameRate::new(fps).unwrap());
        let mut encoder =
            ChunkEncoder::start(&ffmpeg().await, &settings, &path, deadline()).unwrap();
        for picture in pictures.by_ref().take(*length) {
            encoder.push(picture).await.unwrap();
        }
        let frames = encoder.finish().await.unwrap().frames;
        chunks.push(Chunk {
            location: Location::file(path),
            frames,
        });
    }
    chunks
}

fn silence(fps: f64, frames: u64) -> Timeline {
    let mut builder = TimelineBuilder::new(FrameRate::new(fps).unwrap());
    (0..frames).for_each(|_| builder.push_frame([], []).unwrap());
    builder.finish()
}

async fn try_assemble(
    fps: f64,
    chunks: &[Chunk],
    sound: Option<&Timeline>,
    to: &Path,
) -> Result<Progress, AssembleError> {
    let scratch = folder();
    let assembly = Assembly {
        chunks,
        rate: FrameRate::new(fps).unwrap(),
        sound,
        metadata: &[("comment".to_owned(), "made by a test".to_owned())],
        scratch: scratch.path(),
    };
    let (publish, progress) = watch::channel(Progress::default());
    let made = assemble(&ffmpeg().await, assembly, to, deadline(), publish).await?;
    assert_eq!(made.bytes, to.metadata().unwrap().len());
    assert_eq!(made.samples, sound.map_or(0, Timeline::samples));
    let last = *progress.borrow();
    assert_eq!(last.frames, made.frames);
    Ok(last)
}

/// Every frame lasts equally long, the first at 0, and decoding times ascend.
fn check_video(video: &Track, fps: f64, frames: usize) {
    let ticks = (video.timescale as f64 / fps).round() as i64;
    let expected: Vec<i64> = (0..frames as i64).map(|frame| frame * ticks).collect();
    assert_eq!(video.presented(), expected, "{fps} fps");
    assert!(
        video.times.windows(2).all(|pair| pair[0].0 < pair[1].0),
        "{fps} fps: {:?}",
        video.times
    );
    assert!(
        video
            .times
            .iter()
            .all(|(decoded, presented)| decoded <= presented),
        "{fps} fps: {:?}",
        video.times
    );
    assert_eq!(video.shown as i64, frames as i64 * ticks, "{fps} fps");
}

fn hashes_of(chunks: &[Chunk]) -> Vec<String> {
    chunks
        .iter()
        .flat_map(|chunk| frame_hashes(Path::new(&chunk.location.to_string())))
        .collect()
}

#[tokio::test]
async fn uneven_chunks_become_one_video_of_exact_length() {
    let folder = folder();
    let cases: [(f64, &[usize]); 7] = [
        (30.0, &[97, 1, 113, 89]),
        (23.976, &[1, 2, 3, 40]),
        (29.97, &[10, 1, 1, 30]),
        (25.0, &[3, 1]),
        (60.0, &[1, 59, 61]),
        (7.0, &[5, 1, 9, 1]),
        (30.0, &[1]),
    ];
    for (fps, lengths) in cases {
        let chunks = chunks(&folder, fps, lengths).await;
        let frames: usize = lengths.iter().sum();
        let sound = silence(fps, frames as u64);
        let path = file(&folder, "out.mp4");
        try_assemble(fps, &chunks, Some(&sound), &path)
            .await
            .unwrap();
        let [video, audio] = &tracks(&path)[..] else {
            panic!("two tracks")
        };
        check_video(video, fps, frames);
        assert_eq!(frame_hashes(&path), hashes_of(&chunks), "{fps} fps");

        assert_eq!(audio.timescale, 48_000);
        let samples = (frames as f64 / fps * 48_000.0).round() as u64;
        assert!(
            audio.shown.abs_diff(samples) <= 5,
            "{fps} fps: {} of {samples} samples",
            audio.shown
        );
        assert_eq!(
            audio.times[0].1, -1024,
            "the first packet only fills the decoder"
        );
        let ends = audio.times.last().unwrap().1 + *audio.durations.last().unwrap() as i64;
        assert!(
            (ends - samples as i64).abs() < 1024,
            "{fps} fps: {ends} of {samples} samples"
        );
    }
}

#[tokio::test]
async fn three_hundred_frames_at_thirty_last_ten_seconds() {
    let folder = folder();
    let chunks = chunks(&folder, 30.0, &[97, 1, 113, 89]).await;
    let path = file(&folder, "out.mp4");
    try_assemble(30.0, &chunks, Some(&silence(30.0, 300)), &path)
        .await
        .unwrap();
    let (mp4, bytes) = re_mp4::Mp4::read_file(&path).unwrap();
    assert_eq!(
        mp4.moov.mvhd.duration,
        10 * u64::from(mp4.moov.mvhd.timescale)
    );
    let at = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"), "the index comes first");
    assert!(bytes.windows(14).any(|window| window == b"made by a test"));
    assert!(
        tracks(&path)[0]
            .times
            .iter()
            .any(|(decoded, presented)| decoded < presented),
        "frames are reordered"
    );
}

#[tokio::test]
async fn merged_chunks_are_chunks() {
    let folder = folder();
    let parts = chunks(&folder, 29.97, &[1, 20, 2, 1, 1, 30]).await;
    let (left, right) = parts.split_at(3);
    let mut groups = Vec::new();
    for (name, group) in [("left.mp4", left), ("right.mp4", right)] {
        let path = file(&folder, name);
        let merged = merge(
            &ffmpeg().await,
            group,
            FrameRate::new(29.97).unwrap(),
            &path,
            deadline(),
        )
        .await
        .unwrap();
        assert_eq!(merged.bytes, path.metadata().unwrap().len());
        groups.push(Chunk {
            location: Location::file(path),
            frames: merged.frames,
        });
    }
    let path = file(&folder, "out.mp4");
    try_assemble(29.97, &groups, None, &path).await.unwrap();
    let [video] = &tracks(&path)[..] else {
        panic!("no sound was asked for")
    };
    check_video(video, 29.97, 55);
    assert_eq!(frame_hashes(&path), hashes_of(&parts));
}

#[tokio::test]
async fn chunks_are_read_over_http_once() {
    let folder = folder();
    let mut parts = chunks(&folder, 30.0, &[20, 1, 30]).await;
    let expected = hashes_of(&parts);
    let server = Server::of(&folder);
    for (index, part) in parts.iter_mut().enumerate() {
        std::fs::rename(
            part.location.to_string(),
            file(&folder, &format!("{index}.mp4")),
        )
        .unwrap();
        part.location = server.url(&format!("{index}.mp4"));
    }
    let path = file(&folder, "out.mp4");
    try_assemble(30.0, &parts, Some(&silence(30.0, 51)), &path)
        .await
        .unwrap();
    assert_eq!(frame_hashes(&path), expected);
}

#[tokio::test]
async fn what_is_passed_on_shows_the_same_frames_in_fragments() {
    let folder = folder();
    let chunks = chunks(&folder, 30.0, &[20, 1, 30]).await;
    let path = file(&folder, "out.mp4");
    let silence = silence(30.0, 51);
    let assembly = Assembly {
        chunks: &chunks,
        rate: FrameRate::new(30.0).unwrap(),
        sound: Some(&silence),
        metadata: &[],
        scratch: folder.path(),
    };
    let sink = tokio::fs::File::create(&path).await.unwrap();
    let (publish, progress) = watch::channel(Progress::default());
    let ffmpeg = ffmpeg().await;
    let made = stream(&ffmpeg, assembly, sink, deadline(), publish).await;
    let made = made.unwrap();
    assert_eq!((made.frames, made.samples), (51, 51 * 1_600));
    assert_eq!(made.bytes, path.metadata().unwrap().len());
    assert_eq!(progress.borrow().frames, 51);
    assert_eq!(frame_hashes(&path), hashes_of(&chunks));
    let bytes = std::fs::read(&path).unwrap();
    let fragments = bytes.windows(4).filter(|name| name == b"moof").count();
    assert!(fragments >= 3, "one for each chunk: {fragments}");
}

#[tokio::test]
async fn a_sink_that_takes_no_more_ends_the_run() {
    let folder = folder();
    let chunks = chunks(&folder, 30.0, &[20, 20]).await;
    let assembly = Assembly {
        chunks: &chunks,
        rate: FrameRate::new(30.0).unwrap(),
        sound: None,
        metadata: &[],
        scratch: folder.path(),
    };
    let (sink, reader) = tokio::io::duplex(16);
    drop(reader);
    let (publish, _) = watch::channel(Progress::default());
    let ffmpeg = ffmpeg().await;
    let made = stream(&ffmpeg, assembly, sink, deadline(), publish).await;
    assert!(matches!(made, Err(AssembleError::Sink(_))));
}

#[tokio::test]
async fn sound_begins_and_ends_with_the_video() {
    let folder = folder();
    let chunks = chunks(&folder, 30.0, &[30, 31]).await;
    let clicks = [0_usize, 12_000, 61 * 1600 - 2400];
    let mut pcm = vec![0_u8; 61 * 1600 * 4];
    for (at, click) in clicks
        .iter()
        .flat_map(|click| (0..400).map(move |n| (click + n, n)))
    {
        let level = ((click as f64 * 0.3).sin() * 20_000.0) as i16;
        pcm[at * 4..at * 4 + 2].copy_from_slice(&level.to_le_bytes());
        pcm[at * 4 + 2..at * 4 + 4].copy_from_slice(&level.to_le_bytes());
    }
    std::fs::write(file(&folder, "clicks.pcm"), &pcm).unwrap();
    let mut builder = TimelineBuilder::new(FrameRate::new(30.0).unwrap());
    for frame in 0..61 {
        let span = PcmSpan {
            file: Location::file(file(&folder, "clicks.pcm")),
            offset: frame * 6400,
            samples: 1600,
        };
        builder
            .push_frame(
                [],
                [InlineAsset {
                    id: "a".to_owned(),
                    tone_frequency: 1.0,
                    pcm: span,
                }],
            )
            .unwrap();
    }
    let path = file(&folder, "out.mp4");
    try_assemble(30.0, &chunks, Some(&builder.finish()), &path)
        .await
        .unwrap();
    let decoded = run([
        "-i",
        path.to_str().unwrap(),
        "-map",
        "0:a",
        "-f",
        "s16le",
        "pipe:1",
    ]);
    let left: Vec<i16> = decoded
        .chunks_exact(4)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect();
    assert!(
        left.len().abs_diff(61 * 1600) < 1024,
        "{} samples",
        left.len()
    );
    for click in clicks {
        // The burst correlates best with itself where it lies.
        let score = |shift: i64| -> f64 {
            (0..400)
                .map(|n| {
                    (n as f64 * 0.3).sin()
                        * f64::from(
                            left.get((click as i64 + shift + n) as usize)
                                .copied()
                                .unwrap_or(0),
                        )
                })
                .sum()
        };
        let best = (-1500..1500_i64)
            .filter(|shift| click as i64 + shift >= 0)
            .max_by(|a, b| score(*a).total_cmp(&score(*b)))
            .unwrap();
        assert!(
            best.abs() <= 1,
            "the click at {click} is heard {best} samples late"
        );
    }
}

async fn fails(chunks: &[Chunk], sound: Option<&Timeline>, to: PathBuf) -> AssembleError {
    try_assemble(30.0, chunks, sound, &to).await.unwrap_err()
}

#[tokio::test]
async fn what_does_not_fit_together_is_told_apart() {
    let folder = folder();
    let chunks = chunks(&folder, 30.0, &[5, 4]).await;
    let out = || file(&folder, "out.mp4");
    assert!(matches!(
        fails(&[], None, out()).await,
        AssembleError::Video(JoinError::NoChunks)
    ));
    let short = fails(&chunks, Some(&silence(30.0, 8)), out()).await;
    assert!(
        matches!(short, AssembleError::SoundLength { sound: 8, video: 9 }),
        "{short:?}"
    );
    let mut wrong = chunks.clone();
    wrong[1].frames = 5;
    let wrong = fails(&wrong, None, out()).await;
    assert!(
        matches!(
            wrong,
            AssembleError::Video(JoinError::FrameCount {
                expected: 10,
                found: 9
            })
        ),
        "{wrong:?}"
    );
    let mut missing = chunks.clone();
    missing[1].location = Location::file(file(&folder, "nowhere.mp4"));
    assert!(matches!(
        fails(&missing, None, out()).await,
        AssembleError::Video(_)
    ));
    for sound in [None, Some(&silence(30.0, 9))] {
        match fails(&chunks, sound, PathBuf::from("/dev/full")).await {
            AssembleError::Video(JoinError::Ffmpeg(source)) => {
                assert_eq!(source.kind(), Some(FailureKind::DiskFull), "{source}");
            }
            other => panic!("{other:?}"),
        }
    }
}
