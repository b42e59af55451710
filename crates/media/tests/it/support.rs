//! Media to work on, and independent readers of what comes out.

use bytes::Bytes;
use media::Ffmpeg;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The ffmpeg of this machine.
pub(crate) async fn ffmpeg() -> Ffmpeg {
    Ffmpeg::locate().await.unwrap()
}

/// Late enough for everything here, and an end to what hangs.
pub(crate) fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(120)
}

/// A folder of this test alone, gone with the value.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("framewright-media-")
        .tempdir()
        .unwrap()
}

/// Runs ffmpeg as a user would and returns its standard output.
pub(crate) fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Pictures of a moving pattern, as a browser would capture them.
pub(crate) fn jpeg_frames(count: usize) -> Vec<Bytes> {
    let source = format!("testsrc2=size=320x180:rate=30,trim=end_frame={count}");
    let stream = run([
        "-f",
        "lavfi",
        "-i",
        &source,
        "-pix_fmt",
        "yuvj420p",
        "-q:v",
        "3",
        "-f",
        "image2pipe",
        "pipe:1",
    ]);
    let frames = split_jpegs(&stream);
    assert_eq!(frames.len(), count);
    frames
}

fn split_jpegs(stream: &[u8]) -> Vec<Bytes> {
    let starts: Vec<usize> = stream
        .windows(3)
        .enumerate()
        .filter(|(_, bytes)| bytes == b"\xff\xd8\xff")
        .map(|(at, _)| at)
        .chain([stream.len()])
        .collect();
    starts
        .windows(2)
        .map(|range| Bytes::copy_from_slice(&stream[range[0]..range[1]]))
        .collect()
}

/// The decoded frames of a video as `pixels`, one after another.
pub(crate) fn decode_raw(video: &Path, pixels: &str) -> Vec<u8> {
    run([
        "-i",
        video.to_str().unwrap(),
        "-map",
        "0:v:0",
        "-pix_fmt",
        pixels,
        "-f",
        "rawvideo",
        "pipe:1",
    ])
}

/// One hash for each decoded frame.
pub(crate) fn frame_hashes(video: &Path) -> Vec<String> {
    let text = run([
        "-i",
        video.to_str().unwrap(),
        "-map",
        "0:v:0",
        "-fps_mode",
        "passthrough",
        "-f",
        "framemd5",
        "pipe:1",
    ]);
    String::from_utf8(text)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit(' ').next().unwrap().to_owned())
        .collect()
}

/// A track as the parser `re_mp4` sees it.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) timescale: u64,
    /// Decode and presentation time of each sample in ticks, edit list applied, in the order of the file.
    pub(crate) times: Vec<(i64, i64)>,
    /// Ticks of each sample.
    pub(crate) durations: Vec<u64>,
    /// Ticks that the edit list shows.
    pub(crate) shown: u64,
}

impl Track {
    /// Presentation times in ascending order.
    pub(crate) fn presented(&self) -> Vec<i64> {
        let mut times: Vec<i64> = self.times.iter().map(|(_, presented)| *presented).collect();
        times.sort_unstable();
        times
    }
}

/// The tracks of an mp4 file: video first, as the outputs here have them.
pub(crate) fn tracks(path: &Path) -> Vec<Track> {
    let (mp4, _) = re_mp4::Mp4::read_file(path).unwrap();
    let movie_timescale = u64::from(mp4.moov.mvhd.timescale);
    mp4.tracks()
        .values()
        .map(|track| {
            let trak = track.trak(&mp4);
            let edits = trak
                .edts
                .as_ref()
                .and_then(|edits| edits.elst.as_ref())
                .map(|list| &list.entries);
            let offset = edits.map_or(0, |edits| {
                assert_eq!(edits.len(), 1, "an empty edit would delay the track");
                edits[0].media_time as i64
            });
            let shown = edits.map_or(trak.tkhd.duration, |edits| edits[0].segment_duration);
            // The parser's own sample times begin at 0 whatever the file says, so they are computed here from the tables.
            let table = &trak.mdia.minf.stbl;
            let durations: Vec<u64> = table
                .stts
                .entries
                .iter()
                .flat_map(|run| {
                    std::iter::repeat_n(u64::from(run.sample_delta), run.sample_count as usize)
                })
                .collect();
            let mut delays = table
                .ctts
                .iter()
                .flat_map(|delays| &delays.entries)
                .flat_map(|run| {
                    std::iter::repeat_n(i64::from(run.sample_offset), run.sample_count as usize)
                });
            let mut decoded = -offset;
            let times = durations.iter().map(|duration| {
                let time = (decoded, decoded + delays.next().unwrap_or(0));
                decoded += *duration as i64;
                time
            });
            Track {
                timescale: track.timescale,
                times: times.collect(),
                durations,
                shown: shown * track.timescale / movie_timescale,
            }
        })
        .collect()
}

/// A file of the test's folder.
pub(crate) fn file(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

/// 48 flat patches of 80 × 80 pixels, eight in a row: the corners of the RGB cube, greys and a spread of colours.
pub(crate) fn card() -> Vec<[u8; 3]> {
    let corners =
        (0..8_u8).map(|bits| [bits & 1, bits >> 1 & 1, bits >> 2 & 1].map(|bit| bit * 255));
    let greys = [16, 64, 128, 200, 235].map(|level| [level; 3]);
    let spread = (0..35_u32).map(|n| {
        let hash = (n + 1).wrapping_mul(2_654_435_761);
        [(hash >> 24) as u8, (hash >> 16) as u8, (hash >> 8) as u8]
    });
    corners.chain(greys).chain(spread).collect()
}

pub(crate) fn card_ppm() -> Vec<u8> {
    let card = card();
    let mut image = b"P6 640 480 255\n".to_vec();
    for y in 0..480 {
        for x in 0..640 {
            image.extend(card[y / 80 * 8 + x / 80]);
        }
    }
    image
}
