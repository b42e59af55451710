//! From a request as received to a request whose sender is known.

use http::HeaderName;
use http::header::HeaderValue;

use crate::api_address::ApiAddress;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authn::caller::{Caller, CredentialUse, SignatureKind};
use crate::authn::claim::{Claim, ClaimV4, scoped_region, scoped_service};
use crate::authn::credentials::Credentials;
use crate::authn::error::AuthError;
use crate::authn::payload::PayloadMode;
use crate::authn::presigned_v2::ClaimV2;
use crate::authn::signature::sha256_hex;
use crate::authn::verify::{admissible, v2, v4};
use crate::body::{ChunkSigning, ReceivedBody, VerifiedBody};
use crate::config::Region;
use crate::events::{Trail, parameters};
use crate::identity::{Identities, KeyUses, Sessions};
use crate::incoming::{Head, Incoming, query_pairs};
use crate::regions::{EnabledRegions, GLOBAL};
use crate::service::Service;

/// Establishes who sends requests; a handle.
#[derive(Debug, Clone)]
pub(crate) struct Authenticator {
    credentials: Credentials,
    key_uses: KeyUses,
    regions: EnabledRegions,
}

/// Which service a request is for, as far as can be told before anything is verified.
///
/// # Errors
/// The name in the scope, if this cloud has no such service.
pub(crate) fn service_of(head: &Head) -> Result<Service, String> {
    if let Some(name) = scoped_service(head) {
        return Service::from_signing_name(&name).ok_or(name);
    }
    if ApiAddress::of(head).is_some() {
        return Ok(Service::ExecuteApi);
    }
    if head.query_parameter("AWSAccessKeyId").is_some() {
        return Ok(Service::S3);
    }
    Ok(Service::of_unsigned(head))
}

impl Authenticator {
    pub(crate) fn new(
        regions: EnabledRegions,
        identities: Identities,
        key_uses: KeyUses,
        sessions: Sessions,
    ) -> Self {
        Self {
            key_uses,
            credentials: Credentials {
                identities,
                sessions,
            },
            regions,
        }
    }

    /// The region that a request is for: the one that its signature is scoped to, or the one of the
    /// API that it is addressed to. Services with one endpoint for all regions are where that is.
    pub(crate) fn region_of(&self, service: Service, head: &Head) -> Region {
        match scoped_region(head) {
            Some(name) => self.region_named(service, Some(&name)),
            None => self.region_of_unsigned(service, head),
        }
    }

    fn region_of_unsigned(&self, service: Service, head: &Head) -> Region {
        let address = ApiAddress::of(head).filter(|_| service == Service::ExecuteApi);
        self.region_named(service, address.and_then(|address| address.region))
    }

    fn region_named(&self, service: Service, name: Option<&str>) -> Region {
        let name = if service.is_global() {
            Some(GLOBAL)
        } else {
            name
        };
        name.and_then(|name| self.regions.named(name))
            .unwrap_or_else(|| self.regions.opened_in.clone())
    }

    /// Verifies a request for `service`.
    ///
    /// The body of an S3 request has not been touched when this returns, so that what the head
    /// tells can be decided before the client is told to go on. The bodies of other services are
    /// part of what is signed and have been read.
    ///
    /// # Errors
    /// Why the sender is not known, in the service's words.
    pub(crate) async fn authenticate(
        &self,
        service: Service,
        incoming: Incoming,
        trail: Trail,
    ) -> Result<(Authenticated, VerifiedBody), ApiError> {
        let Incoming { mut head, body } = incoming;
        let in_words = |error: AuthError| error.into_api_error(service);
        // What was verified, not what the head looked like before.
        let mut region = self.region_of_unsigned(service, &head);
        // What an API's clients put into these places is for the API, unless they sign for it.
        let claim = match scoped_service(&head) {
            None if service == Service::ExecuteApi => Claim::Unsigned,
            _ => Claim::read(&head, service).map_err(in_words)?,
        };
        let (caller, body) = match claim {
            Claim::Unsigned if service == Service::ExecuteApi => {
                let mode = PayloadMode::Unsigned;
                (Caller::anonymous(), keyless(body, &head, mode, &trail)?)
            }
            Claim::Unsigned if service == Service::S3 => {
                let mode = PayloadMode::unsigned(&head).map_err(in_words)?;
                (Caller::anonymous(), keyless(body, &head, mode, &trail)?)
            }
            Claim::Unsigned => return Err(in_words(AuthError::Unsigned)),
            Claim::V2(claim) => {
                trail.key_named(&claim.access_key_id);
                let caller = self.v2(&claim, &head).map_err(in_words)?;
                let mode = PayloadMode::unsigned(&head).map_err(in_words)?;
                (caller, keyless(body, &head, mode, &trail)?)
            }
            Claim::V4(claim) => {
                trail.key_named(&claim.access_key_id);
                region = self.region_named(service, Some(&claim.scope.region));
                self.v4(service, &claim, &head, body, &trail).await?
            }
        };
        trail.authenticated(&caller);
        trail.note_key_use(&self.key_uses);
        restore_headers(&mut head, &caller);
        let request = Authenticated::new(service, region, head, caller, trail);
        Ok((request, body))
    }

    fn v2(&self, claim: &ClaimV2, head: &Head) -> Result<Caller, AuthError> {
        let found = self.credentials.find(
            &claim.access_key_id,
            claim.session_token.as_deref(),
            head.received_at,
        )?;
        v2(claim, head, &found.secret)?;
        Ok(found.caller.signing(CredentialUse {
            kind: SignatureKind::PresignedV2,
            // The URL does not say when it was made.
            signed_at: head.received_at,
        }))
    }

    async fn v4(
        &self,
        service: Service,
        claim: &ClaimV4,
        head: &Head,
        body: ReceivedBody,
        trail: &Trail,
    ) -> Result<(Caller, VerifiedBody), ApiError> {
        let in_words = |error: AuthError| error.into_api_error(service);
        let found = self
            .credentials
            .find(
                &claim.access_key_id,
                claim.session_token.as_deref(),
                head.received_at,
            )
            .map_err(in_words)?;
        admissible(claim, head, &self.regions).map_err(in_words)?;
        let body = if service == Service::S3 {
            let (mode, text) = PayloadMode::read(head, claim.kind).map_err(in_words)?;
            let key = v4(claim, head, service, &text, &found.secret).map_err(in_words)?;
            match mode {
                PayloadMode::SignedChunks { trailers } => {
                    let (at, seed) = (&claim.signed_at_text, &claim.signature);
                    let signing = ChunkSigning::new(key, at, &claim.scope, seed);
                    VerifiedBody::chunked(body, head, Some(signing), trailers, trail.clone())?
                }
                other => keyless(body, head, other, trail)?,
            }
        } else {
            let bytes = body.whole(head, largest_body(service), trail).await?;
            v4(claim, head, service, &sha256_hex(&bytes), &found.secret).map_err(in_words)?;
            trail.asked_for(parameters(service, head, &bytes));
            VerifiedBody::whole(bytes)
        };
        let caller = found.caller.signing(CredentialUse {
            kind: claim.kind,
            signed_at: claim.signed_at,
        });
        Ok((caller, body))
    }
}

/// A body whose bytes no key has signed: at most their hash, as part of the head.
fn keyless(
    body: ReceivedBody,
    head: &Head,
    mode: PayloadMode,
    trail: &Trail,
) -> Result<VerifiedBody, ApiError> {
    let trail = trail.clone();
    match mode {
        PayloadMode::Unsigned => VerifiedBody::plain(body, head, None, trail),
        PayloadMode::Sha256(hash) => VerifiedBody::plain(body, head, Some(hash), trail),
        PayloadMode::UnsignedChunks => VerifiedBody::chunked(body, head, None, true, trail),
        PayloadMode::SignedChunks { .. } => {
            Err(AuthError::ContentSha256Invalid.into_api_error(Service::S3))
        }
    }
}

/// The largest body of each service that must be read before its signature can be verified.
const fn largest_body(service: Service) -> usize {
    match service {
        // A function's zip in base64.
        Service::Lambda => 70_167_211,
        Service::Logs | Service::Sqs => 8 * 1024 * 1024,
        Service::ExecuteApi => 10 * 1024 * 1024 + 1,
        _ => 2 * 1024 * 1024,
    }
}

/// Puts back the headers that a client moved into the query of the URL that it signed.
fn restore_headers(head: &mut Head, caller: &Caller) {
    let moved = |name: &str| match caller.credential().map(|credential| credential.kind) {
        Some(SignatureKind::Presigned) => name.starts_with("x-amz-"),
        Some(SignatureKind::PresignedV2) => {
            name.starts_with("x-amz-") || name == "content-type" || name == "content-md5"
        }
        Some(SignatureKind::Header) | None => false,
    };
    let pairs: Vec<(String, String)> = query_pairs(head.raw_query()).collect();
    for (name, value) in pairs {
        let name = name.to_ascii_lowercase();
        if !moved(&name) || OF_SIGNATURES.contains(&name.as_str()) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            head.headers.entry(name).or_insert(value);
        }
    }
}

/// Parameters that are part of a signature, not headers.
const OF_SIGNATURES: [&str; 7] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
];
