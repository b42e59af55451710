//! Whether a claimed signature holds.

use jiff::{SignedDuration, Timestamp};

use crate::authn::canonical::canonical_request;
use crate::authn::claim::ClaimV4;
use crate::authn::error::{AuthError, SKEW};
use crate::authn::presigned_v2::ClaimV2;
use crate::authn::signature::{SigningKey, equal, string_to_sign};
use crate::incoming::{Head, bucket_of_host};
use crate::regions::EnabledRegions;
use crate::service::Service;

/// Verifies all that can be without the secret: region, time, and that what must be is signed.
pub(super) fn admissible(
    claim: &ClaimV4,
    head: &Head,
    regions: &EnabledRegions,
) -> Result<(), AuthError> {
    // Of services with one endpoint for all regions too: some clients sign for theirs.
    let given = claim.scope.region.as_str();
    if regions.named(given).is_none() {
        return Err(AuthError::WrongRegion {
            given: given.to_owned(),
            expected: regions.opened_in.clone(),
            presigned: claim.expires.is_some(),
        });
    }
    in_time(claim.signed_at, claim.expires, head.received_at)?;
    let unsigned = unsigned_headers(claim, head);
    if unsigned.is_empty() {
        Ok(())
    } else {
        Err(AuthError::NotSigned(unsigned))
    }
}

/// Verifies the signature; the key verifies the chunks of the body.
pub(super) fn v4(
    claim: &ClaimV4,
    head: &Head,
    service: Service,
    payload_hash: &str,
    secret: &str,
) -> Result<SigningKey, AuthError> {
    let canonical = canonical_request(head, service, &claim.signed_headers, payload_hash)?;
    let string_to_sign = string_to_sign(&claim.signed_at_text, &claim.scope, &canonical);
    let key = SigningKey::derive(secret, &claim.scope);
    if equal(&key.sign(string_to_sign.as_bytes()), &claim.signature) {
        Ok(key)
    } else {
        Err(AuthError::Mismatch {
            access_key_id: claim.access_key_id.clone(),
            string_to_sign,
            signature: claim.signature.clone(),
        })
    }
}

/// Verifies a presigned URL of the older kind.
pub(super) fn v2(claim: &ClaimV2, head: &Head, secret: &str) -> Result<(), AuthError> {
    let now = head.received_at;
    if claim.expires_at < now {
        return Err(AuthError::Expired {
            lasting: None,
            expired_at: claim.expires_at,
            now,
        });
    }
    let bucket = head.host().and_then(bucket_of_host);
    if claim.is_signed_with(head, bucket, secret) {
        Ok(())
    } else {
        Err(AuthError::MalformedSignatureV2)
    }
}

fn in_time(
    signed_at: Timestamp,
    expires: Option<SignedDuration>,
    now: Timestamp,
) -> Result<(), AuthError> {
    let Some(lasting) = expires else {
        if now.duration_since(signed_at).abs() > SKEW {
            return Err(AuthError::Skewed { signed_at, now });
        }
        return Ok(());
    };
    if signed_at.duration_since(now) > SKEW {
        return Err(AuthError::NotYetValid { now });
    }
    let expired_at = signed_at + lasting;
    if expired_at < now {
        return Err(AuthError::Expired {
            lasting: Some(lasting.as_secs()),
            expired_at,
            now,
        });
    }
    Ok(())
}

/// `host` and every `x-amz-*` header must be signed: they decide what the request does.
fn unsigned_headers(claim: &ClaimV4, head: &Head) -> Vec<String> {
    let signed = |name: &str| claim.signed_headers.iter().any(|signed| signed == name);
    let mut unsigned: Vec<String> = head
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && !signed(name))
        .map(str::to_owned)
        .collect();
    if !signed("host") {
        unsigned.push("host".to_owned());
    }
    unsigned
}
