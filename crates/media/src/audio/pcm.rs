//! Streams of samples: 16-bit little-endian, two channels interleaved.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of one sample of both channels.
pub(super) const SAMPLE_BYTES: u64 = 4;

/// Reads until `buffer` is full or the stream has ended, and returns how much was read.
pub(super) async fn fill(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]).await? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Reads `bytes` bytes away, or all there are.
pub(super) async fn skip(stream: &mut (impl AsyncRead + Unpin), bytes: u64) -> io::Result<()> {
    tokio::io::copy(&mut stream.take(bytes), &mut tokio::io::sink())
        .await
        .map(|_| ())
}
