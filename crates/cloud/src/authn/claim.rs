//! What a request says about its signature, before any of it is believed.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::authn::caller::SignatureKind;
use crate::authn::error::AuthError;
use crate::authn::presigned_v2::ClaimV2;
use crate::authn::signature::{Scope, is_sha256_hex};
use crate::incoming::{Head, query_pairs};
use crate::service::Service;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A week: the longest time for which a request may be signed ahead.
const LONGEST_EXPIRY: i64 = 604_800;

/// How a request says that it is signed.
#[derive(Debug)]
pub(super) enum Claim {
    /// Not at all.
    Unsigned,
    /// By SigV4.
    V4(ClaimV4),
    /// By the older signature in the query.
    V2(ClaimV2),
}

/// A SigV4 signature, read but not verified.
#[derive(Debug)]
pub(super) struct ClaimV4 {
    pub(super) kind: SignatureKind,
    pub(super) access_key_id: String,
    pub(super) scope: Scope,
    /// Lower-case names in the order given.
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) signed_at: Timestamp,
    /// `20261121T043000Z`, as given.
    pub(super) signed_at_text: String,
    /// Of presigned requests.
    pub(super) expires: Option<SignedDuration>,
    pub(super) session_token: Option<String>,
}

/// The service that a signature is scoped to, as far as can be told without believing it.
pub(super) fn scoped_service(head: &Head) -> Option<String> {
    of_scope(head, 1)
}

/// The region that a signature is scoped to, likewise.
pub(super) fn scoped_region(head: &Head) -> Option<String> {
    of_scope(head, 2)
}

/// A part of the scope, counted from its end.
fn of_scope(head: &Head, from_end: usize) -> Option<String> {
    let credential = match head.header("authorization") {
        Some(header) => header
            .split_once("Credential=")?
            .1
            .split(',')
            .next()?
            .to_owned(),
        None => head.query_parameter("X-Amz-Credential")?,
    };
    Some(credential.trim().rsplit('/').nth(from_end)?.to_owned())
}

impl Claim {
    /// Reads what a request says about its signature.
    ///
    /// # Errors
    /// That it says it in a form that nobody takes, or in two forms at once.
    pub(super) fn read(head: &Head, service: Service) -> Result<Self, AuthError> {
        let in_header = head.headers.contains_key("authorization");
        let (mut v4, mut v2) = (false, false);
        for (name, _) in query_pairs(head.raw_query()) {
            v4 |= name == "X-Amz-Algorithm" || name == "X-Amz-Signature";
            v2 |= name == "AWSAccessKeyId" || name == "Signature";
        }
        match (in_header, v4, v2 && service == Service::S3) {
            (false, false, false) => Ok(Self::Unsigned),
            (true, false, false) => ClaimV4::from_header(head).map(Self::V4),
            (false, true, false) => ClaimV4::from_query(head).map(Self::V4),
            (false, false, true) => ClaimV2::from_query(head).map(Self::V2),
            _ => Err(AuthError::SeveralMechanisms),
        }
    }
}

impl ClaimV4 {
    fn from_header(head: &Head) -> Result<Self, AuthError> {
        let malformed = |what: &str| AuthError::Malformed(what.to_owned());
        let mut values = head.headers.get_all("authorization").iter();
        let header = match (values.next(), values.next()) {
            (Some(one), None) => one.to_str().map_err(|_| malformed("it is no text"))?,
            _ => return Err(AuthError::SeveralMechanisms),
        };
        let (algorithm, members) = header.split_once(' ').unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(AuthError::UnsupportedAlgorithm);
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for member in members.split(',') {
            let (name, value) = member
                .trim()
                .split_once('=')
                .ok_or_else(|| malformed("a member has no value"))?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(malformed("a member is unknown")),
            };
            if place.replace(value.to_owned()).is_some() {
                return Err(malformed("a member is given twice"));
            }
        }
        let missing = |what: &str| AuthError::Malformed(format!("{what} is missing"));
        let signed_at_text = date_of(head)?;
        Self::assemble(Parts {
            kind: SignatureKind::Header,
            credential: &credential.ok_or_else(|| missing("Credential"))?,
            signed_headers: &signed_headers.ok_or_else(|| missing("SignedHeaders"))?,
            signature: signature.ok_or_else(|| missing("Signature"))?,
            signed_at_text,
            expires: None,
            session_token: head.header("x-amz-security-token").map(str::to_owned),
        })
    }

    fn from_query(head: &Head) -> Result<Self, AuthError> {
        let parameter = |name: &'static str| {
            let mut values = query_pairs(head.raw_query())
                .filter(|(key, _)| key == name)
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
                AuthError::QueryMalformed(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                     X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
                     X-Amz-Expires parameters."
                        .to_owned(),
                )
            })
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(AuthError::QueryMalformed(format!(
                "X-Amz-Algorithm only supports \"{ALGORITHM}\""
            )));
        }
        let expires = expiry(&required("X-Amz-Expires")?)?;
        Self::assemble(Parts {
            kind: SignatureKind::Presigned,
            credential: &required("X-Amz-Credential")?,
            signed_headers: &required("X-Amz-SignedHeaders")?,
            signature: required("X-Amz-Signature")?,
            signed_at_text: required("X-Amz-Date")?,
            expires: Some(expires),
            session_token: parameter("X-Amz-Security-Token")?,
        })
    }

    fn assemble(parts: Parts<'_>) -> Result<Self, AuthError> {
        let malformed = |what: String| match parts.kind {
            SignatureKind::Header => AuthError::Malformed(what),
            _ => AuthError::QueryMalformed(what),
        };
        let mut scope = parts.credential.rsplitn(5, '/');
        let (Some("aws4_request"), Some(service), Some(region), Some(date), Some(access_key_id)) = (
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
        ) else {
            return Err(malformed(
                "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
                    .to_owned(),
            ));
        };
        let signed_at = timestamp(&parts.signed_at_text).ok_or_else(|| {
            malformed(
                "the date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned(),
            )
        })?;
        if !parts.signed_at_text.starts_with(date) || date.len() != 8 {
            return Err(malformed(
                "the date of the Credential is not the date of the request".to_owned(),
            ));
        }
        if !is_sha256_hex(&parts.signature) {
            return Err(malformed(
                "the Signature is not 64 hexadecimal digits".to_owned(),
            ));
        }
        let signed_headers: Vec<String> =
            parts.signed_headers.split(';').map(str::to_owned).collect();
        let lower =
            |name: &String| !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
        if !signed_headers.iter().all(lower) {
            return Err(malformed(
                "SignedHeaders must be names in lower case".to_owned(),
            ));
        }
        Ok(Self {
            kind: parts.kind,
            access_key_id: access_key_id.to_owned(),
            scope: Scope {
                date: date.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
            },
            signed_headers,
            signature: parts.signature,
            signed_at,
            signed_at_text: parts.signed_at_text,
            expires: parts.expires,
            session_token: parts.session_token,
        })
    }
}

/// The parts of a signature, wherever they stood.
struct Parts<'a> {
    kind: SignatureKind,
    credential: &'a str,
    signed_headers: &'a str,
    signature: String,
    signed_at_text: String,
    expires: Option<SignedDuration>,
    session_token: Option<String>,
}

/// The time of a request that is signed in its header: `X-Amz-Date`, or else `Date`.
fn date_of(head: &Head) -> Result<String, AuthError> {
    if let Some(date) = head.header("x-amz-date") {
        return Ok(date.to_owned());
    }
    let date = head.header("date").ok_or_else(|| {
        AuthError::Malformed("it requires a valid Date or x-amz-date header".to_owned())
    })?;
    let parsed = jiff::fmt::rfc2822::parse(date)
        .map_err(|_| AuthError::Malformed("its Date cannot be read".to_owned()))?;
    Ok(crate::clock::basic_iso8601(parsed.timestamp()))
}

/// Reads `20261121T043000Z`.
fn timestamp(text: &str) -> Option<Timestamp> {
    let well_formed = text.len() == 16
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !well_formed {
        return None;
    }
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

fn expiry(text: &str) -> Result<SignedDuration, AuthError> {
    let problem = |what: &str| Err(AuthError::QueryMalformed(what.to_owned()));
    match text.parse::<i64>() {
        Err(_) => problem("X-Amz-Expires should be a number"),
        Ok(..=0) => problem("X-Amz-Expires must be positive"),
        Ok(seconds) if seconds > LONGEST_EXPIRY => problem(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires \
             must be less than 604800 seconds",
        ),
        Ok(seconds) => Ok(SignedDuration::from_secs(seconds)),
    }
}
