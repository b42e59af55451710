//! The HTTP stack for AWS itself: which certificates are trusted, and which proxy is asked.
//!
//! The SDK's own default honours neither `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` nor
//! `AWS_CA_BUNDLE` where its connector is built by hand, as ours is for its cryptography.

use std::net::IpAddr;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::attempts;

/// Certificates that are trusted in place of the system's.
#[derive(Debug, Clone)]
pub struct CaBundle {
    pem: Vec<u8>,
}

/// Bytes that are no bundle of certificates.
#[derive(Debug, thiserror::Error)]
#[error("no bundle of PEM certificates: {reason}")]
pub struct CaBundleError {
    reason: String,
}

impl CaBundle {
    /// Reads the certificates of a PEM file.
    ///
    /// # Errors
    /// [`CaBundleError`] if there is none, or one that cannot be trusted as a root.
    pub fn from_pem(pem: impl Into<Vec<u8>>) -> Result<Self, CaBundleError> {
        let pem = pem.into();
        let broken = |reason: String| CaBundleError { reason };
        let certificates = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| broken(error.to_string()))?;
        if certificates.is_empty() {
            return Err(broken("it holds no certificate".to_owned()));
        }
        let mut roots = rustls::RootCertStore::empty();
        for certificate in certificates {
            roots
                .add(certificate)
                .map_err(|error| broken(error.to_string()))?;
        }
        Ok(Self { pem })
    }

    /// The certificates.
    pub fn certificates(&self) -> impl Iterator<Item = CertificateDer<'static>> + '_ {
        CertificateDer::pem_slice_iter(&self.pem).map_while(Result::ok)
    }
}

/// The HTTP stack for AWS: trusts the certificates of `bundle`, or the system's where there is none, and goes through
/// the proxies that the process's environment names.
///
/// This machine and its metadata service are never asked for through a proxy.
pub fn outward_http_client(bundle: Option<&CaBundle>) -> SharedHttpClient {
    let mut trusted = TrustStore::empty().with_native_roots(bundle.is_none());
    if let Some(bundle) = bundle {
        trusted.add_pem_certificate(bundle.pem.clone());
    }
    attempts::telling(SharedHttpClient::new(Split {
        near: client(trusted.clone(), &ProxyConfig::disabled()),
        far: client(trusted, &ProxyConfig::from_env()),
    }))
}

fn client(trusted: TrustStore, proxy: &ProxyConfig) -> SharedHttpClient {
    let proxy = proxy.clone();
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        // The bundle was read before: this cannot fail.
        if let Ok(context) = TlsContext::builder()
            .with_trust_store(trusted.clone())
            .build()
        {
            connector = connector.tls_context(context);
        }
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Two stacks: one for this machine, one for the rest.
#[derive(Debug)]
struct Split<T> {
    near: T,
    far: T,
}

impl HttpClient for Split<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Split {
            near: self.near.http_connector(settings, components),
            far: self.far.http_connector(settings, components),
        })
    }
}

impl HttpConnector for Split<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: Option<Uri> = request.uri().parse().ok();
        if uri.as_ref().and_then(Uri::host).is_some_and(is_near) {
            self.near.call(request)
        } else {
            self.far.call(request)
        }
    }
}

/// Whether a host is this machine, or a metadata service, which is no farther.
pub fn is_near(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        // fd00:ec2::/32 is where EC2 and EKS answer.
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.segments()[..2] == [0xfd00, 0x0ec2]
        }
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::{CaBundle, is_near};

    #[test]
    fn this_machine_and_its_metadata_are_near() {
        for near in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "169.254.169.254",
            "[fd00:ec2::254]",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "sts.amazonaws.com",
            "10.0.0.1",
            "[fd00:ec3::254]",
            "localhost.example",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        for text in [
            "",
            "nothing",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert!(CaBundle::from_pem(text).is_err(), "{text}");
        }
    }
}
