//! How alike two renders are: a measurement for tests and benchmarks.

use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::Invocation;
use crate::location::Location;
use std::io;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, BufReader};

/// Both renders in one matrix and one range, converted from what their tags say. (`scale` of some releases takes no notice
/// of the matrix it is told for full-range output.)
const ALIKE: &str = concat!(
    "format=yuv420p|yuvj420p,",
    "colorspace=iprimaries=bt709:itrc=bt709:all=bt709:range=pc:fast=1:format=yuv420p"
);

/// The structural similarity of one pair of frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameQuality {
    /// Counted from 0, in the render.
    pub frame: u64,
    /// SSIM of luma: 1 for equal frames.
    pub luma_ssim: f64,
}

/// Compares frame n of `render` with frame `n + shift` of `reference`, for every n that both have.
///
/// Both are decoded by their own tags to one range and matrix, so that a full-range and a limited-range encode of one
/// picture count as equal. Frames are matched by number: timestamps do not matter.
///
/// # Errors
/// Whatever ffmpeg says, also where sizes differ or a video does not tell its matrix.
pub async fn compare(
    ffmpeg: &Ffmpeg,
    render: &Location,
    reference: &Location,
    shift: u64,
    deadline: Instant,
) -> Result<Vec<FrameQuality>, RunError> {
    let graph = format!(
        "[0:v]settb=1/1000,setpts=N,{ALIKE}[render];\
         [1:v]trim=start_frame={shift},settb=1/1000,setpts=N,{ALIKE}[reference];\
         [render][reference]ssim=stats_file=-:shortest=1",
    );
    let mut running = Invocation::new(ffmpeg)
        .input(render)
        .input(reference)
        .args([
            "-filter_complex",
            &graph,
            "-fps_mode",
            "passthrough",
            "-f",
            "null",
            "/dev/null",
        ])
        .output_piped()
        .start(deadline)?;
    let mut lines = BufReader::new(running.take_stdout()?).lines();
    let mut frames = Vec::new();
    while let Some(line) = lines.next_line().await.map_err(RunError::Pipe)? {
        frames.push(
            parse(&line)
                .ok_or_else(|| RunError::Pipe(io::Error::new(io::ErrorKind::InvalidData, line)))?,
        );
    }
    running.finish().await?;
    Ok(frames)
}

/// `n:1 Y:0.998 U:0.999 V:0.999 All:0.998 (27.9)`
fn parse(line: &str) -> Option<FrameQuality> {
    let value = |name: &str| {
        line.split_whitespace()
            .find_map(|word| word.strip_prefix(name))
    };
    let number: u64 = value("n:")?.parse().ok()?;
    Some(FrameQuality {
        frame: number.checked_sub(1)?,
        luma_ssim: value("Y:")?.parse().ok()?,
    })
}
