//! The log of one environment: what the function writes and what the platform
//! says about it, line by line in order.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, oneshot};

use super::process::Output;
use crate::clock::Clock;

/// How much of the end of an invocation's log a caller can have.
const TAIL_BYTES: usize = 4096;

/// A line that is longer becomes several.
const MAX_LINE_BYTES: usize = 256 * 1024;

/// Lines that may wait to be stored before the function does.
const LINES_IN_FLIGHT: usize = 1024;

/// One line, with its line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) at: Timestamp,
    pub(crate) text: String,
}

/// Where lines go, in order. It ends when the environment has.
pub(crate) type LogLines = mpsc::Receiver<LogLine>;

/// A handle on the task that reads a function's output. The task ends when the
/// output has and the handle is gone.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
enum Request {
    Read(Output),
    Say(String),
    StartTail,
    Tail(oneshot::Sender<Bytes>),
}

impl Log {
    /// A log whose lines come out of the receiver, with the times of this clock.
    pub(crate) fn open(clock: Arc<dyn Clock>) -> (Self, LogLines) {
        let (requests, received) = mpsc::channel(8);
        let (lines, stored) = mpsc::channel(LINES_IN_FLIGHT);
        tokio::spawn(Scribe::new(lines, clock).run(received));
        (Self { requests }, stored)
    }

    /// Reads what a program writes, from now on.
    pub(crate) async fn read(&self, output: Output) {
        self.send(Request::Read(output)).await;
    }

    /// Adds a line of the platform, behind all that the function has written.
    pub(crate) async fn say(&self, line: String) {
        self.send(Request::Say(line)).await;
    }

    /// Forgets what [`Log::tail`] would return.
    pub(crate) async fn start_tail(&self) {
        self.send(Request::StartTail).await;
    }

    /// The end of the log since [`Log::start_tail`].
    pub(crate) async fn tail(&self) -> Bytes {
        let (reply, tail) = oneshot::channel();
        self.send(Request::Tail(reply)).await;
        tail.await.unwrap_or_default()
    }

    async fn send(&self, request: Request) {
        // The task outlives every handle.
        drop(self.requests.send(request).await);
    }
}

struct Scribe {
    streams: Vec<Stream>,
    page: Page,
}

/// Lines on their way out, and the end of them.
struct Page {
    lines: mpsc::Sender<LogLine>,
    clock: Arc<dyn Clock>,
    tail: BytesMut,
}

struct Stream {
    source: Box<dyn AsyncRead + Send + Unpin>,
    /// Bytes of a line that is not whole.
    rest: BytesMut,
}

impl Scribe {
    fn new(lines: mpsc::Sender<LogLine>, clock: Arc<dyn Clock>) -> Self {
        Self {
            streams: Vec::new(),
            page: Page {
                lines,
                clock,
                tail: BytesMut::new(),
            },
        }
    }

    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut open = true;
        while open || !self.streams.is_empty() {
            tokio::select! {
                biased;
                request = requests.recv(), if open => match request {
                    Some(request) => self.answer(request).await,
                    None => open = false,
                },
                index = Self::readable(&mut self.streams), if !self.streams.is_empty() => {
                    self.take(index).await;
                }
            }
        }
    }

    async fn answer(&mut self, request: Request) {
        // What the function wrote before it made the platform speak comes first.
        self.drain().await;
        match request {
            Request::Read(output) => {
                self.streams = vec![Stream::new(output.stdout), Stream::new(output.stderr)];
            }
            Request::Say(line) => self.page.write(format!("{line}\n")).await,
            Request::StartTail => self.page.tail.clear(),
            Request::Tail(reply) => drop(reply.send(Bytes::copy_from_slice(&self.page.tail))),
        }
    }

    /// Reads from whichever stream has something; its index and whether it goes on.
    async fn readable(streams: &mut [Stream]) -> (usize, bool) {
        let reads = streams.iter_mut().map(|stream| Box::pin(stream.read()));
        let (goes_on, index, _) = futures_util::future::select_all(reads).await;
        (index, goes_on)
    }

    async fn take(&mut self, (index, goes_on): (usize, bool)) {
        let stream = &mut self.streams[index];
        self.page.write_whole_lines(&mut stream.rest).await;
        if !goes_on {
            let stream = self.streams.swap_remove(index);
            self.page.write_rest(stream.rest).await;
        }
    }

    async fn drain(&mut self) {
        let mut index = 0;
        while index < self.streams.len() {
            match self.streams[index].read().now_or_never() {
                None => index += 1,
                Some(goes_on) => self.take((index, goes_on)).await,
            }
        }
    }
}

impl Stream {
    fn new(source: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self {
            source: Box::new(source),
            rest: BytesMut::new(),
        }
    }

    /// Reads once; whether there can be more. Cancel safe.
    async fn read(&mut self) -> bool {
        matches!(self.source.read_buf(&mut self.rest).await, Ok(1..))
    }
}

impl Page {
    async fn write_whole_lines(&mut self, bytes: &mut BytesMut) {
        while let Some(length) = line_length(bytes) {
            let line = bytes.split_to(length);
            self.write(String::from_utf8_lossy(&line).into_owned())
                .await;
        }
    }

    async fn write_rest(&mut self, bytes: BytesMut) {
        if !bytes.is_empty() {
            self.write(format!("{}\n", String::from_utf8_lossy(&bytes)))
                .await;
        }
    }

    async fn write(&mut self, text: String) {
        self.tail.extend_from_slice(text.as_bytes());
        let excess = self.tail.len().saturating_sub(TAIL_BYTES);
        drop(self.tail.split_to(excess));
        let line = LogLine {
            at: self.clock.now(),
            text,
        };
        // A role that may not log has nobody who listens.
        drop(self.lines.send(line).await);
    }
}

/// The length of the first whole line, or of the piece that a long line is cut to.
fn line_length(bytes: &[u8]) -> Option<usize> {
    let reach = bytes.len().min(MAX_LINE_BYTES);
    match bytes[..reach].iter().position(|byte| *byte == b'\n') {
        Some(line_feed) => Some(line_feed + 1),
        None => (bytes.len() >= MAX_LINE_BYTES).then_some(MAX_LINE_BYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_their_feed_or_at_the_limit() {
        assert_eq!(line_length(b"ab"), None);
        assert_eq!(line_length(b"ab\ncd"), Some(3));
        assert_eq!(
            line_length(&vec![b'x'; MAX_LINE_BYTES]),
            Some(MAX_LINE_BYTES)
        );
    }

    #[tokio::test]
    async fn the_platform_speaks_after_what_was_written_before() {
        let mut child = tokio::process::Command::new("sh")
            .args(["-c", "echo one; echo two >&2; printf three; read x"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let (log, mut lines) = Log::open(Arc::new(crate::clock::SystemClock));
        log.read(Output {
            stdout: child.stdout.take().unwrap(),
            stderr: child.stderr.take().unwrap(),
        })
        .await;
        let mut first = [lines.recv().await.unwrap(), lines.recv().await.unwrap()].map(|l| l.text);
        first.sort();
        assert_eq!(first, ["one\n", "two\n"]);
        drop(child.stdin.take());
        child.wait().await.unwrap();
        log.start_tail().await;
        log.say("END".into()).await;
        assert_eq!(log.tail().await, "END\n");
        drop(log);
        let mut rest = Vec::new();
        while let Some(line) = lines.recv().await {
            rest.push(line.text);
        }
        assert_eq!(rest, ["three\n", "END\n"]);
    }
}
