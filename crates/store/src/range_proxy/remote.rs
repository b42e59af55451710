//! Reading ranges of remote files: redirects, time limits, and answers that mean what they say.

use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use super::address::{RemoteRules, is_public};
use super::connect::{JudgedConnector, NotPublic, connector};
use crate::ByteRange;
use crate::object::ContentRange;

/// Redirects that are followed.
const REDIRECTS: usize = 10;
/// How long a host may take for the head of an answer, and between two pieces of its body.
const SILENCE: Duration = Duration::from_secs(30);

type HttpClient = Client<HttpsConnector<JudgedConnector>, Empty<Bytes>>;

/// A client of remote files.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    rules: Arc<RemoteRules>,
    /// Made at the first use: it loads root certificates, which most renders never need.
    client: Arc<OnceLock<HttpClient>>,
}

/// A remote file, or a range of it, whose bytes are on their way.
pub(super) struct RemoteFile {
    pub(super) content_type: Option<HeaderValue>,
    /// The part that comes; `None` when it is the whole file.
    pub(super) range: Option<ContentRange>,
    /// Bytes that come, where the host says.
    pub(super) length: Option<u64>,
    pub(super) body: BodyStream,
}

pub(super) type BodyStream = stream::BoxStream<'static, Result<Bytes, RemoteError>>;

/// A remote file cannot be read.
///
/// URLs are shown without their queries, which often are permissions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// It is no URL.
    #[error("`{0}` is no URL")]
    NotAUrl(String),
    /// It is a URL of another scheme.
    #[error("`{0}` is no http or https URL")]
    Scheme(String),
    /// It is a URL of http where only https is read.
    #[error("`{0}` is no https URL, and nothing else is read")]
    NotHttps(String),
    /// It carries a user name or a password, which would be lost at a redirect or sent to it.
    #[error("a URL of `{0}` carries credentials")]
    Userinfo(String),
    /// The host is not public, and no rule lets it through.
    #[error("`{0}` is not public: files are read from public addresses alone")]
    NotPublic(String),
    /// More redirects than are followed.
    #[error("`{0}` redirects more than {REDIRECTS} times")]
    Redirects(String),
    /// A redirect leads nowhere.
    #[error("`{0}` redirects to no URL")]
    BadRedirect(String),
    /// No connection, or one that broke.
    #[error("`{url}` cannot be read")]
    Transport {
        /// What was to be read.
        url: String,
        /// Why it cannot.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Nothing came for too long.
    #[error("`{0}` is silent for {SILENCE:?}")]
    Silent(String),
    /// The host answered with an error.
    #[error("`{url}` answers {status}")]
    Status {
        /// What was to be read.
        url: String,
        /// The host's answer.
        status: StatusCode,
    },
    /// The host answered with another range than was asked for.
    #[error("`{url}` was asked for `{asked}` and answers `{answered}`")]
    WrongRange {
        /// What was to be read.
        url: String,
        /// The range that was asked for.
        asked: ByteRange,
        /// The `Content-Range` of the answer.
        answered: String,
    },
}

impl Remote {
    pub(super) fn new(rules: RemoteRules) -> Self {
        Self {
            rules: Arc::new(rules),
            client: Arc::default(),
        }
    }

    /// Reads a URL, and refuses what can be refused without resolving its name.
    pub(super) fn accept(&self, url: &str) -> Result<Url, RemoteError> {
        let mut url = Url::parse(url).map_err(|_| RemoteError::NotAUrl(url.to_owned()))?;
        url.set_fragment(None);
        self.judge(&url)?;
        Ok(url)
    }

    fn judge(&self, url: &Url) -> Result<(), RemoteError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RemoteError::Scheme(shown(url)));
        }
        if !self.rules.takes(url.scheme()) {
            return Err(RemoteError::NotHttps(shown(url)));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RemoteError::Userinfo(
                url.host_str().unwrap_or_default().to_owned(),
            ));
        }
        let host = url.host_str().unwrap_or_default();
        let literal = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(address.into()),
            Some(url::Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if literal.is_some_and(|address| !is_public(address)) && !self.rules.names(host, port) {
            return Err(RemoteError::NotPublic(host.to_owned()));
        }
        Ok(())
    }

    /// Opens a file, or a range of it.
    ///
    /// Where a host ignores the range, the bytes before it are read and dropped, so that a reader
    /// gets the range it asked for all the same.
    pub(super) async fn open(
        &self,
        method: &Method,
        url: &Url,
        range: Option<ByteRange>,
    ) -> Result<RemoteFile, RemoteError> {
        let (url, response) = self.follow(method, url.clone(), range).await?;
        let status = response.status();
        let (head, body) = response.into_parts();
        let length = number(&head.headers, CONTENT_LENGTH);
        let file = |range, length| RemoteFile {
            content_type: head.headers.get(http::header::CONTENT_TYPE).cloned(),
            range,
            length,
            body: if *method == Method::HEAD {
                stream::empty().boxed()
            } else {
                bytes_of(url.clone(), body).boxed()
            },
        };
        match (status, range) {
            (StatusCode::OK, None) => Ok(file(None, length)),
            (StatusCode::OK, Some(asked)) => {
                let meant = length.and_then(|size| Some((size, asked.within(size)?)));
                let Some((size, (first, last))) = meant else {
                    // Without a length nobody can tell what a range means: the whole comes.
                    return Ok(file(None, length));
                };
                let part = ContentRange { first, last, size };
                let mut file = file(Some(part), Some(part.length()));
                file.body = cut(file.body, first, part.length()).boxed();
                Ok(file)
            }
            (StatusCode::PARTIAL_CONTENT, Some(asked)) => {
                let answered = text(&head.headers, CONTENT_RANGE);
                match ContentRange::parse(answered) {
                    Some(part)
                        if part.answers(asked)
                            && length.is_none_or(|length| length == part.length()) =>
                    {
                        Ok(file(Some(part), Some(part.length())))
                    }
                    _ => Err(RemoteError::WrongRange {
                        url: shown(&url),
                        asked,
                        answered: answered.to_owned(),
                    }),
                }
            }
            (status, _) => Err(RemoteError::Status {
                url: shown(&url),
                status,
            }),
        }
    }

    /// Asks, and asks again where an answer sends it, judging every step.
    async fn follow(
        &self,
        method: &Method,
        mut url: Url,
        range: Option<ByteRange>,
    ) -> Result<(Url, http::Response<Incoming>), RemoteError> {
        let origin = url.clone();
        for _ in 0..=REDIRECTS {
            self.judge(&url)?;
            let response = self.ask(method, &url, range).await?;
            let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !redirects {
                return Ok((url, response));
            }
            let location = text(response.headers(), LOCATION);
            let target = (!location.is_empty()).then(|| url.join(location));
            url = match target {
                Some(Ok(target)) => target,
                _ => return Err(RemoteError::BadRedirect(shown(&url))),
            };
        }
        Err(RemoteError::Redirects(shown(&origin)))
    }

    async fn ask(
        &self,
        method: &Method,
        url: &Url,
        range: Option<ByteRange>,
    ) -> Result<http::Response<Incoming>, RemoteError> {
        let transport = |source| transport(url, source);
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(
                USER_AGENT,
                concat!("framewright/", env!("CARGO_PKG_VERSION")),
            )
            // Ranges count the bytes of the file, not of a compressed form of it.
            .header(ACCEPT_ENCODING, "identity");
        if let Some(range) = range {
            request = request.header(RANGE, range.to_string());
        }
        let request = request.body(Empty::new());
        let request = request.map_err(|error| transport(error.into()))?;
        let client = self.client().map_err(|error| transport(error.into()))?;
        match tokio::time::timeout(SILENCE, client.request(request)).await {
            Ok(answered) => answered.map_err(|error| transport(error.into())),
            Err(_) => Err(RemoteError::Silent(shown(url))),
        }
    }

    fn client(&self) -> io::Result<HttpClient> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let connector = connector(Arc::clone(&self.rules))?;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(self.client.get_or_init(|| client).clone())
    }
}

/// A URL as errors show it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// Says which host the rules refused, where that is what went wrong.
fn transport(url: &Url, source: Box<dyn StdError + Send + Sync>) -> RemoteError {
    let first: &(dyn StdError + 'static) = &*source;
    let mut chain = std::iter::successors(Some(first), |error| (*error).source());
    let refused = chain.any(|error| {
        let io = error.downcast_ref::<io::Error>();
        let inner = io.and_then(io::Error::get_ref);
        error.is::<NotPublic>() || inner.is_some_and(|inner| inner.is::<NotPublic>())
    });
    if refused {
        return RemoteError::NotPublic(url.host_str().unwrap_or_default().to_owned());
    }
    RemoteError::Transport {
        url: shown(url),
        source,
    }
}

/// The data of a body, as long as some comes in time.
fn bytes_of(url: Url, body: Incoming) -> impl Stream<Item = Result<Bytes, RemoteError>> {
    stream::try_unfold((url, body), async |(url, mut body)| {
        loop {
            match tokio::time::timeout(SILENCE, body.frame()).await {
                Err(_) => return Err(RemoteError::Silent(shown(&url))),
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(transport(&url, error.into())),
                Ok(Some(Ok(frame))) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some((bytes, (url, body))));
                    }
                }
            }
        }
    })
}

/// `length` bytes from the byte `first` on.
fn cut(body: BodyStream, first: u64, length: u64) -> BodyStream {
    stream::try_unfold((body, first, length), async |(mut body, mut skip, left)| {
        if left == 0 {
            return Ok(None);
        }
        while let Some(bytes) = body.next().await.transpose()? {
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(bytes.len());
            skip -= skipped as u64;
            let rest = bytes.slice(skipped..);
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
            if taken > 0 {
                let left = left - taken as u64;
                return Ok(Some((rest.slice(..taken), (body, skip, left))));
            }
        }
        Ok(None)
    })
    .boxed()
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

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_are_judged_before_anything_is_asked() {
        let remote = Remote::new(RemoteRules::public().allow("127.0.0.1", 9000));
        let check = |url: &str, expected: &str| {
            let text = match remote.accept(url) {
                Ok(url) => url.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(text, expected, "{url}");
        };
        let public = "files are read from public addresses alone";
        check("https://example.com/a b#c", "https://example.com/a%20b");
        check(
            "file:///etc/passwd",
            "`file:///etc/passwd` is no http or https URL",
        );
        check("not a URL", "`not a URL` is no URL");
        check(
            "https://u:p@example.com/",
            "a URL of `example.com` carries credentials",
        );
        check(
            "http://127.0.0.1/",
            &format!("`127.0.0.1` is not public: {public}"),
        );
        check("http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x");
        check(
            "http://[::1]:9000/",
            &format!("`[::1]` is not public: {public}"),
        );
        // Every spelling of an address is the address.
        check(
            "http://2130706433/",
            &format!("`127.0.0.1` is not public: {public}"),
        );
        check(
            "http://0x7f.1/",
            &format!("`127.0.0.1` is not public: {public}"),
        );
        check(
            "http://169.254.169.254/",
            &format!("`169.254.169.254` is not public: {public}"),
        );
    }

    #[test]
    fn rules_for_https_refuse_what_they_let_through_by_name() {
        let rules = RemoteRules::public().allow("127.0.0.1", 9000);
        let remote = Remote::new(rules.https_alone());
        let error = remote.accept("http://127.0.0.1:9000/a?secret").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`http://127.0.0.1:9000/a` is no https URL, and nothing else is read"
        );
        assert!(remote.accept("https://127.0.0.1:9000/a").is_ok());
    }

    proptest! {
        #[test]
        fn a_cut_is_the_slice(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..5), 0..6),
            first in 0..20_usize,
            length in 0..20_usize,
        ) {
            let whole = pieces.concat();
            let expected = whole.get(first..).unwrap_or_default();
            let expected = &expected[..length.min(expected.len())];
            let body = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece)))).boxed();
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let cut = cut(body, first as u64, length as u64).try_collect::<Vec<_>>();
            prop_assert_eq!(runtime.block_on(cut).expect("a body").concat(), expected);
        }
    }
}
