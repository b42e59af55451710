//! A host on loopback that answers by https as it is told to.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::PrivateKeyDer;
use store::{ByteRange, CaBundle, RemoteRules};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const NAME: &str = "localhost";

static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Answers until the runtime ends.
pub(super) struct Host {
    port: u16,
    certificate: String,
}

impl Host {
    /// Answers every request with `answer`, which is given its path and its range.
    pub(super) async fn start(
        answer: impl Fn(&str, Option<ByteRange>) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    // Whoever does not trust the certificate goes away.
                    let Ok(secure) = acceptor.accept(connection).await else {
                        return;
                    };
                    let service = service_fn(move |request: Request<Incoming>| {
                        let answered = answer(request.uri().path(), range(request.headers()));
                        async move { Ok::<_, Infallible>(answered) }
                    });
                    // A reader that has what it wants closes in the middle.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(secure), service)
                        .await;
                });
            }
        });
        Self {
            port,
            certificate: made.cert.pem(),
        }
    }

    /// Serves `file` under every path, by ranges.
    pub(super) async fn serving(file: Bytes) -> Self {
        Self::start(move |_, range| part(&file, file.len() as u64, range)).await
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.port)
    }

    /// The cutter's rules, by which this host is let through.
    pub(super) fn rules(&self) -> RemoteRules {
        let bundle = CaBundle::from_pem(self.certificate.clone()).unwrap();
        RemoteRules::public()
            .https_alone()
            .allow(NAME, self.port)
            .trusting(bundle)
    }
}

fn range(headers: &HeaderMap) -> Option<ByteRange> {
    ByteRange::parse(headers.get("range")?.to_str().unwrap())
}

/// The part of `file` that is asked for, of a file that is said to have `size` bytes: what is not there comes as zeros.
pub(super) fn part(file: &Bytes, size: u64, range: Option<ByteRange>) -> Response<Body> {
    let Some((first, last)) = range.unwrap_or(ByteRange::From(0)).within(size) else {
        return empty(StatusCode::RANGE_NOT_SATISFIABLE);
    };
    let there = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(file.len());
    let bytes = file.slice(there(first)..there(last + 1));
    let length = last + 1 - first;
    let zeros = stream::unfold(length - bytes.len() as u64, async |left| {
        let piece = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
        let zeros = Bytes::from_static(&ZEROS[..piece]);
        (left > 0).then(|| (zeros, left - piece as u64))
    });
    let pieces = stream::iter([bytes]).chain(zeros);
    let body = StreamBody::new(pieces.map(|piece| Ok(Frame::data(piece))));
    let mut response = Response::builder().header("content-length", length);
    if range.is_some() {
        response = response
            .status(StatusCode::PARTIAL_CONTENT)
            .header("content-range", format!("bytes {first}-{last}/{size}"));
    }
    response.body(body.boxed_unsync()).unwrap()
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let body = Empty::new().boxed_unsync();
    Response::builder().status(status).body(body).unwrap()
}

/// What a host that does not count right answers: `bytes`, said to be those from `first` on of a large file.
pub(super) fn shifted(bytes: &'static [u8], first: u64) -> Response<Body> {
    let last = first + bytes.len() as u64 - 1;
    Response::builder()
        .status(StatusCode::PARTIAL_CONTENT)
        .header("content-range", format!("bytes {first}-{last}/1000000"))
        .body(Full::new(Bytes::from_static(bytes)).boxed_unsync())
        .unwrap()
}
