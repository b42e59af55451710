//! Whether a request has come to the region of its bucket.

use http::StatusCode;

use super::create_bucket::NAMELESS_REGION;
use super::get_bucket_location::GetBucketLocation;
use super::head::CallHead;
use super::host::region_of;
use crate::api_error::ApiError;
use crate::authn::{SignatureKind, wrong_region};
use crate::authz::Operation;

/// The header that tells clients where a bucket is.
const BUCKET_REGION: &str = "x-amz-bucket-region";

/// Refuses a request for a bucket of another region, and tells which region it is.
///
/// A request to the endpoint of another region is redirected; one that is only signed for another
/// region is malformed. Unsigned requests, and signatures that name no region, go to the bucket
/// wherever it is; so does the question where it is from the region that answers it for all.
///
/// # Errors
/// `PermanentRedirect`, `AuthorizationHeaderMalformed`
pub(super) fn check(head: &CallHead<'_>, call: &str) -> Result<(), ApiError> {
    let request = head.exchange.request();
    let Some(bucket) = head.region() else {
        return Ok(());
    };
    let asked = request.region().as_str();
    if call == GetBucketLocation::NAME && asked == NAMELESS_REGION {
        return Ok(());
    }
    let host = request.head().host().unwrap_or_default();
    if region_of(host).is_some_and(|endpoint| endpoint != bucket) {
        return Err(redirect(head, bucket)?);
    }
    match request
        .caller()
        .credential()
        .map(|credential| credential.kind)
    {
        Some(kind @ (SignatureKind::Header | SignatureKind::Presigned)) if asked != bucket => {
            let presigned = kind == SignatureKind::Presigned;
            Err(wrong_region(asked, bucket, presigned).with_header(BUCKET_REGION, bucket))
        }
        _ => Ok(()),
    }
}

fn redirect(head: &CallHead<'_>, region: &str) -> Result<ApiError, ApiError> {
    let bucket = head.bucket()?;
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please \
                   send all future requests to this endpoint.";
    Ok(
        ApiError::new(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message)
            .with("Endpoint", format!("{bucket}.s3.{region}.amazonaws.com"))
            .with("Bucket", bucket.as_str())
            .with_header(BUCKET_REGION, region),
    )
}
