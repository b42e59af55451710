//! Whether an endpoint can be reached.

mod outcome;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use store::CaBundle;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

pub use outcome::{Reach, Reached, Stage};
use outcome::{of_handshake, of_io};

/// How long each step may take.
const WITHIN: Duration = Duration::from_secs(5);
/// The largest head of an answer that is read.
const HEAD: usize = 16 * 1024;

/// How connections are made: with which certificates trusted, and through which proxies.
#[derive(Debug, Clone)]
pub struct Way {
    tls: Arc<ClientConfig>,
    proxies: Option<Arc<Matcher>>,
    bundled: bool,
}

/// Whether a status is of a proxy that did not pass a request on. Where it asks for itself, AWS says so in a header.
fn is_proxys(status: u16, head: &str) -> bool {
    matches!(status, 403 | 407 | 502..=504) && !head.to_ascii_lowercase().contains("\r\nx-amz")
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Way {
    /// Trusts `bundle`, or the system's certificates where there is none; goes through the proxies of the process's
    /// environment if `proxied`.
    #[must_use]
    pub fn new(bundle: Option<&CaBundle>, proxied: bool) -> Self {
        let mut roots = RootCertStore::empty();
        match bundle {
            Some(bundle) => {
                roots.add_parsable_certificates(bundle.certificates());
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = versions
            .unwrap_or_else(|error| unreachable!("ring has the default versions: {error}"))
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: Arc::new(tls),
            proxies: proxied.then(|| Arc::new(Matcher::from_env())),
            bundled: bundle.is_some(),
        }
    }

    /// Tries `endpoint`, an http or https address, as a client would.
    pub async fn reach(&self, endpoint: &str) -> Reach {
        self.try_reach(endpoint).await.unwrap_or_else(|stop| stop)
    }

    async fn try_reach(&self, endpoint: &str) -> Result<Reach, Reach> {
        let uri: http::Uri = endpoint
            .parse()
            .map_err(|_| Reach::NoAddress(endpoint.to_owned()))?;
        let host = uri
            .host()
            .ok_or_else(|| Reach::NoAddress(endpoint.to_owned()))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(Reach::NoAddress(endpoint.to_owned())),
        };
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let proxy = match &self.proxies {
            Some(proxies) if !store::is_near(host) => proxies.intercept(&uri),
            _ => None,
        };
        let mut stream: Box<dyn Stream> = match &proxy {
            Some(proxy) => self.through(proxy, secure, host, port).await?,
            None => Box::new(connect(host, port).await?),
        };
        if secure {
            stream = self.secured(stream, host).await?;
        }
        let target = if proxy.is_some() && !secure {
            endpoint
        } else {
            "/"
        };
        let authorization = proxy.as_ref().filter(|_| !secure).map(authorization);
        let head = ask(
            &mut stream,
            host,
            target,
            &authorization.unwrap_or_default(),
        )
        .await?;
        match (status(&head), &proxy) {
            (None, _) if head.starts_with('\u{15}') => return Err(Reach::OnlyTls),
            (None, _) => return Err(Reach::Other("what answered speaks no HTTP".to_owned())),
            (Some(status), Some(proxy)) if !secure && is_proxys(status, &head) => {
                return Err(refused(proxy, status));
            }
            _ => {}
        }
        Ok(Reach::Reached(Reached {
            server_time: server_time(&head),
            proxy: proxy.as_ref().map(shown),
        }))
    }

    /// A connection to the proxy, or through it where that must not read along.
    async fn through(
        &self,
        proxy: &Intercept,
        tunnel: bool,
        host: &str,
        port: u16,
    ) -> Result<Box<dyn Stream>, Reach> {
        let no_proxy = |reason: Reach| Reach::NoProxy {
            proxy: shown(proxy),
            reason: reason.finding("proxy").seen,
        };
        let uri = proxy.uri();
        let name = uri.host().unwrap_or_default();
        let secure = uri.scheme_str() == Some("https");
        let its_port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let mut stream: Box<dyn Stream> =
            Box::new(connect(name, its_port).await.map_err(no_proxy)?);
        if secure {
            stream = self.secured(stream, name).await.map_err(no_proxy)?;
        }
        if !tunnel {
            return Ok(stream);
        }
        let authorization = authorization(proxy);
        let request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n{authorization}\r\n");
        let head = exchange(&mut stream, &request, Stage::Tunnel).await?;
        match status(&head) {
            Some(200..=299) => Ok(stream),
            status => Err(refused(proxy, status.unwrap_or_default())),
        }
    }

    async fn secured(&self, stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, Reach> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| Reach::NoAddress(host.to_owned()))?;
        let handshake = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream);
        match timeout(WITHIN, handshake).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(of_handshake(&error, self.bundled)),
            Err(_) => Err(Reach::Silent(Stage::Tls)),
        }
    }
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, Reach> {
    let name = host.trim_matches(['[', ']']);
    let found = timeout(WITHIN, tokio::net::lookup_host((name, port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    if addresses.is_empty() {
        return Err(Reach::NoName(host.to_owned()));
    }
    match timeout(WITHIN, TcpStream::connect(&addresses[..])).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(of_io(&error, Stage::Connect)),
        Err(_) => Err(Reach::Silent(Stage::Connect)),
    }
}

/// The header by which a proxy knows who asks.
fn authorization(proxy: &Intercept) -> String {
    let value = proxy.basic_auth().and_then(|value| value.to_str().ok());
    value
        .map(|value| format!("proxy-authorization: {value}\r\n"))
        .unwrap_or_default()
}

fn refused(proxy: &Intercept, status: u16) -> Reach {
    Reach::ProxyRefused {
        proxy: shown(proxy),
        status,
        knew: proxy.basic_auth().is_some(),
    }
}

/// Asks for nothing in particular; the head of what answers.
async fn ask(
    stream: &mut Box<dyn Stream>,
    host: &str,
    target: &str,
    authorization: &str,
) -> Result<String, Reach> {
    let request = format!(
        "HEAD {target} HTTP/1.1\r\nhost: {host}\r\n{authorization}connection: close\r\n\r\n"
    );
    exchange(stream, &request, Stage::Request).await
}

/// What time the server has.
fn server_time(head: &str) -> Option<Timestamp> {
    let date = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("date").then(|| value.trim())
    });
    let zoned = date.and_then(|date| jiff::fmt::rfc2822::parse(&date.replace("GMT", "+0000")).ok());
    zoned.map(|zoned| zoned.timestamp())
}

async fn exchange(
    stream: &mut Box<dyn Stream>,
    request: &str,
    stage: Stage,
) -> Result<String, Reach> {
    let talk = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
            if stream.read_buf(&mut head).await? == 0 {
                break;
            }
        }
        if head.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&head).into_owned())
    };
    match timeout(WITHIN, talk).await {
        Ok(Ok(head)) => Ok(head),
        Ok(Err(error)) => Err(of_io(&error, stage)),
        Err(_) => Err(Reach::Silent(stage)),
    }
}

fn status(head: &str) -> Option<u16> {
    head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()
}

/// The proxy without its credentials.
fn shown(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    let port = uri.port_u16().map(|port| format!(":{port}"));
    format!(
        "{}://{}{}",
        uri.scheme_str().unwrap_or("http"),
        uri.host().unwrap_or_default(),
        port.unwrap_or_default()
    )
}

#[cfg(test)]
#[path = "../../../store/tests/it/vouched.rs"]
mod vouched;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::net::TcpListener;

    use super::vouched::vouched;
    use super::*;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn direct() -> Way {
        Way::new(None, false)
    }

    /// Answers every connection with `answer` once something was asked.
    async fn answering(answer: &'static str) -> SocketAddr {
        let (listener, address) = listener().await;
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 1024];
                if stream.read(&mut asked).await.unwrap() > 0 {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn what_answers_is_reached_and_tells_its_time() {
        let address =
            answering("HTTP/1.1 403 Forbidden\r\nDate: Sat, 28 Nov 2026 18:00:00 GMT\r\n\r\n")
                .await;
        let reach = direct().reach(&format!("http://{address}")).await;
        let server_time = "2026-11-28T18:00:00Z".parse().ok();
        let expected = Reached {
            server_time,
            proxy: None,
        };
        assert_eq!(reach, Reach::Reached(expected));
    }

    #[tokio::test]
    async fn a_closed_port_refuses() {
        let (listener, address) = listener().await;
        drop(listener);
        assert_eq!(
            direct().reach(&format!("https://{address}")).await,
            Reach::Refused
        );
    }

    #[tokio::test]
    async fn a_cut_connection_is_a_reset() {
        let (listener, address) = listener().await;
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_zero_linger().unwrap();
            }
        });
        let reach = direct().reach(&format!("https://{address}")).await;
        assert_eq!(reach, Reach::Reset(Stage::Tls));
    }

    #[tokio::test]
    async fn an_answer_without_tls_is_told_apart() {
        let address = answering("HTTP/1.1 200 OK\r\n\r\n").await;
        let reach = direct().reach(&format!("https://{address}")).await;
        assert_eq!(reach, Reach::NotTls);
    }

    #[tokio::test]
    async fn a_name_without_address_is_told_apart() {
        let reach = direct().reach("https://nowhere.invalid").await;
        assert_eq!(reach, Reach::NoName("nowhere.invalid".into()));
    }

    #[tokio::test]
    async fn a_foreign_certificate_is_an_interception_until_it_is_trusted() {
        let (acceptor, issuer) = vouched("127.0.0.1");
        let (listener, address) = listener().await;
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that does not trust the certificate ends the handshake.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut asked = [0; 1024];
                    let _asked = stream.read(&mut asked).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            }
        });
        let endpoint = format!("https://{address}");
        let reach = direct().reach(&endpoint).await;
        assert!(matches!(reach, Reach::Intercepted(_)), "{reach:?}");
        let (_, other) = vouched("127.0.0.1");
        let other = CaBundle::from_pem(other).unwrap();
        let reach = Way::new(Some(&other), false).reach(&endpoint).await;
        assert!(matches!(reach, Reach::NotInBundle(_)), "{reach:?}");
        let bundle = CaBundle::from_pem(issuer).unwrap();
        let reach = Way::new(Some(&bundle), false).reach(&endpoint).await;
        assert!(matches!(reach, Reach::Reached(_)), "{reach:?}");
    }

    fn through(proxy: SocketAddr) -> Way {
        let matcher = Matcher::builder()
            .all(format!("http://user:hush@{proxy}"))
            .build();
        Way {
            proxies: Some(Arc::new(matcher)),
            ..direct()
        }
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_is_named_without_its_password() {
        let proxy = answering("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
        let reach = through(proxy)
            .reach("https://sts.us-east-1.amazonaws.com")
            .await;
        let expected = Reach::ProxyRefused {
            proxy: format!("http://{proxy}"),
            status: 407,
            knew: true,
        };
        assert_eq!(reach, expected);
        assert!(!format!("{:?}", reach.finding("sts")).contains("hush"));
    }

    #[tokio::test]
    async fn a_proxy_that_answers_in_the_endpoints_place_is_not_the_endpoint() {
        let check = async |answer: &'static str, expected: Option<u16>| {
            let proxy = answering(answer).await;
            let reach = through(proxy).reach("http://sts.example").await;
            let status = match reach {
                Reach::ProxyRefused { status, .. } => Some(status),
                _ => None,
            };
            assert_eq!(status, expected, "{answer}");
        };
        check("HTTP/1.1 403 Forbidden\r\n\r\n", Some(403)).await;
        check("HTTP/1.1 502 Bad Gateway\r\n\r\n", Some(502)).await;
        let aws = "HTTP/1.1 403 Forbidden\r\nx-amzn-RequestId: 1\r\n\r\n";
        check(aws, None).await;
    }

    #[tokio::test]
    async fn an_address_without_a_scheme_is_none() {
        let reach = direct().reach("notaurl").await;
        assert_eq!(reach, Reach::NoAddress("notaurl".into()));
    }

    #[tokio::test]
    async fn what_speaks_tls_alone_is_told_apart() {
        let address = answering("\u{15}\u{3}\u{3}\0\u{2}\u{2}F").await;
        let reach = direct().reach(&format!("http://{address}")).await;
        assert_eq!(reach, Reach::OnlyTls);
    }

    #[tokio::test]
    async fn a_proxy_that_is_not_there_is_told_apart() {
        let (listener, proxy) = listener().await;
        drop(listener);
        let reach = through(proxy)
            .reach("https://sts.us-east-1.amazonaws.com")
            .await;
        assert!(matches!(reach, Reach::NoProxy { .. }), "{reach:?}");
    }
}
