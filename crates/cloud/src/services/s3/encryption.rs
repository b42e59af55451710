//! Encryption with a KMS key. This cloud has no keys, and refuses to encrypt with one; whether the caller might use the
//! key is decided and recorded before that.

use iam::calls::{Slot, Template, When};
use iam::policy::Kind;
use iam::{AccountId, Policy};

use super::fault;
use crate::api_error::ApiError;
use crate::authz::{Particulars, ResourceSide};

/// Names the key that a write is to be encrypted with, by its ARN or its id.
pub(super) const KEY_HEADER: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// What the decision about the key `named` depends on.
///
/// The key is taken to have the policy that the console writes: it leaves the decision to the account's own policies. An
/// alias is known to nobody here, so nothing is decided about its key.
pub(super) fn with_key(
    particulars: Particulars,
    named: &str,
    region: &str,
    account: AccountId,
) -> Result<Particulars, ApiError> {
    let arn = if named.starts_with("arn:") {
        named.to_owned()
    } else {
        format!("arn:aws:kms:{region}:{account}:key/{named}")
    };
    if named.contains("alias/") {
        return Ok(particulars);
    }
    let delegating = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}}}"#
    );
    let policy = Policy::parse("key", &delegating, Kind::Resource);
    let side = ResourceSide {
        policy: Some(policy.map_err(|error| fault::internal(&error))?),
        ..ResourceSide::default()
    };
    Ok(particulars
        .when(When::Kms, true)
        .name(Slot::KeyArn, arn)
        .key("kms:ViaService", format!("s3.{region}.amazonaws.com"))
        .side([Template::Key], &side))
}
