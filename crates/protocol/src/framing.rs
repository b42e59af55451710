//! The framed stream: `remotion_buffer:<kind>:<length>:<status>:<body>`, frames back to back.

use std::fmt;

use thiserror::Error;

const SEPARATOR: &[u8] = b"remotion_buffer:";

/// Longest header after the separator: three decimal numbers and their colons.
const MAX_HEADER: usize = 64;

/// Whether a frame carries a result or an error. The function always says success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameStatus {
    /// `0`
    Success,
    /// `1`
    Error,
}

/// One frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the body is; on the function's stream the kind of [`crate::message::Message`].
    pub kind: u32,
    /// Whether the body is an error.
    pub status: FrameStatus,
    /// Any bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, status, body } = self;
        write!(
            f,
            "Frame({kind}, {status:?}, {:?})",
            String::from_utf8_lossy(body)
        )
    }
}

/// Writes a frame of success.
#[must_use]
pub fn encode(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = SEPARATOR.to_vec();
    frame.extend_from_slice(format!("{kind}:{}:0:", body.len()).as_bytes());
    frame.extend_from_slice(body);
    frame
}

/// A stream that is not framed as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FramingError {
    /// A header is not three decimal numbers.
    #[error("`{0}` is no header of a frame")]
    Header(String),
    /// A body is longer than the decoder accepts.
    #[error("a frame of {length} bytes is longer than {limit}")]
    TooLong {
        /// The length that the header tells.
        length: usize,
        /// What the decoder accepts.
        limit: usize,
    },
}

/// Reads frames from bytes that arrive in any portions. Bytes before a frame are skipped.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    // INVARIANT: before `taken` there is nothing that a later frame needs
    taken: usize,
    limit: usize,
}

impl Decoder {
    /// A decoder of frames whose bodies have at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            taken: 0,
            limit,
        }
    }

    /// Adds bytes; [`Decoder::next_frame`] then returns the frames that are complete.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`FramingError`]; the stream is of no use afterwards.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        let rest = &self.buffer[self.taken..];
        let Some(start) = find(rest, SEPARATOR) else {
            // The end may be the start of a separator.
            self.taken += rest.len().saturating_sub(SEPARATOR.len() - 1);
            return Ok(None);
        };
        self.taken += start;
        let header = &self.buffer[self.taken + SEPARATOR.len()..];
        let Some((fields, header_len)) = split_header(header)? else {
            return Ok(None);
        };
        let length = fields.length;
        if length > self.limit {
            return Err(FramingError::TooLong {
                length,
                limit: self.limit,
            });
        }
        let Some(body) = header.get(header_len..header_len + length) else {
            return Ok(None);
        };
        let frame = Frame {
            kind: fields.kind,
            status: fields.status,
            body: body.to_vec(),
        };
        self.taken += SEPARATOR.len() + header_len + length;
        Ok(Some(frame))
    }
}

struct Fields {
    kind: u32,
    length: usize,
    status: FrameStatus,
}

/// The fields of a header and its length with the last colon; `None` while it is incomplete.
fn split_header(bytes: &[u8]) -> Result<Option<(Fields, usize)>, FramingError> {
    let header = &bytes[..bytes.len().min(MAX_HEADER)];
    let Some(end) = header
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b':')
        .nth(2)
        .map(|(i, _)| i)
    else {
        return if header.len() < MAX_HEADER {
            Ok(None)
        } else {
            Err(malformed(header))
        };
    };
    let text = std::str::from_utf8(&header[..end]).map_err(|_| malformed(header))?;
    let mut fields = text.split(':');
    let (kind, length, status) = (fields.next(), fields.next(), fields.next());
    let parsed = || {
        let status = match status? {
            "0" => FrameStatus::Success,
            "1" => FrameStatus::Error,
            _ => return None,
        };
        Some(Fields {
            kind: kind?.parse().ok()?,
            length: length?.parse().ok()?,
            status,
        })
    };
    parsed()
        .map(|fields| Some((fields, end + 1)))
        .ok_or_else(|| malformed(&header[..end]))
}

fn malformed(header: &[u8]) -> FramingError {
    FramingError::Header(String::from_utf8_lossy(header).into_owned())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == needle[0]) {
        let at = from + at;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
