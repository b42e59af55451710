//! Encryption with KMS keys: who may use them is decided, and nothing is encrypted.
//!
//! A key is known by its ARN alone, and taken to have the policy that the console writes: it leaves the decision to the
//! account's own policies.

use http::HeaderMap;
use iam::calls::{Slot, Template, When};
use iam::policy::Kind;
use iam::{AccountId, Policy};
use s3s::dto::ServerSideEncryption as Encryption;

use super::exchange::Exchange;
use super::fault;
use crate::api_error::ApiError;
use crate::authz::{Particulars, ResourceSide};
use crate::storage::{Bucket, KeyArn};

const HEADER: &str = "x-amz-server-side-encryption";

/// Names the key that a write is to be encrypted with, by its ARN or its ID.
const KEY_HEADER: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// The key of an object that is written with these headers; `None` for S3's own.
///
/// # Errors
/// Headers that contradict each other, or that name what this cloud lacks.
pub(super) fn of_write(
    exchange: &Exchange,
    headers: &HeaderMap,
    bucket: &Bucket,
) -> Result<Option<KeyArn>, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(HEADER), text(KEY_HEADER)) {
        (None, None) => Ok(bucket
            .encryption
            .as_ref()
            .map(|default| default.key.clone())),
        (Some(Encryption::AES256), None) => Ok(None),
        (Some(Encryption::AWS_KMS), Some(named)) => named_key(exchange, named, bucket).map(Some),
        (None | Some(Encryption::AES256), Some(named)) => {
            let message = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                           x-amz-server-side-encryption : aws:kms";
            Err(fault::invalid_argument(message, HEADER, named))
        }
        // Without a name it would be AWS's own key for S3, of which this cloud has none.
        (Some(_), _) => Err(fault::unsupported_header(HEADER)),
    }
}

/// The key that a request names for `bucket`.
///
/// # Errors
/// An alias, or a key of another account: this cloud has none. A key of another region: S3 finds none.
pub(super) fn named_key(
    exchange: &Exchange,
    named: &str,
    bucket: &Bucket,
) -> Result<KeyArn, ApiError> {
    let account = exchange.core().account;
    let refused = |message: String| Err(fault::invalid_argument(message, KEY_HEADER, named));
    let Ok(key) = KeyArn::of_named(named, &bucket.region, account.as_str()) else {
        return refused(format!(
            "this cloud knows KMS keys by their ARNs and IDs alone: {named}"
        ));
    };
    if key.account() != account.as_str() {
        return refused(format!(
            "this cloud has no KMS keys of other accounts: {key}"
        ));
    }
    if key.region() != bucket.region {
        let message = format!("Invalid arn {}", key.region());
        return Err(ApiError::bad_request("KMS.NotFoundException", message));
    }
    Ok(key)
}

/// What the decisions about the key of the object that a call is about depend on.
pub(crate) fn with_key(particulars: Particulars, key: &KeyArn) -> Result<Particulars, ApiError> {
    with(particulars, key, When::Kms, Slot::KeyArn, Template::Key)
}

/// The same of the object that a copy reads.
pub(super) fn with_source_key(
    particulars: Particulars,
    key: &KeyArn,
) -> Result<Particulars, ApiError> {
    let slot = Slot::SourceKeyArn;
    with(particulars, key, When::SourceKms, slot, Template::SourceKey)
}

fn with(
    particulars: Particulars,
    key: &KeyArn,
    when: When,
    slot: Slot,
    template: Template,
) -> Result<Particulars, ApiError> {
    let account: AccountId = key
        .account()
        .parse()
        .map_err(|error| fault::internal(&error))?;
    let delegating = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}}}"#
    );
    let policy = Policy::parse("key", &delegating, Kind::Resource);
    let side = ResourceSide {
        policy: Some(policy.map_err(|error| fault::internal(&error))?),
        ..ResourceSide::default()
    };
    let through = format!("s3.{}.amazonaws.com", key.region());
    Ok(particulars
        .when(when, true)
        .name(slot, key.as_str())
        .key("kms:ViaService", through)
        .side([template], &side))
}
