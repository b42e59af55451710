//! Reading a presigned URL, as somebody without credentials does.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_MATCH, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::TokioExecutor;

use crate::object::ContentRange;
use crate::route::Route;
use crate::{ByteRange, CaBundle};

/// How long a connection may take, and how long it may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often one download is taken up again without a byte of progress in between.
const RESUMPTIONS: u32 = 3;
/// Bytes of an error's text that are read.
const ERROR_TEXT: usize = 64 << 10;

/// A file behind a presigned URL, whose bytes are on their way.
#[derive(Debug)]
pub struct Download {
    client: HttpClient,
    uri: Uri,
    etag: Option<HeaderValue>,
    body: Incoming,
    next: u64,
    end: u64,
    resumptions_left: u32,
}

/// A file behind a presigned URL cannot be read. The URL itself is a permission and is not shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// It is no URL.
    #[error("the presigned URL is no URL")]
    NotAUrl,
    /// No connection, or one that broke too often.
    #[error("`{host}` cannot be read")]
    Transport {
        /// The host of the URL.
        host: String,
        /// Why it cannot.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing came for too long.
    #[error("`{host}` is silent for {PATIENCE:?}")]
    Silent {
        /// The host of the URL.
        host: String,
    },
    /// The URL is refused: 403 when it has expired or its signer may not read the object.
    #[error("the presigned URL is answered with {status}: {message}")]
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// S3's text, empty where the answer has none.
        message: String,
    },
    /// The answer does not say how long it is, or is another range than was asked for.
    #[error("`{host}` answers inconsistently")]
    Inconsistent {
        /// The host of the URL.
        host: String,
    },
}

impl Download {
    /// Opens the file, through the proxy that the process's environment names for it, and trusting `bundle` in place
    /// of the system's certificates.
    ///
    /// # Errors
    /// [`DownloadError`].
    pub async fn open(url: &str, bundle: Option<&CaBundle>) -> Result<Self, DownloadError> {
        let uri: Uri = url.parse().map_err(|_| DownloadError::NotAUrl)?;
        let client = HttpClient::for_address(&uri, bundle)
            .map_err(|source| transport(&uri, source.into()))?;
        let response = client.get(&uri, None).await?;
        if response.status() != StatusCode::OK {
            return Err(refused(response).await);
        }
        let end = number(response.headers(), CONTENT_LENGTH);
        let end = end.ok_or_else(|| inconsistent(&uri))?;
        Ok(Self {
            client,
            etag: response.headers().get(ETAG).cloned(),
            body: response.into_body(),
            uri,
            next: 0,
            end,
            resumptions_left: RESUMPTIONS,
        })
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.end
    }

    /// The bytes as they come.
    ///
    /// A connection that breaks is taken up again where it broke, at the same version of the
    /// file. The stream ends after exactly [`length`](Self::length) bytes or with an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, DownloadError>> + Send {
        stream::try_unfold(self, Self::advance)
    }

    async fn advance(mut self) -> Result<Option<(Bytes, Self)>, DownloadError> {
        while self.next < self.end {
            let failure = match tokio::time::timeout(PATIENCE, self.body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) if !bytes.is_empty() => {
                        self.next += bytes.len() as u64;
                        self.resumptions_left = RESUMPTIONS;
                        return Ok(Some((bytes, self)));
                    }
                    _ => continue,
                },
                Ok(Some(Err(error))) => transport(&self.uri, error.into()),
                Ok(None) => inconsistent(&self.uri),
                Err(_) => silent(&self.uri),
            };
            self.resume(failure).await?;
        }
        Ok(None)
    }

    /// Asks for the rest, unless that has been of no use too often: then `failure` it is.
    async fn resume(&mut self, failure: DownloadError) -> Result<(), DownloadError> {
        let Some(etag) = self.etag.clone().filter(|_| self.resumptions_left > 0) else {
            return Err(failure);
        };
        self.resumptions_left -= 1;
        let rest = ByteRange::Between(self.next, self.end - 1);
        let response = self.client.get(&self.uri, Some((rest, etag))).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(refused(response).await);
        }
        let range = text(response.headers(), CONTENT_RANGE);
        if !ContentRange::parse(range).is_some_and(|range| range.answers(rest)) {
            return Err(inconsistent(&self.uri));
        }
        self.body = response.into_body();
        Ok(())
    }
}

/// An HTTP client with what the address needs: certificates are loaded for https alone.
#[derive(Debug)]
enum HttpClient {
    Plain(Client<Route, Empty<Bytes>>),
    Tls(Client<hyper_rustls::HttpsConnector<Route>, Empty<Bytes>>),
}

impl HttpClient {
    fn for_address(uri: &Uri, bundle: Option<&CaBundle>) -> std::io::Result<Self> {
        let route = Route::to(uri);
        if uri.scheme_str() == Some("http") {
            return Ok(Self::Plain(build(route)));
        }
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(std::io::Error::other)?;
        let tls = match bundle {
            Some(bundle) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add_parsable_certificates(bundle.certificates());
                tls.with_root_certificates(roots)
            }
            None => tls.with_native_roots()?,
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.with_no_client_auth())
            .https_only()
            .enable_http1()
            .wrap_connector(route);
        Ok(Self::Tls(build(connector)))
    }

    async fn get(
        &self,
        uri: &Uri,
        rest: Option<(ByteRange, HeaderValue)>,
    ) -> Result<Response<Incoming>, DownloadError> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = uri.clone();
        if let Some((range, etag)) = rest {
            let range = HeaderValue::try_from(range.to_string());
            request.headers_mut().extend([
                (RANGE, range.expect("digits are visible ASCII")),
                (IF_MATCH, etag),
            ]);
        }
        let answered = async {
            match self {
                Self::Plain(client) => client.request(request).await,
                Self::Tls(client) => client.request(request).await,
            }
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered.map_err(|error| transport(uri, error.into())),
            Err(_) => Err(silent(uri)),
        }
    }
}

fn build<C>(connector: C) -> Client<C, Empty<Bytes>>
where
    C: Connect + Clone,
{
    Client::builder(TokioExecutor::new()).build(connector)
}

/// What S3 says in its error document.
async fn refused(response: Response<Incoming>) -> DownloadError {
    let status = response.status();
    let body = Limited::new(response.into_body(), ERROR_TEXT);
    let text = match body.collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        // The status is what matters; its text is gone.
        Err(_) => String::new(),
    };
    let message = text
        .split_once("<Message>")
        .and_then(|(_, rest)| rest.split_once("</Message>"))
        .map_or("", |(message, _)| message)
        .to_owned();
    DownloadError::Refused { status, message }
}

fn host(uri: &Uri) -> String {
    uri.host().unwrap_or_default().to_owned()
}

fn transport(uri: &Uri, source: Box<dyn std::error::Error + Send + Sync>) -> DownloadError {
    let host = host(uri);
    DownloadError::Transport { host, source }
}

fn silent(uri: &Uri) -> DownloadError {
    DownloadError::Silent { host: host(uri) }
}

fn inconsistent(uri: &Uri) -> DownloadError {
    DownloadError::Inconsistent { host: host(uri) }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    text(headers, name).parse().ok()
}
