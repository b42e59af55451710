//! The decision point of S3: no operation runs that was not decided upon here.

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{CreateBucketInput, DeleteObjectsInput};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use super::bucket_encryption::PutBucketEncryption;
use super::bucket_policy::PutBucketPolicy;
use super::call::Granted;
use super::complete_multipart_upload::CompleteMultipartUpload;
use super::delete_objects::DeleteObjects;
use super::exchange::Exchange;
use super::head::CallHead;
use super::integrity::Integrity;
use super::lifecycle::PutBucketLifecycleConfiguration;
use super::operations::{Stage, exchange, grant};
use super::ownership_controls::PutBucketOwnershipControls;
use super::public_access_block::PutPublicAccessBlock;
use super::put_object::PutObject;
use super::upload_part::UploadPart;
use super::{create_bucket, delete_objects, fault, region};
use crate::api_error::ApiError;
use crate::authz::Operation as _;
use crate::storage::Algorithm;

/// Calls whose checksum headers are about an object: it is checked where it is stored.
const ABOUT_OBJECTS: [&str; 3] = [
    PutObject::NAME,
    UploadPart::NAME,
    CompleteMultipartUpload::NAME,
];

/// Calls whose document must come with a checksum.
const CHECKED_DOCUMENTS: [&str; 6] = [
    DeleteObjects::NAME,
    PutBucketEncryption::NAME,
    PutBucketLifecycleConfiguration::NAME,
    PutBucketOwnershipControls::NAME,
    PutBucketPolicy::NAME,
    PutPublicAccessBlock::NAME,
];

/// Knows no key. Requests were authenticated before, and reach s3s unsigned; but without an authenticator s3s would
/// skip the decision point.
pub(super) struct NoKeys;

#[async_trait::async_trait]
impl S3Auth for NoKeys {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Err(S3Error::new(S3ErrorCode::AccessDenied))
    }
}

/// Decides upon every call, before its body is read or, where the body matters, when it has been parsed.
pub(super) struct DecisionPoint;

#[async_trait::async_trait]
impl S3Access for DecisionPoint {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let exchange = exchange(cx).ok_or_else(unattended)?;
        let granted = decide_on_head(&exchange, cx).map_err(|error| exchange.fail(error))?;
        cx.extensions_mut().extend(granted);
        Ok(())
    }

    async fn create_bucket(&self, request: &mut S3Request<CreateBucketInput>) -> S3Result<()> {
        let exchange = request
            .extensions
            .get::<Exchange>()
            .cloned()
            .ok_or_else(unattended)?;
        let path = S3Path::bucket(&request.input.bucket);
        let granted = CallHead::read(&exchange, &path, &request.headers)
            .and_then(|head| create_bucket::decide(&head, &request.input))
            .map_err(|error| exchange.fail(error))?;
        request.extensions.insert(Granted::new(granted));
        Ok(())
    }

    async fn delete_objects(&self, request: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let exchange = request
            .extensions
            .get::<Exchange>()
            .cloned()
            .ok_or_else(unattended)?;
        let path = S3Path::bucket(&request.input.bucket);
        let granted = CallHead::read(&exchange, &path, &request.headers)
            .and_then(|head| {
                region::check(&head, DeleteObjects::NAME)?;
                delete_objects::decide(&head, &request.input)
            })
            .map_err(|error| exchange.fail(error))?;
        request.extensions.insert(Granted::new(granted));
        Ok(())
    }
}

fn decide_on_head(
    exchange: &Exchange,
    cx: &S3AccessContext<'_>,
) -> Result<http::Extensions, ApiError> {
    let name = cx.s3_op().name();
    expect_body(exchange, name)?;
    match Stage::of(name) {
        Stage::Head => {
            let head = CallHead::read(exchange, cx.s3_path(), cx.headers())?;
            region::check(&head, name)?;
            let granted = grant(name, &head)?;
            match head.missing_bucket() {
                Some(bucket) => Err(fault::no_such_bucket(&bucket)),
                None => Ok(granted),
            }
        }
        Stage::Body => Ok(http::Extensions::new()),
        Stage::Unknown => Err(ApiError::not_implemented(name)),
    }
}

/// Says what the body must be, before anything reads it.
fn expect_body(exchange: &Exchange, name: &str) -> Result<(), ApiError> {
    let head = exchange.request().head();
    if ABOUT_OBJECTS.contains(&name) {
        return Ok(());
    }
    let integrity = Integrity::of(head, Algorithm::Crc32)?;
    if CHECKED_DOCUMENTS.contains(&name) {
        integrity.require()?;
    }
    exchange.expect_document(integrity);
    Ok(())
}

/// A request that did not come through the gateway.
fn unattended() -> S3Error {
    tracing::error!("refused: an S3 request without its exchange");
    S3Error::new(S3ErrorCode::AccessDenied)
}
