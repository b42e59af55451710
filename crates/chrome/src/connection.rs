//! The pipe to Chrome, owned by two tasks: one writes, one reads and hands out.

use crate::error::CallError;
use crate::event::Event;
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};

/// Room that is kept free for reading: a picture arrives in few pieces.
const READ_BYTES: usize = 1 << 18;

/// A handle on the pipe. Cheap to clone; the tasks end when Chrome closes its end.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    orders: mpsc::UnboundedSender<Order>,
    last_id: Arc<AtomicU64>,
}

/// The name of a session.
pub(crate) type SessionId = Arc<str>;

/// What the reader is asked to do.
#[derive(Debug)]
enum Order {
    /// Send a message, and hand its answer, whole, to `answer`.
    Send {
        id: u64,
        message: Vec<u8>,
        answer: oneshot::Sender<Bytes>,
    },
    /// Hand the events of a session to `events`.
    Listen {
        session: SessionId,
        events: mpsc::UnboundedSender<Event>,
    },
}

impl Connection {
    /// Takes over our ends of the two pipes. To be called within a tokio runtime.
    pub(crate) fn new(to_chrome: OwnedFd, from_chrome: OwnedFd) -> io::Result<Self> {
        let to_chrome = pipe::Sender::from_owned_fd(to_chrome)?;
        let from_chrome = pipe::Receiver::from_owned_fd(from_chrome)?;
        let (orders, received) = mpsc::unbounded_channel();
        let (outgoing, messages) = mpsc::unbounded_channel();
        tokio::spawn(write(to_chrome, messages));
        tokio::spawn(Exchange::default().run(from_chrome, received, outgoing));
        Ok(Self {
            orders,
            last_id: Arc::default(),
        })
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Sends a message at once. The receiver fails if Chrome goes without an answer.
    pub(crate) fn send(&self, id: u64, message: Vec<u8>) -> oneshot::Receiver<Bytes> {
        let (answer, receiver) = oneshot::channel();
        // If the tasks have ended, the order is dropped with its sender, which the receiver notices.
        let _ = self.orders.send(Order::Send {
            id,
            message,
            answer,
        });
        receiver
    }

    /// The events of a session, from now on. They end when Chrome does.
    pub(crate) fn listen(&self, session: SessionId) -> mpsc::UnboundedReceiver<Event> {
        let (events, receiver) = mpsc::unbounded_channel();
        let _ = self.orders.send(Order::Listen { session, events });
        receiver
    }
}

/// A task of its own, so that a message larger than the pipe never keeps us from reading what Chrome says meanwhile.
async fn write(mut pipe: pipe::Sender, mut messages: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(message) = messages.recv().await {
        if let Err(error) = pipe.write_all(&message).await {
            tracing::debug!(%error, "Chrome closed its pipe");
            return;
        }
    }
}

/// What the reader keeps: who waits for which answer, and who listens to which session.
#[derive(Default)]
struct Exchange {
    waiting: HashMap<u64, oneshot::Sender<Bytes>>,
    listening: HashMap<SessionId, mpsc::UnboundedSender<Event>>,
}

impl Exchange {
    async fn run(
        mut self,
        mut pipe: pipe::Receiver,
        mut orders: mpsc::UnboundedReceiver<Order>,
        outgoing: mpsc::UnboundedSender<Vec<u8>>,
    ) {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(READ_BYTES);
            let searched = buffer.len();
            tokio::select! {
                // Orders first: whoever waits for an answer must be known before the answer is read.
                biased;
                order = orders.recv() => match order {
                    Some(order) => self.take(order, &outgoing),
                    None => return,
                },
                read = pipe.read_buf(&mut buffer) => match read {
                    Ok(0) => return,
                    Ok(_) => self.hand_out(&mut buffer, searched),
                    Err(error) => {
                        tracing::debug!(%error, "could not read from Chrome");
                        return;
                    }
                },
            }
        }
    }

    fn take(&mut self, order: Order, outgoing: &mpsc::UnboundedSender<Vec<u8>>) {
        match order {
            Order::Send {
                id,
                message,
                answer,
            } => {
                // A writer that has ended means that Chrome has: dropping `answer` tells the caller.
                if outgoing.send(message).is_ok() {
                    self.waiting.insert(id, answer);
                }
            }
            Order::Listen { session, events } => {
                self.listening.insert(session, events);
            }
        }
    }

    /// Hands out every whole message. Nothing before `searched` is the end of one.
    fn hand_out(&mut self, buffer: &mut BytesMut, mut searched: usize) {
        while let Some(end) = memchr::memchr(0, &buffer[searched..]) {
            let mut message = buffer.split_to(searched + end + 1);
            message.truncate(message.len() - 1);
            searched = 0;
            self.hand_out_one(message.freeze());
        }
    }

    fn hand_out_one(&mut self, message: Bytes) {
        match answered_id(&message) {
            Some(id) => {
                if let Some(answer) = self.waiting.remove(&id) {
                    // A caller that was cancelled does not want it.
                    let _ = answer.send(message);
                }
            }
            None => self.hand_out_event(&message),
        }
    }

    fn hand_out_event(&mut self, message: &[u8]) {
        let notice: Notice<'_> = match serde_json::from_slice(message) {
            Ok(notice) => notice,
            Err(error) => {
                tracing::warn!(%error, "Chrome sent something that is no message");
                return;
            }
        };
        if notice.method == "Target.detachedFromTarget" {
            self.forget(notice.params);
            return;
        }
        let Some(session) = notice.session_id else {
            return;
        };
        let Some(listener) = self.listening.get(&*session) else {
            return;
        };
        if let Some(event) = Event::parse(&notice.method, notice.params)
            && listener.send(event).is_err()
        {
            self.listening.remove(&*session);
        }
    }

    /// Drops the listener of a session that ended, which ends its events.
    fn forget(&mut self, params: Option<&RawValue>) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Detached<'a> {
            #[serde(borrow)]
            session_id: Cow<'a, str>,
        }
        if let Some(detached) =
            params.and_then(|params| serde_json::from_str::<Detached<'_>>(params.get()).ok())
        {
            self.listening.remove(&*detached.session_id);
        }
    }
}

/// An event as it comes in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notice<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    session_id: Option<Cow<'a, str>>,
}

/// The id of an answer; `None` for an event.
///
/// Chrome writes the id first. Reading it from there spares a parse of what may be megabytes of picture.
fn answered_id(message: &[u8]) -> Option<u64> {
    const START: &[u8] = b"{\"id\":";
    let digits = message.strip_prefix(START)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// What a call waits for.
pub(crate) async fn answer(receiver: oneshot::Receiver<Bytes>) -> Result<Bytes, CallError> {
    receiver.await.map_err(|_| CallError::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_events() {
        assert_eq!(answered_id(br#"{"id":12,"result":{}}"#), Some(12));
        assert_eq!(
            answered_id(br#"{"method":"Page.loadEventFired","params":{}}"#),
            None
        );
    }

    #[tokio::test]
    async fn messages_in_pieces_reach_whom_they_are_for() {
        let mut exchange = Exchange::default();
        let (one, first) = oneshot::channel();
        let (two, second) = oneshot::channel();
        let (events, mut listened) = mpsc::unbounded_channel();
        exchange.waiting.insert(1, one);
        exchange.waiting.insert(2, two);
        exchange.listening.insert("S".into(), events);
        let stream = b"{\"id\":2,\"result\":{}}\0{\"method\":\"Inspector.targetCrashed\",\"params\":{},\"sessionId\":\"S\"}\0{\"id\":1}\0";
        let mut buffer = BytesMut::new();
        for piece in stream.chunks(7) {
            let searched = buffer.len();
            buffer.extend_from_slice(piece);
            exchange.hand_out(&mut buffer, searched);
        }
        assert_eq!(&first.await.unwrap()[..], b"{\"id\":1}");
        assert_eq!(&second.await.unwrap()[..], b"{\"id\":2,\"result\":{}}");
        assert!(matches!(listened.recv().await, Some(Event::Crashed)));
    }

    #[tokio::test]
    async fn a_call_to_a_chrome_that_is_gone_fails() {
        let (ours, theirs) = io::pipe().unwrap();
        let (their_reader, our_writer) = io::pipe().unwrap();
        let connection = Connection::new(our_writer.into(), ours.into()).unwrap();
        let pending = connection.send(connection.next_id(), b"{}\0".to_vec());
        drop((theirs, their_reader));
        assert!(matches!(answer(pending).await, Err(CallError::Gone)));
    }
}
