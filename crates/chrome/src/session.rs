//! Typed calls on one session.

use crate::command::Command;
use crate::connection::{self, Connection, SessionId};
use crate::error::CallError;
use crate::event::Event;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// Where calls go: to the browser as a whole, or to one page.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    connection: Connection,
    id: Option<SessionId>,
}

/// A call that is under way. Dropping it forgets the answer; Chrome still does what it was told.
pub(crate) struct Pending<R> {
    answer: oneshot::Receiver<Bytes>,
    read: fn(&[u8]) -> Result<R, CallError>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a, C> {
    id: u64,
    method: &'static str,
    params: &'a C,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer<R> {
    result: Option<R>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    message: String,
}

/// DevTools' code for a session that does not exist any more.
const SESSION_NOT_FOUND: i64 = -32001;

impl Session {
    pub(crate) fn browser(connection: Connection) -> Self {
        Self {
            connection,
            id: None,
        }
    }

    pub(crate) fn page(&self, id: SessionId) -> Self {
        Self {
            connection: self.connection.clone(),
            id: Some(id),
        }
    }

    /// The events of this session's page, from now on.
    pub(crate) fn listen(&self) -> mpsc::UnboundedReceiver<Event> {
        match &self.id {
            Some(id) => self.connection.listen(id.clone()),
            None => mpsc::unbounded_channel().1,
        }
    }

    /// Sends `command` at once; the answer can be waited for later.
    pub(crate) fn send<C: Command>(&self, command: &C) -> Pending<C::Reply> {
        let id = self.connection.next_id();
        let message = Message {
            id,
            method: C::METHOD,
            params: command,
            session_id: self.id.as_deref(),
        };
        let answer = match serde_json::to_vec(&message) {
            Ok(mut message) => {
                message.push(0);
                self.connection.send(id, message)
            }
            // Commands are plain data. One that does not serialise gets no answer, as if Chrome were gone.
            Err(error) => {
                tracing::error!(%error, method = C::METHOD, "a command does not serialise");
                oneshot::channel().1
            }
        };
        Pending {
            answer,
            read: C::read,
        }
    }

    /// Sends `command` and waits for its answer.
    pub(crate) async fn call<C: Command>(&self, command: &C) -> Result<C::Reply, CallError> {
        self.send(command).reply().await
    }
}

impl<R> Pending<R> {
    pub(crate) async fn reply(self) -> Result<R, CallError> {
        (self.read)(&connection::answer(self.answer).await?)
    }
}

/// Reads an answer with serde: the way of all commands but those that bring pictures.
pub(crate) fn read_json<'a, R: Deserialize<'a>>(
    method: &'static str,
    answer: &'a [u8],
) -> Result<R, CallError> {
    let malformed = |source| CallError::Malformed { method, source };
    let answer: Answer<R> = serde_json::from_slice(answer).map_err(malformed)?;
    match (answer.result, answer.error) {
        (Some(result), None) => Ok(result),
        (_, Some(refusal)) if refusal.code == SESSION_NOT_FOUND => Err(CallError::PageGone),
        (_, Some(refusal)) => Err(CallError::Refused {
            method,
            code: refusal.code,
            message: refusal.message,
        }),
        (None, None) => Err(malformed(serde::de::Error::missing_field("result"))),
    }
}
