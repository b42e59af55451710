//! S3 requests byte by byte: the head first, the body as the test says.

use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{BUCKET, exists, get, put, with_bucket};
use crate::harness::{TestCloud, allow};

/// A signed head without a body.
pub(super) struct RawHead {
    pub(super) method: &'static str,
    pub(super) host: String,
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    /// What the signature says about the body.
    pub(super) payload: String,
}

impl RawHead {
    /// A head that is addressed to the endpoint's own host.
    pub(super) fn new(cloud: &TestCloud, method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            host: cloud.endpoint().trim_start_matches("http://").to_owned(),
            target: target.into(),
            headers: Vec::new(),
            payload: "UNSIGNED-PAYLOAD".to_owned(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn payload(mut self, payload: impl Into<String>) -> Self {
        self.payload = payload.into();
        self
    }

    /// The head's bytes, signed by the administrator.
    fn signed(&self, credentials: &aws_credential_types::Credentials) -> String {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("http://{}{}", self.host, self.target);
        let named = [("host", self.host.as_str())];
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(named);
        // Framing is between this hop and the next, so clients do not sign it.
        let headers = headers
            .filter(|(name, _)| !["transfer-encoding", "expect", "connection"].contains(name));
        let body = SignableBody::Precomputed(self.payload.clone());
        let signable = SignableRequest::new(self.method, uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (signature, _) = instructions.into_parts();
        let mut text = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\n",
            self.method, self.target, self.host
        );
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        for header in signature {
            text.push_str(&format!("{}: {}\r\n", header.name(), header.value()));
        }
        text + "connection: close\r\n\r\n"
    }

    /// Sends head and body, and reads the answer.
    pub(super) async fn send(&self, cloud: &TestCloud, body: &[u8]) -> String {
        let mut stream = self.open(cloud).await;
        // The cloud may answer and close before it has read everything.
        let _ = stream.write_all(body).await;
        read(&mut stream).await
    }

    /// Sends the head alone.
    pub(super) async fn open(&self, cloud: &TestCloud) -> TcpStream {
        self.open_as(cloud, &cloud.root()).await
    }

    pub(super) async fn open_as(
        &self,
        cloud: &TestCloud,
        credentials: &aws_credential_types::Credentials,
    ) -> TcpStream {
        let mut stream = TcpStream::connect(cloud.endpoint().trim_start_matches("http://"))
            .await
            .unwrap();
        stream
            .write_all(self.signed(credentials).as_bytes())
            .await
            .unwrap();
        stream
    }
}

pub(super) async fn read(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer.
pub(super) fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}

/// The code in an answer's error document.
pub(super) fn code(answer: &str) -> &str {
    let inner = answer
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    inner.map_or("", |(code, _)| code)
}

#[tokio::test]
async fn a_denied_upload_never_sends_its_body() {
    let (cloud, s3) = with_bucket().await;
    let reader = cloud.user("reader", &allow(r#""s3:GetObject""#, "*")).await;
    let head = RawHead::new(&cloud, "PUT", format!("/{BUCKET}/k"))
        .with("content-length", "1000000")
        .with("expect", "100-continue");
    let mut denied = head.open_as(&cloud, &reader).await;
    let answer = read(&mut denied).await;
    assert!(
        answer.starts_with("HTTP/1.1 403"),
        "no 100 before it: {answer}"
    );
    assert_eq!(code(&answer), "AccessDenied");
    let mut allowed = head.open(&cloud).await;
    let mut interim = [0; 25];
    allowed.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    allowed.write_all(&vec![7; 1_000_000]).await.unwrap();
    assert_eq!(status(&read(&mut allowed).await), 200);
    assert_eq!(get(&s3, "k").await.len(), 1_000_000);
}

#[tokio::test]
async fn buckets_are_addressed_by_host_too() {
    let (cloud, s3) = with_bucket().await;
    put(&s3, "a b", b"bytes").await;
    let port = cloud.endpoint().rsplit_once(':').unwrap().1;
    for host in [
        format!("{BUCKET}.localhost:{port}"),
        format!("{BUCKET}.s3.us-east-1.amazonaws.com"),
    ] {
        let head = RawHead {
            host,
            ..RawHead::new(&cloud, "GET", "/a%20b")
        };
        let answer = head.send(&cloud, b"").await;
        assert!(
            status(&answer) == 200 && answer.ends_with("bytes"),
            "{answer}"
        );
        let list = RawHead {
            target: "/?list-type=2".to_owned(),
            ..head
        };
        assert!(list.send(&cloud, b"").await.contains("<Key>a b</Key>"));
    }
}

#[tokio::test]
async fn keys_are_what_the_path_says() {
    let (cloud, s3) = with_bucket().await;
    for key in ["a//b", "../up", "a/./b", "/leading", "plus+", "percent%41"] {
        put(&s3, key, key.as_bytes()).await;
        assert_eq!(get(&s3, key).await, key.as_bytes(), "{key}");
    }
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.key_count(), Some(6));
    let raw = RawHead::new(&cloud, "GET", format!("/{BUCKET}/a/../plus%2B"));
    assert_eq!(
        status(&raw.send(&cloud, b"").await),
        404,
        "a path is not resolved"
    );
    assert!(!exists(&s3, "percentA").await);
}

#[tokio::test]
async fn a_form_upload_is_refused_by_name() {
    let (cloud, _s3) = with_bucket().await;
    let form = RawHead::new(&cloud, "POST", format!("/{BUCKET}"))
        .with("content-type", "multipart/form-data; boundary=x")
        .with("content-length", "3");
    let answer = form.send(&cloud, b"--x").await;
    assert_eq!((status(&answer), code(&answer)), (501, "NotImplemented"));
}
