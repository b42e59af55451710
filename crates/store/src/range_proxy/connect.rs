//! Connections to remote hosts, each to an address that was judged.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower::Service;

use super::address::{RemoteRules, is_public};

/// A host that does not take a connection by then is taken for dead.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Resolves, judges and connects in one go.
///
/// The addresses that are judged are the addresses that are connected to, so a name that resolves
/// differently the second time gains nothing. Literal addresses take the same way.
#[derive(Debug, Clone)]
pub(super) struct JudgedConnector {
    rules: Arc<RemoteRules>,
}

/// The rules refuse the addresses of a host.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` has no public address")]
pub(super) struct NotPublic {
    host: String,
}

/// A connector for both schemes, which loads the certificates that vouch for hosts.
pub(super) fn connector(rules: Arc<RemoteRules>) -> io::Result<HttpsConnector<JudgedConnector>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let tls = match rules.trusted() {
        Some(bundle) => {
            let mut roots = rustls::RootCertStore::empty();
            for certificate in bundle.certificates() {
                roots.add(certificate).map_err(io::Error::other)?;
            }
            tls.with_root_certificates(roots)
        }
        None => tls.with_native_roots()?,
    };
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .wrap_connector(JudgedConnector { rules }))
}

impl Service<Uri> for JudgedConnector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let rules = Arc::clone(&self.rules);
        Box::pin(async move {
            let connected = tokio::time::timeout(CONNECT_TIMEOUT, connect(&rules, &uri)).await;
            connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        })
    }
}

/// The addresses of a name. Those below `localhost` are loopback whatever a resolver knows of them (RFC 6761, 6.3).
async fn resolve(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let local = name.trim_end_matches('.').to_ascii_lowercase();
    if local.ends_with(".localhost") {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into()]);
    }
    Ok(lookup_host((name, port)).await?.collect())
}

async fn connect(rules: &RemoteRules, uri: &Uri) -> io::Result<TokioIo<TcpStream>> {
    let host = uri.host().unwrap_or_default();
    let default_port = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let port = uri.port_u16().unwrap_or(default_port);
    // URLs write IPv6 addresses in brackets, resolvers do not.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let mut judged = resolve(name, port).await?;
    if !rules.names(host, port) {
        judged.retain(|address| is_public(address.ip()));
    }
    if judged.is_empty() {
        let host = host.to_owned();
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            NotPublic { host },
        ));
    }
    let stream = TcpStream::connect(judged.as_slice()).await?;
    stream.set_nodelay(true)?;
    Ok(TokioIo::new(stream))
}
