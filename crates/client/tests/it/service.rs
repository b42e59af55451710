//! A scripted AWS on loopback: one answer for each request, in the order of a service's own list.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::SdkConfig;
use bytes::Bytes;
use client::credentials::{AccessKey, with_key};
use client::{Client, Installation};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub(crate) const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// Which service a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    S3,
    Lambda,
    Sts,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) to: To,
    /// How many for the same service came before.
    pub(crate) number: usize,
    pub(crate) method: String,
    /// Path without query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Status, headers, body.
pub(crate) struct Answer(
    pub(crate) u16,
    pub(crate) Vec<(&'static str, String)>,
    pub(crate) String,
);

impl Answer {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self(200, vec![("etag", "\"v\"".into())], body.into())
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::ok(body.to_string())
    }

    /// An error of STS.
    pub(crate) fn sts_error(status: u16, code: &str) -> Self {
        let Self(status, headers, error) = Self::xml_error(status, code);
        Self(
            status,
            headers,
            format!("<ErrorResponse>{error}</ErrorResponse>"),
        )
    }

    /// An error of S3.
    pub(crate) fn xml_error(status: u16, code: &str) -> Self {
        let error = format!("<Error><Code>{code}</Code><Message>because</Message></Error>");
        Self(status, Vec::new(), error)
    }

    /// An error of Lambda's API.
    pub(crate) fn lambda_error(status: u16, kind: &str) -> Self {
        let headers = vec![("x-amzn-errortype", kind.to_owned())];
        Self(status, headers, r#"{"Message":"because"}"#.into())
    }
}

pub(crate) struct Service {
    address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Seen>,
}

impl Service {
    pub(crate) async fn start(script: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        let counts: [AtomicUsize; 3] = Default::default();
        let state = Arc::new((script, sender, counts));
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("a connection");
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let state = Arc::clone(&state);
                        async move {
                            let seen = receive(request, &state.2).await?;
                            // The test may have seen enough.
                            drop(state.1.send(seen.clone()));
                            let Answer(status, headers, body) = (state.0)(&seen);
                            let mut response = Response::builder().status(status);
                            for (name, value) in headers {
                                response = response.header(name, value);
                            }
                            let response = response.body(Full::new(Bytes::from(body)));
                            Ok::<_, hyper::Error>(response.expect("a response"))
                        }
                    });
                    // A client that is gone is no failure.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        Self { address, requests }
    }

    pub(crate) fn config(&self) -> SdkConfig {
        let key = AccessKey {
            id: "AKIATEST".into(),
            secret: "secret".into(),
            session_token: None,
        };
        with_key("us-east-1", &format!("http://{}", self.address), key)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.config(), installation())
    }

    /// The requests that have come so far.
    pub(crate) fn seen_all(&mut self) -> Vec<Seen> {
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }

    /// The requests for one service that have come so far.
    pub(crate) fn seen(&mut self, to: To) -> Vec<Seen> {
        let mut seen = self.seen_all();
        seen.retain(|seen| seen.to == to);
        seen
    }
}

pub(crate) fn installation() -> Installation {
    Installation {
        function: FUNCTION.parse().expect("a function's name"),
        bucket: "remotionlambda-useast1-abc123def4".into(),
        account: "123456789012".into(),
    }
}

async fn receive(
    request: Request<Incoming>,
    counts: &[AtomicUsize; 3],
) -> Result<Seen, hyper::Error> {
    let path = request.uri().path().to_owned();
    let to = match path.as_str() {
        "/" => To::Sts,
        path if path.starts_with("/2015-03-31/functions/") => To::Lambda,
        _ => To::S3,
    };
    Ok(Seen {
        to,
        number: counts[to as usize].fetch_add(1, Ordering::SeqCst),
        method: request.method().to_string(),
        path,
        headers: request.headers().clone(),
        body: request.into_body().collect().await?.to_bytes(),
    })
}
