//! A request as it was received.

use std::net::IpAddr;

use http::{HeaderMap, Method, Uri};
use jiff::Timestamp;

use crate::body::ReceivedBody;
use crate::request_id::RequestId;

/// A request as it was received: nothing is decoded, normalised or believed yet.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// What came before the body.
    pub(crate) head: Head,
    /// The body, of which nothing has been read. Reading it sends `100 Continue` to a client that
    /// waits for it, so what the head tells is decided first.
    pub(crate) body: ReceivedBody,
}

/// What comes before the body of a request.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The method.
    pub(crate) method: Method,
    /// The target, its path and query as the client wrote them.
    pub(crate) uri: Uri,
    /// The headers; values of one name in the order received.
    pub(crate) headers: HeaderMap,
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    /// When the head had been read.
    pub(crate) received_at: Timestamp,
    /// The id under which the response and the event record go.
    pub(crate) request_id: RequestId,
}

impl Head {
    /// The path as received, percent-encoding and all. Never empty.
    pub(crate) fn raw_path(&self) -> &str {
        match self.uri.path() {
            "" => "/",
            path => path,
        }
    }

    /// The query as received, without the question mark; empty if there is none.
    pub(crate) fn raw_query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The first value of a header, if it is readable text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host that the client named, with the port if it named one.
    pub(crate) fn host(&self) -> Option<&str> {
        self.header("host")
            .or_else(|| self.uri.authority().map(http::uri::Authority::as_str))
    }

    /// The first value of a query parameter, decoded.
    pub(crate) fn query_parameter(&self, name: &str) -> Option<String> {
        query_pairs(self.raw_query())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

/// The bucket that a host names, as in `bucket.localhost:4566` and `bucket.s3.us-east-1.amazonaws.com`.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bucket = match name.strip_suffix(".localhost") {
        Some(rest) => rest.strip_suffix(".s3").unwrap_or(rest),
        None => {
            let rest = name.strip_suffix(".amazonaws.com")?;
            let (bucket, endpoint) = rest
                .rsplit_once(".s3")
                .or_else(|| rest.rsplit_once(".s3-"))?;
            let regional = endpoint
                .strip_prefix(['.', '-'])
                .is_some_and(|region| !region.contains('.'));
            if !(endpoint.is_empty() || regional) {
                return None;
            }
            bucket
        }
    };
    (!bucket.is_empty() && bucket != "s3").then_some(bucket)
}

/// The pairs of a raw query, percent-decoded, in order. `+` is a plus sign, as AWS reads it.
pub(crate) fn query_pairs(raw: &str) -> impl Iterator<Item = (String, String)> {
    raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(key), percent_decoded(value))
    })
}

/// The text with its percent-encoding undone; bytes that are no UTF-8 are replaced.
pub(crate) fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
impl Head {
    /// The head of a request from this machine, for tests.
    pub(crate) fn for_tests(method: Method, target: &str) -> Self {
        Self {
            method,
            uri: target.parse().expect("a target"),
            headers: HeaderMap::new(),
            peer: IpAddr::from([127, 0, 0, 1]),
            received_at: "2026-11-21T04:30:00Z".parse().expect("a time"),
            request_id: RequestId::random(),
        }
    }
}
