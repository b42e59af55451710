//! A scripted HTTP server on loopback: what transports meet and no honest service does.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Method, Request, Response};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().expect("ASCII"))
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    /// Bytes after which the connection breaks.
    breaks_after: Option<usize>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            breaks_after: None,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Breaks the connection after so many bytes of the body.
    pub(crate) fn breaking_after(mut self, bytes: usize) -> Self {
        self.breaks_after = Some(bytes);
        self
    }
}

pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Seen>,
}

impl Origin {
    /// Answers every request with `script`, which is given its number, from 0.
    pub(crate) async fn start(
        script: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        let state = Arc::new((script, sender, std::sync::atomic::AtomicUsize::new(0)));
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("a connection");
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let state = Arc::clone(&state);
                        async move {
                            let seen = receive(request).await?;
                            let number = state.2.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            let answer = (state.0)(number, &seen);
                            // The test may have seen enough.
                            drop(state.1.send(seen.clone()));
                            Ok::<_, hyper::Error>(respond(&seen, &answer))
                        }
                    });
                    // Broken connections are the subject.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that have come so far.
    pub(crate) fn seen(&mut self) -> Vec<Seen> {
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }
}

async fn receive(request: Request<Incoming>) -> Result<Seen, hyper::Error> {
    let target = request.uri().path_and_query().map(ToString::to_string);
    Ok(Seen {
        method: request.method().clone(),
        target: target.unwrap_or_default(),
        headers: request.headers().clone(),
        body: request.into_body().collect().await?.to_bytes(),
    })
}

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

fn respond(seen: &Seen, answer: &Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    if !answer
        .headers
        .iter()
        .any(|(name, _)| *name == "content-length")
    {
        response = response.header("content-length", answer.body.len());
    }
    let mut pieces: Vec<std::io::Result<Frame<Bytes>>> = Vec::new();
    if seen.method != Method::HEAD {
        let sent = answer.breaks_after.unwrap_or(answer.body.len());
        pieces.push(Ok(Frame::data(answer.body.slice(..sent))));
        if answer.breaks_after.is_some() {
            pieces.push(Err(std::io::ErrorKind::ConnectionReset.into()));
        }
    }
    // One piece each turn, so that what was sent before a break leaves before it.
    let pieces = stream::iter(pieces).then(|piece| async {
        tokio::task::yield_now().await;
        piece
    });
    let body = StreamBody::new(pieces).boxed_unsync();
    response.body(body).expect("a response")
}
