//! One ffmpeg that decodes a video from a time on.
//!
//! Its output is a stream of parts, each with its length, and its log tells the timestamp of each frame on the way.

use crate::extract::filters;
use crate::extract::frames::Frame;
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::{Invocation, Running};
use crate::location::Location;
use crate::probe::VideoStream;
use crate::report;
use bytes::Bytes;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::sync::mpsc;

/// Frames decoded ahead of the page. The pipe holds less than one more, unless they are small.
const LOOK_AHEAD: usize = 4;

/// Bytes of pictures taken from the pipe at once.
const BUFFER: usize = 32 * 1024;

/// A picture larger than this is none.
const LARGEST_PICTURE: usize = 256 << 20;

/// What a decoder tells, in this order.
#[derive(Debug)]
pub(super) enum Event {
    /// Seconds that a tick lasts, as a fraction. Comes once, before all frames.
    TimeBase(u32, u32),
    /// The next frame.
    Frame(Frame),
    /// ffmpeg failed. Nothing follows.
    Failed(RunError),
}

/// Starts decoding at the frame that is shown at `from` seconds or later; `None` begins with the first. Ends with the
/// receiver.
pub(super) fn start(
    ffmpeg: &Ffmpeg,
    location: &Location,
    video: &VideoStream,
    from: Option<f64>,
) -> Result<mpsc::Receiver<Event>, RunError> {
    let seek = from.map(|seconds| ["-ss".to_owned(), format!("{seconds:.6}")]);
    let filters = format!("showinfo=checksum=0,{}", filters::to_jpeg(video));
    let (invocation, log) = report::attach(Invocation::new(ffmpeg))?;
    let mut running = invocation
        .args(seek.into_iter().flatten())
        // Timestamps stay those of the file, and half a frame, where a connection broke, is none.
        .args(["-copyts", "-fflags", "+discardcorrupt", "-an", "-sn", "-dn"])
        .args(["-noautorotate", "-threads", "2"])
        .input(location)
        .args(["-map", "0:v:0", "-vf", &filters, "-fps_mode", "passthrough"])
        // A full-range yuv420p instead of the yuvj420p of the standard, which would be copied once more.
        .args([
            "-c:v",
            "mjpeg",
            "-strict",
            "unofficial",
            "-qmin",
            "1",
            "-q:v",
            "1",
            "-huffman",
            "default",
        ])
        .args([
            "-threads",
            "1",
            "-flush_packets",
            "1",
            "-f",
            "mpjpeg",
            "pipe:1",
        ])
        .output_piped()
        .start_unlimited()?;
    let pictures = running.take_stdout()?;
    let (events, receiver) = mpsc::channel(LOOK_AHEAD);
    tokio::spawn(decode(running, pictures, log, events));
    Ok(receiver)
}

/// Carries events until ffmpeg has ended or nobody wants them.
async fn decode(
    mut running: Running,
    pictures: ChildStdout,
    log: impl AsyncRead + Unpin + Send + 'static,
    events: mpsc::Sender<Event>,
) {
    let (times, mut told) = mpsc::unbounded_channel();
    // The log must be read whatever becomes of the pictures, or ffmpeg would wait for it.
    let log = tokio::spawn(read_log(log, times));
    let carried = tokio::select! {
        carried = carry(BufReader::with_capacity(BUFFER, pictures), &mut told, &events) => carried,
        () = events.closed() => Ok(()),
    };
    if events.is_closed() {
        running.stop().await;
    } else if let Err(error) = match running.finish().await {
        Ok(_) => carried.map_err(RunError::Pipe),
        Err(failed) => Err(failed),
    } {
        // Whoever left in the meantime does not want to know.
        let _ = events.send(Event::Failed(error)).await;
    }
    log.abort();
}

/// Sends each picture with its time, to the end of the pictures.
async fn carry(
    mut pictures: impl AsyncBufReadExt + Unpin,
    told: &mut mpsc::UnboundedReceiver<Told>,
    events: &mpsc::Sender<Event>,
) -> io::Result<()> {
    while let Some(picture) = read_part(&mut pictures).await? {
        let ticks = loop {
            match told.recv().await {
                Some(Told::Ticks(ticks)) => break ticks,
                Some(Told::TimeBase(numerator, denominator)) => {
                    if events
                        .send(Event::TimeBase(numerator, denominator))
                        .await
                        .is_err()
                    {
                        return Ok(());
                    }
                }
                None => return Err(io::Error::other("ffmpeg told no timestamp of a frame")),
            }
        };
        if events
            .send(Event::Frame(Frame { ticks, picture }))
            .await
            .is_err()
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a part of the stream: lines up to an empty one, of which one tells the length, and the picture. `None` at the end.
async fn read_part(stream: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<Bytes>> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        match (line.trim_end(), length) {
            // An empty line also ends the part before.
            ("", Some(length)) => {
                let mut picture = vec![0; length];
                stream.read_exact(&mut picture).await?;
                return Ok(Some(picture.into()));
            }
            (header, _) => {
                if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                    let value = value
                        .trim()
                        .parse()
                        .ok()
                        .filter(|length| *length <= LARGEST_PICTURE);
                    length = Some(value.ok_or(io::ErrorKind::InvalidData)?);
                }
            }
        }
    }
}

/// What the log tells that matters here.
#[derive(Debug, PartialEq)]
enum Told {
    TimeBase(u32, u32),
    Ticks(i64),
}

async fn read_log(log: impl AsyncRead + Unpin, times: mpsc::UnboundedSender<Told>) {
    let mut lines = BufReader::new(log).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(told) = parse_log(&line) {
            // The log goes on being read when nobody listens any more.
            let _ = times.send(told);
        }
    }
}

/// Reads `[Parsed_showinfo_0 @ …] config in time_base: 1/15360, …` and `[…] n:   7 pts:  3584 pts_time:…`.
fn parse_log(line: &str) -> Option<Told> {
    let (_, told) = line.split_once("[Parsed_showinfo_")?.1.split_once("] ")?;
    if let Some(time_base) = told.strip_prefix("config in time_base: ") {
        let (numerator, denominator) = time_base.split(',').next()?.split_once('/')?;
        return Some(Told::TimeBase(
            numerator.parse().ok()?,
            denominator.parse().ok()?,
        ));
    }
    let (_, pts) = told.strip_prefix("n:")?.split_once(" pts:")?;
    Some(Told::Ticks(pts.split_whitespace().next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_times() {
        let cases = [
            (
                "[Parsed_showinfo_0 @ 0x5] config in time_base: 1/15360, frame_rate: 30/1",
                Some(Told::TimeBase(1, 15360)),
            ),
            (
                "[Parsed_showinfo_0 @ 0x5] config out time_base: 0/0, frame_rate: 0/0",
                None,
            ),
            (
                "[Parsed_showinfo_0 @ 0x5] n:   0 pts:      0 pts_time:0       pos:     7877 fmt:yuv420p",
                Some(Told::Ticks(0)),
            ),
            (
                "[Parsed_showinfo_0 @ 0x5] n:1079 pts:-91648 pts_time:-5.9 duration:    512",
                Some(Told::Ticks(-91648)),
            ),
            (
                "[Parsed_showinfo_0 @ 0x5] color_range:unknown color_space:unknown",
                None,
            ),
            ("n: 1 pts: 7", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse_log(line), expected, "{line}");
        }
    }

    #[tokio::test]
    async fn parts_are_cut_by_their_lengths() {
        let mut stream = &b"--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: 4\r\n\r\n\r\n\r\n\r\n--ffmpeg\r\nContent-length: 1\r\n\r\nx\r\n"[..];
        assert_eq!(read_part(&mut stream).await.unwrap().unwrap(), "\r\n\r\n");
        assert_eq!(read_part(&mut stream).await.unwrap().unwrap(), "x");
        assert!(read_part(&mut stream).await.unwrap().is_none());
        let mut broken = &b"Content-length: 99\r\n\r\nx"[..];
        assert!(read_part(&mut broken).await.is_err());
    }
}
