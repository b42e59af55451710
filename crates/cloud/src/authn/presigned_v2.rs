//! The older signature in the query of a presigned URL.
//!
//! The aws CLI and boto3 make it by default against an endpoint of one's own. S3 alone takes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::authn::error::AuthError;
use crate::incoming::{Head, query_pairs};

/// Parameters that are part of the resource.
const SUBRESOURCES: [&str; 34] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "delete",
    "encryption",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versions",
    "website",
];

/// A signature of the older kind, read but not verified.
#[derive(Debug)]
pub(super) struct ClaimV2 {
    pub(super) access_key_id: String,
    /// When the URL ends, as given.
    expires_text: String,
    pub(super) expires_at: Timestamp,
    pub(super) session_token: Option<String>,
    signature: [u8; 20],
}

impl ClaimV2 {
    pub(super) fn from_query(head: &Head) -> Result<Self, AuthError> {
        let parameter = |name: &'static str| {
            let mut values = query_pairs(head.raw_query())
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value);
            match (values.next(), values.next()) {
                (value, None) => Ok(value),
                _ => Err(AuthError::QueryMalformed(format!(
                    "{name} must be given once"
                ))),
            }
        };
        let required = |name: &'static str| {
            parameter(name)?.ok_or_else(|| {
                AuthError::Forbidden(
                    "Query-string authentication requires the Signature, Expires and \
                     AWSAccessKeyId parameters"
                        .to_owned(),
                )
            })
        };
        let expires_text = required("Expires")?;
        let expires_at = expires_text
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| {
                AuthError::Forbidden(format!(
                    "Invalid date (should be seconds since epoch): {expires_text}"
                ))
            })?;
        let signature = STANDARD
            .decode(required("Signature")?)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(AuthError::MalformedSignatureV2)?;
        Ok(Self {
            access_key_id: required("AWSAccessKeyId")?,
            expires_text,
            expires_at,
            session_token: parameter("x-amz-security-token")?,
            signature,
        })
    }

    /// Whether the signature is that of the request by this secret.
    pub(super) fn is_signed_with(
        &self,
        head: &Head,
        bucket_of_host: Option<&str>,
        secret: &str,
    ) -> bool {
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(self.string_to_sign(head, bucket_of_host).as_bytes());
        let expected: [u8; 20] = mac.finalize().into_bytes().into();
        expected.ct_eq(&self.signature).into()
    }

    fn string_to_sign(&self, head: &Head, bucket_of_host: Option<&str>) -> String {
        let pairs: Vec<(String, String)> = query_pairs(head.raw_query()).collect();
        // Clients move headers into the query of the URL that they sign.
        let value = |name: &str| {
            head.header(name).map(str::to_owned).or_else(|| {
                pairs
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.clone())
            })
        };
        let mut amz: Vec<(String, String)> = head
            .headers
            .keys()
            .map(|name| name.as_str().to_owned())
            .chain(pairs.iter().map(|(name, _)| name.to_ascii_lowercase()))
            .filter(|name| name.starts_with("x-amz-"))
            .filter_map(|name| value(&name).map(|value| (name, value.trim().to_owned())))
            .collect();
        amz.sort_unstable();
        amz.dedup();
        let amz: String = amz
            .into_iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        format!(
            "{}\n{}\n{}\n{}\n{amz}{}",
            head.method,
            value("content-md5").unwrap_or_default(),
            value("content-type").unwrap_or_default(),
            self.expires_text,
            resource(head, &pairs, bucket_of_host),
        )
    }
}

fn resource(head: &Head, pairs: &[(String, String)], bucket_of_host: Option<&str>) -> String {
    let mut resource = bucket_of_host
        .map(|bucket| format!("/{bucket}"))
        .unwrap_or_default();
    resource.push_str(head.raw_path());
    let mut subresources: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| SUBRESOURCES.contains(&name.as_str()))
        .map(|(name, value)| match value.as_str() {
            "" => name.clone(),
            value => format!("{name}={value}"),
        })
        .collect();
    subresources.sort_unstable();
    if !subresources.is_empty() {
        resource.push('?');
        resource.push_str(&subresources.join("&"));
    }
    resource
}
