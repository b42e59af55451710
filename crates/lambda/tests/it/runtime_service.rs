//! The service's side of the Runtime API, as far as these tests need it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lambda::RuntimeApi;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// An invocation to hand out.
pub(crate) struct Event {
    id: String,
    payload: Bytes,
}

impl Event {
    pub(crate) fn new(id: &str, payload: &'static str) -> Self {
        Self {
            id: id.to_owned(),
            payload: payload.into(),
        }
    }
}

/// What came of a call's body.
#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    Data(Bytes),
    End(Option<HeaderMap>),
    Broken,
}

/// A POST of the client.
pub(crate) struct Call {
    pub(crate) path: String,
    headers: HeaderMap,
    body: mpsc::UnboundedReceiver<Seen>,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().expect("ASCII"))
    }

    pub(crate) async fn next(&mut self) -> Seen {
        self.body.recv().await.expect("a body ends only once")
    }

    pub(crate) async fn into_bytes(mut self) -> Bytes {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Seen::Data(bytes) => all.extend_from_slice(&bytes),
                Seen::End(None) => return all.into(),
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(crate) struct RuntimeService {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Event>,
    calls: mpsc::UnboundedReceiver<Call>,
    faults: Arc<Faults>,
}

/// What the next POST meets.
#[derive(Default)]
struct Faults {
    status: AtomicU16,
    broken: AtomicBool,
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Event>>,
    calls: mpsc::UnboundedSender<Call>,
    faults: Arc<Faults>,
}

impl RuntimeService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (event_sender, event_receiver) = mpsc::unbounded_channel();
        let (call_sender, call_receiver) = mpsc::unbounded_channel();
        let faults = Arc::new(Faults::default());
        let shared = Arc::new(Shared {
            events: Mutex::new(event_receiver),
            calls: call_sender,
            faults: Arc::clone(&faults),
        });
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("a connection");
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(Arc::clone(&shared), request));
                    // A broken connection is the subject of some tests.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        Self {
            address,
            events: event_sender,
            calls: call_receiver,
            faults,
        }
    }

    pub(crate) fn client(&self) -> RuntimeApi {
        RuntimeApi::new(&self.address.to_string().parse().expect("an authority"))
    }

    pub(crate) fn invoke(&self, event: Event) {
        self.events.send(event).expect("a running service");
    }

    pub(crate) async fn next_call(&mut self) -> Call {
        self.calls.recv().await.expect("a running service")
    }

    pub(crate) fn answer_next_call_with(&self, status: StatusCode) {
        self.faults.status.store(status.as_u16(), Ordering::SeqCst);
    }

    /// Closes the connection of the next call after the first piece of its body.
    pub(crate) fn break_next_call(&self) {
        self.faults.broken.store(true, Ordering::SeqCst);
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, &'static str> {
    if request.method() == Method::GET {
        let event = shared.events.lock().await.recv().await;
        let event = event.ok_or("the test is over")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("1970");
        let response = Response::builder()
            .header("Lambda-Runtime-Aws-Request-Id", event.id)
            .header(
                "Lambda-Runtime-Deadline-Ms",
                (now.as_millis() + 900_000) as u64,
            )
            .header(
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:123456789012:function:f",
            )
            .body(Full::new(event.payload));
        return Ok(response.expect("a response"));
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let body = receiver;
    shared
        .calls
        .send(Call {
            path,
            headers,
            body,
        })
        .map_err(|_| "the test is over")?;
    let mut body = request.into_body();
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => drop(sender.send(Seen::Data(data))),
            Ok(Err(frame)) => trailers = frame.into_trailers().ok(),
            Err(_) => {
                drop(sender.send(Seen::Broken));
                return Err("broken");
            }
        }
        if shared.faults.broken.swap(false, Ordering::SeqCst) {
            return Err("broken by the test");
        }
    }
    drop(sender.send(Seen::End(trailers)));
    let status = match shared.faults.status.swap(0, Ordering::SeqCst) {
        0 => StatusCode::ACCEPTED,
        status => StatusCode::from_u16(status).expect("a status"),
    };
    let body = if status.is_success() {
        r#"{"status":"OK"}"#
    } else {
        r#"{"errorType":"Refused","errorMessage":"as the test asked"}"#
    };
    let response = Response::builder().status(status).body(body.into());
    Ok(response.expect("a response"))
}
