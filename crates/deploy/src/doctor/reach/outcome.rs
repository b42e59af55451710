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
    /// What answered speaks no TLS: usually a sign-in page of a network.
    NotTls,
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
            Self::NotTls => bad(
                "what answers speaks no TLS".to_owned(),
                "a network's sign-in page or a wrong port: sign in to the network, check AWS_ENDPOINT_URL",
            ),
            Self::NoProxy { proxy, reason } => bad(
                format!("the proxy {proxy} cannot be reached: {reason}"),
                "check HTTPS_PROXY and HTTP_PROXY, or add this endpoint to NO_PROXY",
            ),
            Self::ProxyRefused { proxy, status: 407 } => bad(
                format!("the proxy {proxy} asks for credentials"),
                "put them into HTTPS_PROXY as http://user:password@host:port",
            ),
            Self::ProxyRefused { proxy, status } => bad(
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

pub(super) fn of_handshake(error: &io::Error) -> Reach {
    let tls = error
        .get_ref()
        .and_then(|source| source.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(reason)) => Reach::Intercepted(match reason {
            CertificateError::UnknownIssuer => "its issuer is not trusted here".to_owned(),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another name".to_owned()
            }
            other => other.to_string(),
        }),
        Some(rustls::Error::InvalidMessage(_)) => Reach::NotTls,
        Some(other) => Reach::Other(other.to_string()),
        None => of_io(error, Stage::Tls),
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
