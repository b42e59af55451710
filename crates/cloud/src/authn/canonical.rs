//! The canonical form of a request, from the bytes received.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::authn::error::AuthError;
use crate::incoming::Head;
use crate::service::Service;

/// All but the characters that AWS leaves as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const ENCODED_IN_PATHS: &AsciiSet = &ENCODED.remove(b'/');

/// The canonical request that a client signed if it signed this one.
///
/// # Errors
/// A header named as signed is not there.
pub(super) fn canonical_request(
    head: &Head,
    service: Service,
    signed_headers: &[String],
    payload_hash: &str,
) -> Result<Vec<u8>, AuthError> {
    let mut canonical = Vec::with_capacity(1024);
    canonical.extend_from_slice(head.method.as_str().as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(path(head.raw_path(), service).as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(query(head.raw_query()).as_bytes());
    canonical.push(b'\n');
    let mut names: Vec<&String> = signed_headers.iter().collect();
    names.sort_unstable();
    for name in names {
        push_header(&mut canonical, head, name)?;
    }
    canonical.push(b'\n');
    canonical.extend_from_slice(signed_headers.join(";").as_bytes());
    canonical.push(b'\n');
    canonical.extend_from_slice(payload_hash.as_bytes());
    Ok(canonical)
}

/// S3 signs the path encoded once, the others encode again what is encoded on the wire.
///
/// Nothing is normalised: what is routed is the path received, so a path that a client thinks of
/// without its `..` is a path that it did not sign.
fn path(raw: &str, service: Service) -> String {
    if service == Service::S3 {
        let decoded: Vec<u8> = percent_decode_str(raw).collect();
        percent_encode(&decoded, ENCODED_IN_PATHS).to_string()
    } else {
        percent_encode(raw.as_bytes(), ENCODED_IN_PATHS).to_string()
    }
}

/// The parameters, encoded once and sorted, without the signature itself.
fn query(raw: &str) -> String {
    let recoded = |text: &str| {
        let decoded: Vec<u8> = percent_decode_str(text).collect();
        percent_encode(&decoded, ENCODED).to_string()
    };
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recoded(name), recoded(value)))
        .filter(|(name, _)| name != "X-Amz-Signature")
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// `name:value`, several values joined by commas, outer spaces gone and inner ones single.
fn push_header(canonical: &mut Vec<u8>, head: &Head, name: &str) -> Result<(), AuthError> {
    let mut values = head.headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        return Err(AuthError::SignedHeaderMissing(name.to_owned()));
    }
    canonical.extend_from_slice(name.as_bytes());
    canonical.push(b':');
    let mut first = true;
    for value in values {
        if !first {
            canonical.push(b',');
        }
        first = false;
        let mut words = value
            .as_bytes()
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty());
        if let Some(word) = words.next() {
            canonical.extend_from_slice(word);
        }
        for word in words {
            canonical.push(b' ');
            canonical.extend_from_slice(word);
        }
    }
    canonical.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_paths_are_encoded_once_and_kept() {
        for (raw, canonical) in [
            ("/b%20c%2Bd~%C3%A9", "/b%20c%2Bd~%C3%A9"),
            ("/a//b/../c", "/a//b/../c"),
            ("/a+b", "/a%2Bb"),
        ] {
            assert_eq!(path(raw, Service::S3), canonical);
        }
    }

    #[test]
    fn other_paths_are_encoded_twice() {
        assert_eq!(
            path(
                "/2015-03-31/functions/arn%3Aaws%3Alambda/x",
                Service::Lambda
            ),
            "/2015-03-31/functions/arn%253Aaws%253Alambda/x"
        );
    }

    #[test]
    fn queries_are_sorted_and_complete() {
        assert_eq!(query("delete"), "delete=");
        assert_eq!(query("b=2&a=%7e&a=1&X-Amz-Signature=00"), "a=1&a=~&b=2");
        assert_eq!(query("prefix=a+b/&x-id="), "prefix=a%2Bb%2F&x-id=");
    }
}
