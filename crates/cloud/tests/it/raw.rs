//! Requests byte by byte: signed as a client signs, sent as no client sends.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::TestCloud;

/// A request that is yet to be signed.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The answer to it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Raw {
    /// A form for a query service.
    pub(crate) fn form(body: &str) -> Self {
        Self {
            method: "POST",
            target: "/".into(),
            headers: vec![(
                "content-type".into(),
                "application/x-www-form-urlencoded".into(),
            )],
            body: body.as_bytes().to_vec(),
        }
    }

    /// A request without a body.
    pub(crate) fn get(target: &str) -> Self {
        Self {
            method: "GET",
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The request with the headers of a signature for `service`.
    pub(crate) fn signed(
        self,
        cloud: &TestCloud,
        credentials: &Credentials,
        service: &str,
    ) -> Self {
        self.signed_in(cloud, credentials, service, "us-east-1", SystemTime::now())
    }

    pub(crate) fn signed_in(
        self,
        cloud: &TestCloud,
        credentials: &Credentials,
        service: &str,
        region: &str,
        at: SystemTime,
    ) -> Self {
        let host = cloud.endpoint().trim_start_matches("http://");
        self.signed_for_host(host, credentials, service, region, at)
    }

    /// The same, for a host that the request names whatever the address it is sent to.
    pub(crate) fn signed_for_host(
        mut self,
        host: &str,
        credentials: &Credentials,
        service: &str,
        region: &str,
        at: SystemTime,
    ) -> Self {
        self.headers.push(("host".into(), host.to_owned()));
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://{host}{}", self.target);
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let signable =
            SignableRequest::new(self.method, uri, headers, SignableBody::Bytes(&self.body))
                .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (headers, query) = instructions.into_parts();
        assert!(query.is_empty());
        for header in headers {
            self.headers
                .push((header.name().to_owned(), header.value().to_owned()));
        }
        self
    }

    /// Sends it as it stands.
    pub(crate) async fn send(&self, cloud: &TestCloud) -> Answer {
        self.send_to(cloud.endpoint().trim_start_matches("http://"))
            .await
    }

    /// Sends it as it stands to a host and port.
    pub(crate) async fn send_to(&self, address: &str) -> Answer {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        let chunked = self
            .headers
            .iter()
            .any(|(name, _)| name == "transfer-encoding");
        if !chunked {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        stream.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        Answer { status, text }
    }
}

/// Status and body of what a plain address on loopback answers.
pub(crate) async fn ask(
    method: &'static str,
    address: &str,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let (host, path) = address
        .trim_start_matches("http://")
        .split_once('/')
        .unwrap();
    let mut request = Raw::get(&format!("/{path}")).header("host", host);
    request.method = method;
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.send_to(host).await;
    let (_, body) = answer.text.split_once("\r\n\r\n").unwrap();
    (answer.status, body.to_owned())
}

impl Answer {
    /// The code in an XML error.
    pub(crate) fn code(&self) -> &str {
        self.between("<Code>", "</Code>")
    }

    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        self.text
            .split_once(before)
            .and_then(|(_, rest)| rest.split_once(after))
            .map_or("", |(inner, _)| inner)
    }
}
