//! How a connection that carries no credentials gets to its address.

use std::task::{Context, Poll};

use futures_util::TryFutureExt as _;
use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::is_near;

/// A connection to an address: straight to it, or through a tunnel of the proxy that the process's environment names.
#[derive(Debug, Clone)]
pub(crate) enum Route {
    Straight(HttpConnector),
    Tunnel(Tunnel<HttpConnector>),
}

impl Route {
    pub(crate) fn to(uri: &Uri) -> Self {
        let mut connector = HttpConnector::new();
        // The schemes that need more are wrapped.
        connector.enforce_http(false);
        let far = !uri.host().is_some_and(is_near);
        match Matcher::from_env().intercept(uri).filter(|_| far) {
            Some(proxy) => {
                let tunnel = Tunnel::new(proxy.uri().clone(), connector);
                Self::Tunnel(match proxy.basic_auth() {
                    Some(authorization) => tunnel.with_auth(authorization.clone()),
                    None => tunnel,
                })
            }
            None => Self::Straight(connector),
        }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl tower::Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Straight(connector) => connector.poll_ready(context).map_err(Into::into),
            Self::Tunnel(tunnel) => tunnel.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self {
            Self::Straight(connector) => Box::pin(connector.call(uri).map_err(Into::into)),
            Self::Tunnel(tunnel) => Box::pin(tunnel.call(with_port(uri)).map_err(Into::into)),
        }
    }
}

/// The address with its port: a tunnel goes to 443 where there is none.
fn with_port(uri: Uri) -> Uri {
    let plain = uri.scheme_str() == Some("http") && uri.port().is_none();
    let authority = uri.host().filter(|_| plain);
    let authority = authority.and_then(|host| format!("{host}:80").parse().ok());
    let Some(authority) = authority else {
        return uri;
    };
    let mut parts = uri.clone().into_parts();
    parts.authority = Some(authority);
    Uri::from_parts(parts).unwrap_or(uri)
}

#[cfg(test)]
mod tests {
    use super::with_port;

    #[test]
    fn an_address_without_tls_has_port_80() {
        let check = |address: &str, expected: &str| {
            assert_eq!(with_port(address.parse().unwrap()).to_string(), expected);
        };
        check("http://s3.example/b/k?x=1", "http://s3.example:80/b/k?x=1");
        check("http://s3.example:8080/", "http://s3.example:8080/");
        check("https://s3.example/", "https://s3.example/");
    }
}
