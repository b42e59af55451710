//! Clips of sources whose frames are known, read back by decoding them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use media::Location;
use media::cut::{Cut, CutError, Format, Moment, Request, Source};
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

use crate::support::{deadline, ffmpeg, folder, frame_hashes, run, tracks};

/// Frames a second of every source here but where a test says another.
const RATE: u64 = 30;
/// Frames from key frame to key frame.
const GROUP: u64 = 60;

/// Ten seconds that differ in every frame, with sound, and with frames that wait for later ones.
fn source(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let group = GROUP.to_string();
    let mut arguments = vec![
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x90:rate=30:duration=10",
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:sample_rate=48000:duration=10",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-g",
        &group,
        "-bf",
        "3",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-c:a",
        "aac",
    ];
    arguments.extend(more);
    arguments.push(path.to_str().unwrap());
    run(arguments);
    path
}

fn request(from: Moment, to: Moment, exact: bool, format: Option<Format>) -> Request {
    Request {
        from,
        to,
        exact,
        format,
    }
}

fn frames(from: u64, to: u64, exact: bool) -> Request {
    request(Moment::Frame(from), Moment::Frame(to), exact, None)
}

async fn cut(source: &Path, request: &Request) -> Result<(Cut, PathBuf), CutError> {
    let ffmpeg = ffmpeg().await;
    let location = Location::file(source);
    let opened = Source::open(&ffmpeg, location, deadline()).await?;
    let plan = opened.plan(request, deadline()).await?;
    let scratch = folder();
    let (done, _) = watch::channel(Duration::ZERO);
    let format = plan.format();
    let mut name = source.as_os_str().to_owned();
    name.push(format!(".clip.{}", format.extension()));
    let path = PathBuf::from(name);
    let cut = if format.needs_disk() {
        let (cut, indexed) = plan.write(scratch.path(), deadline(), &done).await?;
        let file = std::fs::read(&indexed.path).unwrap();
        let (start, end) = (indexed.body.start as usize, indexed.body.end as usize);
        std::fs::write(&path, [&indexed.head[..], &file[start..end]].concat()).unwrap();
        cut
    } else {
        let mut streaming = plan.stream(scratch.path(), deadline(), &done).await?;
        let mut bytes = Vec::new();
        let mut reader = streaming.bytes().await?;
        reader.read_to_end(&mut bytes).await.unwrap();
        std::fs::write(&path, bytes).unwrap();
        streaming.finish().await?
    };
    Ok((cut, path))
}

/// Frames whose pictures differ between the clip and the source from `first` on.
fn differing(source: &Path, clip: &Path, first: u64) -> Vec<usize> {
    let (all, clip) = (frame_hashes(source), frame_hashes(clip));
    let pairs = all[first as usize..].iter().zip(&clip);
    pairs
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .map(|(index, _)| index)
        .collect()
}

#[tokio::test]
async fn a_copy_begins_at_the_key_frame_before_and_has_every_frame_asked_for() {
    let folder = folder();
    let source = source(folder.path(), "a.mp4", &[]);
    for (from, to) in [(75, 200), (60, 120), (0, 1), (119, 121), (250, 300)] {
        let (cut, clip) = cut(&source, &frames(from, to, false)).await.unwrap();
        let key = from / GROUP * GROUP;
        assert!(!cut.reencoded);
        assert!(
            (cut.starts_at - key as f64 / RATE as f64).abs() < 1e-6,
            "{cut:?}"
        );
        // Not more than the frames that those before the end need.
        assert!(
            (to - key..=to - key + 5).contains(&cut.frames),
            "{from}-{to}: {cut:?}"
        );
        assert_eq!(frame_hashes(&clip).len() as u64, cut.frames);
        assert_eq!(differing(&source, &clip, key), [0; 0]);
        // The sound begins with the first of its own frames within the clip, by an edit of its own.
        let silent = folder.path().join("silent.mp4");
        let (from, to) = (clip.to_str().unwrap(), silent.to_str().unwrap());
        let exactly = ["-movie_timescale", "15360", to];
        run(["-i", from, "-c", "copy", "-an"].into_iter().chain(exactly));
        let video = &tracks(&silent)[0];
        let times = (0..cut.frames as i64).map(|frame| frame * 512);
        assert_eq!(video.timescale, 15_360);
        assert_eq!(video.presented(), times.collect::<Vec<_>>());
        assert_eq!(video.shown, cut.frames * 512);
    }
}

#[tokio::test]
async fn an_exact_cut_encodes_the_frames_around_what_it_copies_and_no_other() {
    let folder = folder();
    let source = source(folder.path(), "a.mp4", &[]);
    for (from, to) in [
        (75, 200),
        (60, 118),
        (61, 300),
        (59, 190),
        (118, 122),
        (5, 30),
    ] {
        let (cut, clip) = cut(&source, &frames(from, to, true)).await.unwrap();
        assert_eq!(cut.frames, to - from, "{from}-{to}");
        assert_eq!(frame_hashes(&clip).len() as u64, to - from, "{from}-{to}");
        assert!(
            (cut.seconds - (to - from) as f64 / 30.0).abs() < 1e-3,
            "{cut:?}"
        );
        let differing = differing(&source, &clip, from);
        let head = (GROUP - from % GROUP) % GROUP;
        let tail = to - from - 6.min(to - from);
        for frame in &differing {
            let frame = *frame as u64;
            let copies_nothing = to <= from + head || from + head + 3 >= to;
            assert!(
                frame < head || frame >= tail || copies_nothing,
                "{from}-{to}: {frame}"
            );
        }
    }
}

/// A player that takes parameter sets from the index alone decodes the same pictures.
#[tokio::test]
async fn the_index_of_an_exact_cut_holds_every_parameter_set() {
    let folder = folder();
    let source = source(folder.path(), "a.mp4", &[]);
    for format in [Format::Mp4, Format::Mov, Format::FragmentedMp4] {
        let wanted = request(Moment::Frame(75), Moment::Frame(200), true, Some(format));
        let (_, clip) = cut(&source, &wanted).await.unwrap();
        let stripped = folder.path().join("stripped.mp4");
        run([
            "-i",
            clip.to_str().unwrap(),
            "-c",
            "copy",
            "-map",
            "0:v",
            "-bsf:v",
            "filter_units=remove_types=7|8",
            stripped.to_str().unwrap(),
        ]);
        assert_eq!(frame_hashes(&stripped), frame_hashes(&clip), "{format}");
        assert_eq!(frame_hashes(&clip).len(), 125);
    }
}

#[tokio::test]
async fn the_first_frame_of_an_exact_cut_is_the_one_asked_for() {
    let folder = folder();
    let source = source(folder.path(), "a.mp4", &[]);
    let (_, clip) = cut(&source, &frames(75, 135, true)).await.unwrap();
    let ffmpeg = ffmpeg().await;
    let (clip, source) = (Location::file(&clip), Location::file(&source));
    let compared = media::quality::compare(&ffmpeg, &clip, &source, 75, deadline())
        .await
        .unwrap();
    assert_eq!(compared.len(), 60);
    // A neighbouring frame of this pattern is below 0.9.
    for frame in compared {
        assert!(frame.luma_ssim > 0.95, "{frame:?}");
    }
}

#[tokio::test]
async fn every_format_holds_the_clip() {
    let folder = folder();
    let source = source(folder.path(), "a.mp4", &[]);
    for format in Format::ALL {
        let wanted = request(
            Moment::Seconds(2.0),
            Moment::Seconds(4.0),
            false,
            Some(format),
        );
        let (cut, clip) = cut(&source, &wanted).await.unwrap();
        let text = run_probe(&clip);
        let has_video = text.contains("Video: ");
        assert_eq!(has_video, !format.is_audio(), "{format}: {text}");
        assert!(text.contains("Audio: "), "{format}: {text}");
        assert!((cut.seconds - 2.0).abs() < 0.2, "{format}: {cut:?}");
        let heard = run([
            "-i",
            clip.to_str().unwrap(),
            "-map",
            "0:a:0",
            "-f",
            "s16le",
            "-ar",
            "48000",
            "-ac",
            "1",
            "pipe:1",
        ]);
        let heard = heard.len() as f64 / 96_000.0;
        assert!((heard - 2.0).abs() < 0.25, "{format}: {heard} s of sound");
        if has_video {
            assert!((60..=64).contains(&cut.frames), "{format}: {cut:?}");
            assert_eq!(frame_hashes(&clip).len() as u64, cut.frames, "{format}");
        }
        let encodes = matches!(
            format,
            Format::WebM | Format::Mp3 | Format::Wav | Format::Flac | Format::Ogg
        );
        assert_eq!(cut.reencoded, encodes, "{format}");
    }
}

#[tokio::test]
async fn sources_without_an_index_by_time_are_cut_at_the_same_frames() {
    let folder = folder();
    for name in ["a.ts", "a.mkv"] {
        let source = source(folder.path(), name, &[]);
        for (exact, format) in [(false, None), (true, None), (true, Some(Format::Mp4))] {
            let wanted = request(Moment::Frame(75), Moment::Frame(200), exact, format);
            let (cut, clip) = cut(&source, &wanted).await.unwrap();
            let first = if exact { 75 } else { 60 };
            assert!(
                (200 - first..=205 - first).contains(&cut.frames),
                "{name} {exact}: {cut:?}"
            );
            assert_eq!(
                frame_hashes(&clip).len() as u64,
                cut.frames,
                "{name} {exact}"
            );
            let differing = differing(&source, &clip, first);
            let encoded = if exact { 45 } else { 0 };
            assert!(
                differing
                    .iter()
                    .all(|frame| *frame < encoded || *frame > 118),
                "{name}: {differing:?}"
            );
        }
    }
}

#[tokio::test]
async fn other_codecs_are_encoded_whole_for_an_exact_cut() {
    let folder = folder();
    let source = source(
        folder.path(),
        "a.mp4",
        &["-c:v", "mpeg4", "-bf", "0", "-q:v", "3"],
    );
    let (cut, clip) = cut(&source, &frames(75, 135, true)).await.unwrap();
    assert!(cut.reencoded);
    assert_eq!((cut.frames, frame_hashes(&clip).len()), (60, 60));
}

#[tokio::test]
async fn sound_alone_is_cut_between_its_own_frames() {
    let folder = folder();
    let source = folder.path().join("a.mp3");
    run([
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:duration=10",
        "-c:a",
        "libmp3lame",
        source.to_str().unwrap(),
    ]);
    let wanted = request(Moment::Seconds(2.5), Moment::Seconds(5.0), true, None);
    let (clip, _) = cut(&source, &wanted).await.unwrap();
    assert_eq!((clip.frames, clip.reencoded), (0, false));
    assert!((clip.seconds - 2.5).abs() < 0.06, "{clip:?}");
    let numbered = cut(&source, &frames(0, 10, false)).await;
    assert!(matches!(numbered, Err(CutError::NoFrames)));
    let video = request(
        Moment::Seconds(0.0),
        Moment::Seconds(1.0),
        false,
        Some(Format::Mp4),
    );
    assert!(matches!(
        cut(&source, &video).await,
        Err(CutError::NoVideo(Format::Mp4))
    ));
}

#[tokio::test]
async fn sources_that_cannot_be_cut_are_told_apart() {
    let folder = folder();
    let whole = source(folder.path(), "a.mp4", &[]);
    let sealed = folder.path().join("sealed.mp4");
    run([
        "-i",
        whole.to_str().unwrap(),
        "-c",
        "copy",
        "-encryption_scheme",
        "cenc-aes-ctr",
        "-encryption_key",
        "76a6c65c5ea762046bd749a2e632ccbb",
        "-encryption_kid",
        "a7e61c373e219033c21091fa607bf3b8",
        sealed.to_str().unwrap(),
    ]);
    let bytes = std::fs::read(&whole).unwrap();
    let (broken, empty, silent) = ["broken.mp4", "empty.mp4", "silent.mp4"]
        .map(|name| folder.path().join(name))
        .into();
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(&empty, "").unwrap();
    run([
        "-i",
        whole.to_str().unwrap(),
        "-c",
        "copy",
        "-an",
        silent.to_str().unwrap(),
    ]);
    let second = request(Moment::Seconds(0.0), Moment::Seconds(1.0), false, None);
    let refused = async |path: &Path, request: &Request| cut(path, request).await.unwrap_err();
    assert!(matches!(
        refused(&sealed, &second).await,
        CutError::Encrypted
    ));
    assert!(matches!(
        refused(&broken, &second).await,
        CutError::Unreadable(_)
    ));
    assert!(matches!(
        refused(&empty, &second).await,
        CutError::Unreadable(_)
    ));
    let sound = request(
        Moment::Seconds(0.0),
        Moment::Seconds(1.0),
        false,
        Some(Format::Mp3),
    );
    assert!(matches!(
        refused(&silent, &sound).await,
        CutError::NoAudio(Format::Mp3)
    ));
    let beyond = request(Moment::Seconds(9.0), Moment::Seconds(12.0), false, None);
    assert!(matches!(
        refused(&whole, &beyond).await,
        CutError::BeyondEnd { which: "to", .. }
    ));
    let backwards = request(Moment::Seconds(2.0), Moment::Seconds(2.0), false, None);
    assert!(matches!(
        refused(&whole, &backwards).await,
        CutError::Backwards { .. }
    ));
}

#[tokio::test]
async fn a_source_that_was_cut_off_gives_no_shorter_clip() {
    let folder = folder();
    for (name, more) in [
        ("front.mp4", &["-movflags", "+faststart"][..]),
        ("a.mkv", &[]),
    ] {
        let whole = source(folder.path(), name, more);
        let bytes = std::fs::read(&whole).unwrap();
        let cut_off = folder.path().join(format!("cut-off-{name}"));
        std::fs::write(&cut_off, &bytes[..bytes.len() / 2]).unwrap();
        let span =
            |from, to, exact| request(Moment::Seconds(from), Moment::Seconds(to), exact, None);
        for exact in [false, true] {
            let error = cut(&cut_off, &span(1.0, 9.0, exact)).await.unwrap_err();
            let kind = error.run().and_then(media::RunError::kind);
            assert_eq!(
                kind,
                Some(media::FailureKind::InputLost),
                "{name}: {error:?}"
            );
            let (clip, _) = cut(&cut_off, &span(0.5, 1.5, exact)).await.unwrap();
            assert!(clip.seconds >= 0.99, "{name}: {clip:?}");
        }
    }
}

fn run_probe(path: &Path) -> String {
    let output = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-i"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}
