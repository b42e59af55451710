//! What AWS's own signer signs is accepted, and nothing that differs from it.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4 as params;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use jiff::Timestamp;
use proptest::prelude::*;

use super::claim::{Claim, ClaimV4};
use super::error::AuthError;
use super::payload::PayloadMode;
use super::signature::sha256_hex;
use super::verify::{admissible, v4};
use crate::config::Region;
use crate::incoming::Head;
use crate::regions::EnabledRegions;
use crate::request_id::RequestId;
use crate::service::Service;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SIGNED_AT: i64 = 1_795_000_000;

/// A request as a client would build it.
#[derive(Debug, Clone)]
struct Sent {
    service: Service,
    presigned: bool,
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    token: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let segment = "[A-Za-z0-9._~-]{0,6}(%20|%2B|%C3%A9|%2A)?[A-Za-z0-9]{1,4}";
    let path =
        prop::collection::vec(segment, 0..4).prop_map(|parts| format!("/{}", parts.join("/")));
    let pair = "[a-z][a-z0-9-]{0,5}(=[A-Za-z0-9._~-]{0,6}(%2F|%3D|%20)?)?";
    let query = prop::collection::vec(pair, 0..4).prop_map(|pairs| pairs.join("&"));
    let header = (
        "x-amz-[a-z]{3,8}",
        "[A-Za-z0-9]{1,4}(  ?[A-Za-z0-9,;]{1,4}){0,2}",
    );
    let headers = prop::collection::btree_map(header.0, header.1, 0..4)
        .prop_map(|headers| headers.into_iter().collect());
    (
        prop::sample::select(vec![
            Service::S3,
            Service::Iam,
            Service::Lambda,
            Service::Logs,
        ]),
        any::<bool>(),
        prop::sample::select(vec!["GET", "PUT", "POST", "DELETE"]),
        path,
        query,
        headers,
        prop::collection::vec(any::<u8>(), 0..64),
        any::<bool>(),
    )
        .prop_map(
            |(service, presigned, method, path, query, headers, body, token)| Sent {
                service,
                presigned: presigned && service == Service::S3,
                method,
                path,
                query,
                headers,
                body,
                token,
            },
        )
}

impl Sent {
    /// The head that arrives after AWS's signer has signed it.
    fn signed(&self) -> Head {
        let mut settings = SigningSettings::default();
        if self.service == Service::S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        if self.presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(900));
        }
        let token = self.token.then(|| "dG9rZW4+Lw==".to_owned());
        let identity = Credentials::new("AKIDEXAMPLE", SECRET, token, None, "test").into();
        let params = params::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(self.service.signing_name())
            .time(UNIX_EPOCH + Duration::from_secs(SIGNED_AT.unsigned_abs()))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let mut target = self.path.clone();
        if !self.query.is_empty() {
            target.push('?');
            target.push_str(&self.query);
        }
        let mut headers = self.headers.clone();
        headers.push(("host".into(), "127.0.0.1:4566".into()));
        let body = if self.presigned {
            SignableBody::UnsignedPayload
        } else {
            SignableBody::Bytes(&self.body)
        };
        let signable = SignableRequest::new(
            self.method,
            format!("http://127.0.0.1:4566{target}"),
            headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
            body,
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (signed_headers, signed_query) = instructions.into_parts();
        for header in signed_headers {
            headers.push((header.name().to_owned(), header.value().to_owned()));
        }
        for (name, value) in signed_query {
            target.push(if target.contains('?') { '&' } else { '?' });
            let value =
                percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            target.push_str(&format!("{name}={value}"));
        }
        head(self.method, &target, &headers)
    }
}

fn head(method: &str, target: &str, headers: &[(String, String)]) -> Head {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    Head {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        uri: target.parse().unwrap(),
        headers: map,
        peer: [127, 0, 0, 1].into(),
        received_at: Timestamp::from_second(SIGNED_AT + 60).unwrap(),
        request_id: RequestId::random(),
    }
}

fn verify(head: &Head, service: Service, body: &[u8]) -> Result<(), AuthError> {
    let Claim::V4(claim) = Claim::read(head, service)? else {
        return Err(AuthError::Unsigned);
    };
    let claim: &ClaimV4 = &claim;
    if claim.access_key_id != "AKIDEXAMPLE" || claim.scope.service != service.signing_name() {
        return Err(AuthError::UnknownKey(claim.access_key_id.clone()));
    }
    let regions = EnabledRegions {
        founded_in: Region::default(),
        opened_in: Region::default(),
    };
    admissible(claim, head, &regions)?;
    let computed = sha256_hex(body);
    let hash = if service == Service::S3 {
        let (mode, text) = PayloadMode::read(head, claim.kind)?;
        if let PayloadMode::Sha256(claimed) = mode
            && claimed != computed
        {
            return Err(AuthError::ContentSha256Invalid);
        }
        text
    } else {
        computed
    };
    v4(claim, head, service, &hash, SECRET).map(|_| ())
}

/// Another letter or digit in the place of one.
fn altered(text: &str, place: prop::sample::Index) -> Option<String> {
    let bytes = text.as_bytes();
    let candidates: Vec<usize> = (0..bytes.len())
        .filter(|&at| {
            // Digits after a percent sign spell the same in both cases.
            let encoded = at >= 1 && bytes[at - 1] == b'%' || at >= 2 && bytes[at - 2] == b'%';
            bytes[at].is_ascii_alphanumeric() && !encoded
        })
        .collect();
    let at = *candidates.get(place.index(candidates.len().max(1)))?;
    let mut altered = bytes.to_vec();
    altered[at] = match altered[at] {
        b'z' | b'Z' | b'9' => altered[at] - 1,
        other => other + 1,
    };
    String::from_utf8(altered).ok()
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted(sent in sent()) {
        prop_assert_eq!(verify(&sent.signed(), sent.service, &sent.body), Ok(()));
    }

    #[test]
    fn what_was_changed_is_rejected(sent in sent(), what in 0..5, place: prop::sample::Index, bit in 0..8_u8) {
        let signed = sent.signed();
        let mut changed = signed.clone();
        let mut body = sent.body.clone();
        match what {
            0 => {
                let target = signed.uri.to_string();
                let Some(target) = altered(&target, place) else { return Ok(()) };
                let Ok(uri) = target.parse::<Uri>() else { return Ok(()) };
                changed.uri = uri;
            }
            1 => {
                let name = signed.headers.keys().nth(place.index(signed.headers.keys_len())).unwrap();
                let value = signed.headers[name].to_str().unwrap();
                let Some(value) = altered(value, place) else { return Ok(()) };
                changed.headers.insert(name, HeaderValue::from_str(&value).unwrap());
            }
            2 => {
                let name = HeaderName::from_static("x-amz-added");
                changed.headers.append(name, HeaderValue::from_static("1"));
            }
            3 => changed.method = Method::from_bytes(format!("{}X", sent.method).as_bytes()).unwrap(),
            _ if sent.presigned || body.is_empty() => return Ok(()),
            _ => {
                let at = place.index(body.len());
                body[at] ^= 1 << bit;
            }
        }
        prop_assert!(verify(&changed, sent.service, &body).is_err(), "{:?} {:?}", changed.uri, changed.headers);
    }
}

#[test]
fn a_presigned_url_ends() {
    let sent = Sent {
        service: Service::S3,
        presigned: true,
        method: "GET",
        path: "/bucket/key".into(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        token: false,
    };
    let mut head = sent.signed();
    head.received_at = Timestamp::from_second(SIGNED_AT + 900).unwrap();
    assert_eq!(verify(&head, Service::S3, b""), Ok(()));
    head.received_at = Timestamp::from_second(SIGNED_AT + 901).unwrap();
    assert!(matches!(
        verify(&head, Service::S3, b""),
        Err(AuthError::Expired { .. })
    ));
    head.received_at = Timestamp::from_second(SIGNED_AT - 901).unwrap();
    assert!(matches!(
        verify(&head, Service::S3, b""),
        Err(AuthError::NotYetValid { .. })
    ));
}

#[test]
fn presigned_for_more_than_a_week_is_refused() {
    for (expires, ok) in [
        ("604800", true),
        ("604801", false),
        ("0", false),
        ("-1", false),
        ("x", false),
    ] {
        let target = format!(
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261118%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20261118T110640Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature={}",
            "0".repeat(64)
        );
        let read = Claim::read(&head("GET", &target, &[]), Service::S3);
        assert_eq!(read.is_ok(), ok, "{expires}: {read:?}");
    }
}
