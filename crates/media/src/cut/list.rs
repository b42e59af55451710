//! Packets of a source around a time, without decoding them.

use std::time::Instant;

use tokio::io::{AsyncBufReadExt, BufReader};

use crate::cut::ledger::{Line, Packet, TimeBase};
use crate::failure::RunError;
use crate::ffmpeg::Ffmpeg;
use crate::invocation::Invocation;
use crate::location::Location;

/// Packets in decoding order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) base: TimeBase,
    pub(super) packets: Vec<Packet>,
    /// Whether the last packet is the last of the source.
    pub(super) complete: bool,
}

/// The packets of `stream` from the last key frame that ffmpeg finds before `seek`, in seconds from the start of the
/// file, until there are `enough`.
pub(super) async fn list(
    ffmpeg: &Ffmpeg,
    location: &Location,
    stream: &str,
    seek: f64,
    deadline: Instant,
    enough: impl Fn(&Listing) -> bool,
) -> Result<Listing, RunError> {
    let mut running = Invocation::new(ffmpeg)
        .reading_all()
        .args(seeking(seek))
        .input(location)
        .args(["-map", stream, "-c", "copy", "-copyts"])
        .args(["-f", "framecrc", "pipe:1"])
        .output_piped()
        .start(deadline)?;
    let mut lines = BufReader::new(running.take_stdout()?).lines();
    let mut listing = Listing {
        base: TimeBase { num: 1, den: 1 },
        packets: Vec::new(),
        complete: false,
    };
    while let Some(line) = lines.next_line().await.map_err(RunError::Pipe)? {
        match Line::read(&line) {
            Line::TimeBase(base) => listing.base = base,
            Line::Packet(packet) => {
                listing.packets.push(packet);
                if enough(&listing) {
                    running.stop().await;
                    return Ok(listing);
                }
            }
            Line::Other => {}
        }
    }
    running.finish().await?;
    listing.complete = true;
    Ok(listing)
}

/// The options that start reading before `seconds` from the start of a file.
pub(super) fn seeking(seconds: f64) -> Vec<String> {
    if seconds > 0.0 {
        let to = format!("{seconds:.6}");
        vec!["-noaccurate_seek".into(), "-ss".into(), to]
    } else {
        Vec::new()
    }
}
