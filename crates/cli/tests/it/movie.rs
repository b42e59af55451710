//! What is in a rendered file, read by something that no one here wrote: `re_mp4`, and ffmpeg.

use std::path::Path;
use std::process::{Command, Stdio};

use re_mp4::{Mp4, TrackKind};

/// Facts of an mp4.
#[derive(Debug, PartialEq)]
pub(crate) struct Movie {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) frames: usize,
    /// Seconds, by the sum of the samples' durations.
    pub(crate) seconds: f64,
    /// Seconds of sound, where there is a track.
    pub(crate) audio_seconds: Option<f64>,
}

/// Reads `file` and checks that its timestamps are strictly increasing and start at the first frame.
pub(crate) fn read(file: &Path) -> Movie {
    let (mp4, _) = Mp4::read_file(file).unwrap();
    let of = |kind| {
        mp4.tracks()
            .values()
            .find(move |track| track.kind == Some(kind))
    };
    let video = of(TrackKind::Video).expect("a video track");
    let mut decoding: Vec<_> = video
        .samples
        .iter()
        .map(|sample| sample.decode_timestamp)
        .collect();
    assert!(
        decoding.windows(2).all(|pair| pair[0] < pair[1]),
        "decoding timestamps do not increase"
    );
    decoding.clear();
    let mut shown: Vec<_> = video
        .samples
        .iter()
        .map(|sample| sample.composition_timestamp)
        .collect();
    shown.sort_unstable();
    assert!(
        shown.windows(2).all(|pair| pair[0] < pair[1]),
        "two frames are shown at one time"
    );
    let length = |track: &re_mp4::Track| {
        let total: u64 = track.samples.iter().map(|sample| sample.duration).sum();
        total as f64 / track.timescale as f64
    };
    Movie {
        width: video.width,
        height: video.height,
        frames: video.samples.len(),
        seconds: length(video),
        audio_seconds: of(TrackKind::Audio).map(length),
    }
}

/// The sound of `file` as ffmpeg decodes it: interleaved stereo, 16 bits, 48 kHz.
pub(crate) fn pcm(file: &Path) -> Vec<u8> {
    ffmpeg(
        file,
        &["-map", "0:a:0", "-f", "s16le", "-ac", "2", "-ar", "48000"],
    )
}

/// A digest of each decoded frame, in the order in which they are shown.
pub(crate) fn frame_hashes(file: &Path) -> Vec<String> {
    let text = String::from_utf8(ffmpeg(file, &["-map", "0:v:0", "-f", "framemd5"])).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit(',').next().unwrap().trim().to_owned())
        .collect()
}

/// The frame with this number as RGB, converted by the file's own tags.
pub(crate) fn rgb(file: &Path, frame: usize) -> Vec<u8> {
    let pick = format!(
        "select=eq(n\\,{frame}),scale=in_color_matrix=auto:in_range=auto:out_range=pc:flags=accurate_rnd+full_chroma_int"
    );
    ffmpeg(
        file,
        &[
            "-vf",
            &pick,
            "-frames:v",
            "1",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
        ],
    )
}

pub(crate) fn ffmpeg(file: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-loglevel", "error", "-i"])
        .arg(file)
        .args(arguments)
        .arg("-");
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    done.stdout
}
