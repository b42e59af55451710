//! What came of reaching an endpoint, and what it means.

use std::io;

use jiff::Timestamp;
use rustls::CertificateError;

use crate::doctor::{Finding, Verdict};

/// A step of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The TCP connection.
    Connect,
    /// The proxy's tunnel.
    Tunnel,
    /// The TLS handshake.
    Tls,
    /// The first request.
    Request,
}

/// An endpoint that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// What the server's clock shows.
    pub server_time: Option<Timestamp>,
    /// The proxy that was asked.
    pub proxy: Option<String>,
}

/// What came of reaching an endpoint. Causes that call for different remedies are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// It answered.
    Reached(Reached),
    /// Its name has no address.
    NoName(String),
    /// The network has no way to it.
    NoRoute,
    /// Nobody listens there, or a firewall says so.
    Refused,
    /// The connection was cut.
    Reset(Stage),
    /// Nothing came in time, which is what a firewall that drops packets looks like.
    Silent(Stage),
    /// The certificate is of nobody who is trusted: something in between answers in AWS's place.
    Intercepted(String),
    /// The certificate's time is over, or has not come.
    Untimely(String),
    /// The certificate is of nobody whom the bundle that is trusted vouches for.
    NotInBundle(String),
    /// What answered speaks no TLS: usually a sign-in page of a network.
    NotTls,
    /// What answered speaks TLS, and was asked without.
    OnlyTls,
    /// The proxy cannot be reached.
    NoProxy {
        /// Its address, without credentials.
        proxy: String,
        /// What stops it.
        reason: String,
    },
    /// The proxy does not pass the connection on.
    ProxyRefused {
        /// Its address, without credentials.
        proxy: String,
        /// Its answer's status; 407 asks for credentials.
        status: u16,
        /// Whether it was given credentials.
        knew: bool,
    },
    /// The address is none.
    NoAddress(String),
    /// Something else.
    Other(String),
}

impl Reach {
    /// What it means for `endpoint`.
    #[must_use]
    pub fn finding(&self, endpoint: &str) -> Finding {
        let bad = |seen: String, advice: &str| {
            Finding::new(endpoint, Verdict::Bad, seen).advising(advice)
        };
        match self {
            Self::Reached(Reached { proxy: None, .. }) => {
                Finding::new(endpoint, Verdict::Good, "reached")
            }
            Self::Reached(Reached {
                proxy: Some(proxy), ..
            }) => Finding::new(endpoint, Verdict::Good, format!("reached through {proxy}")),
            Self::NoName(host) => bad(
                format!("`{host}` has no address"),
                "check the region's spelling, the DNS settings, and whether the VPN is up",
            ),
            Self::NoRoute => bad(
                "no route".to_owned(),
                "check the network connection, the VPN, and in a VPC the route to a NAT gateway or endpoint",
            ),
            Self::Refused => bad(
                "the connection is refused".to_owned(),
                "nothing listens there or a firewall refuses: check AWS_ENDPOINT_URL and the firewall",
            ),
            Self::Reset(Stage::Tunnel) => bad(
                "the proxy cuts the connection".to_owned(),
                "ask whoever runs the proxy of HTTPS_PROXY to allow this endpoint, or add it to NO_PROXY",
            ),
            Self::Reset(stage) => bad(
                format!("the connection is reset {}", stage.when()),
                "a firewall or VPN cuts the connection: allow this endpoint, leave the VPN, or set HTTPS_PROXY",
            ),
            Self::Silent(stage) => bad(
                format!("nothing comes back {}", stage.when()),
                "a firewall drops the packets: allow this endpoint, or set HTTPS_PROXY",
            ),
            Self::Intercepted(reason) => bad(
                format!("the certificate cannot be trusted: {reason}"),
                "TLS is intercepted: set AWS_CA_BUNDLE to the interceptor's certificates, or exempt this endpoint",
            ),
            Self::Untimely(reason) => bad(
                format!("the certificate cannot be trusted: {reason}"),
                "check this machine's clock; if it is right, whoever runs this endpoint has to renew its certificate",
            ),
            Self::NotInBundle(reason) => bad(
                format!("the certificate cannot be trusted: {reason}"),
                "the file of AWS_CA_BUNDLE does not hold the issuer's certificate: add it, or unset the variable",
            ),
            Self::OnlyTls => bad(
                "what answers speaks TLS alone".to_owned(),
                "write https:// in place of http:// in the endpoint's address",
            ),
            Self::NotTls => bad(
                "what answers speaks no TLS".to_owned(),
                "a network's sign-in page or a wrong port: sign in to the network, check AWS_ENDPOINT_URL",
            ),
            Self::NoProxy { proxy, reason } => bad(
                format!("the proxy {proxy} cannot be reached: {reason}"),
                "check HTTPS_PROXY and HTTP_PROXY, or add this endpoint to NO_PROXY",
            ),
            Self::ProxyRefused {
                proxy,
                status: 407,
                knew: true,
            } => bad(
                format!("the proxy {proxy} does not take the credentials that it is given"),
                "check user and password in HTTPS_PROXY and HTTP_PROXY",
            ),
            Self::ProxyRefused {
                proxy, status: 407, ..
            } => bad(
                format!("the proxy {proxy} asks for credentials"),
                "put them into HTTPS_PROXY as http://user:password@host:port",
            ),
            Self::ProxyRefused { proxy, status, .. } => bad(
                format!("the proxy {proxy} refuses with {status}"),
                "ask whoever runs the proxy to allow this endpoint",
            ),
            Self::NoAddress(text) => bad(
                format!("`{text}` is no http or https address"),
                "check AWS_ENDPOINT_URL",
            ),
            Self::Other(reason) => bad(reason.clone(), "try again with --verbose"),
        }
    }
}

impl Stage {
    fn when(self) -> &'static str {
        match self {
            Self::Connect => "on connecting",
            Self::Tunnel => "by the proxy",
            Self::Tls => "in the TLS handshake",
            Self::Request => "after the first request",
        }
    }
}

/// `bundled` says whether a bundle is trusted in place of the system's certificates.
pub(super) fn of_handshake(error: &io::Error, bundled: bool) -> Reach {
    let tls = error
        .get_ref()
        .and_then(|source| source.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(reason)) => of_certificate(reason, bundled),
        Some(rustls::Error::InvalidMessage(_)) => Reach::NotTls,
        Some(other) => Reach::Other(other.to_string()),
        None => of_io(error, Stage::Tls),
    }
}

fn of_certificate(reason: &CertificateError, bundled: bool) -> Reach {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Reach::Untimely("it has expired".to_owned())
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Reach::Untimely("its time has not come".to_owned())
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature if bundled => {
            Reach::NotInBundle("AWS_CA_BUNDLE does not vouch for its issuer".to_owned())
        }
        CertificateError::UnknownIssuer => {
            Reach::Intercepted("its issuer is not trusted here".to_owned())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Reach::Intercepted("it is for another name".to_owned())
        }
        other => Reach::Intercepted(other.to_string()),
    }
}

pub(super) fn of_io(error: &io::Error, stage: Stage) -> Reach {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reach::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Reach::Reset(stage),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Reach::NoRoute,
        io::ErrorKind::TimedOut => Reach::Silent(stage),
        _ => Reach::Other(error.to_string()),
    }
}
