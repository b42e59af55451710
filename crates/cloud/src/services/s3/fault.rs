//! S3's errors, with the elements that its error documents carry.

use http::StatusCode;

use crate::api_error::ApiError;
use crate::storage::{
    BucketName, CompleteRefusal, ConditionFailed, IngestError, LARGEST_UPLOAD, LEAST_PART,
    ObjectKey, PutRefusal, StorageError, StoreError, UploadId,
};

pub(super) fn no_such_bucket(bucket: &BucketName) -> ApiError {
    ApiError::not_found("NoSuchBucket", "The specified bucket does not exist")
        .with("BucketName", bucket.as_str())
}

pub(super) fn no_such_key(key: &ObjectKey) -> ApiError {
    ApiError::not_found("NoSuchKey", "The specified key does not exist.").with("Key", key.as_str())
}

pub(super) fn no_such_upload(id: &UploadId) -> ApiError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                   aborted or completed.";
    ApiError::not_found("NoSuchUpload", message).with("UploadId", id.as_str())
}

/// A configuration that the bucket does not have.
pub(super) fn not_configured(
    code: &'static str,
    message: &'static str,
    bucket: &BucketName,
) -> ApiError {
    ApiError::not_found(code, message).with("BucketName", bucket.as_str())
}

pub(super) fn invalid_argument(
    message: impl Into<String>,
    name: &'static str,
    value: impl Into<String>,
) -> ApiError {
    ApiError::bad_request("InvalidArgument", message)
        .with("ArgumentName", name)
        .with("ArgumentValue", value)
}

pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("InvalidRequest", message)
}

pub(super) fn malformed_xml() -> ApiError {
    let message =
        "The XML you provided was not well-formed or did not validate against our published schema";
    ApiError::bad_request("MalformedXML", message)
}

/// A header asks for what this cloud does not have.
pub(super) fn unsupported_header(name: &str) -> ApiError {
    let message = "A header you provided implies functionality that is not implemented";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message).with("Header", name)
}

/// An element of the request's document asks for what this cloud does not have.
pub(super) fn unsupported_element(name: &str) -> ApiError {
    let message = format!("this cloud does not implement the element {name}");
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

pub(super) fn precondition_failed(condition: &'static str) -> ApiError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailed",
        message,
    )
    .with("Condition", condition)
}

pub(super) fn access_denied() -> ApiError {
    ApiError::forbidden("AccessDenied", "Access Denied")
}

pub(super) fn missing_length() -> ApiError {
    let message = "You must provide the Content-Length HTTP header.";
    ApiError::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message)
}

pub(super) fn too_large(proposed: Option<u64>) -> ApiError {
    let error = ApiError::bad_request(
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    );
    let error = match proposed {
        Some(proposed) => error.with("ProposedSize", proposed.to_string()),
        None => error,
    };
    error.with("MaxSizeAllowed", LARGEST_UPLOAD.to_string())
}

/// The store failed. The cause goes to the log.
pub(super) fn internal(cause: &(dyn std::error::Error + 'static)) -> ApiError {
    tracing::error!(error = cause, "S3 failed");
    let message = "We encountered an internal error. Please try again.";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        internal(&error)
    }
}

/// The error for what the store refused, or for its failure.
pub(super) fn refused<E>(error: StoreError<E>, refusal: impl FnOnce(E) -> ApiError) -> ApiError {
    match error {
        StoreError::Refused(refused) => refusal(refused),
        StoreError::Storage(error) => error.into(),
    }
}

pub(super) fn condition(failed: &ConditionFailed, key: &ObjectKey) -> ApiError {
    match failed {
        ConditionFailed::Precondition(condition) => precondition_failed(condition),
        ConditionFailed::NoSuchKey => no_such_key(key),
    }
}

pub(super) fn put(refusal: &PutRefusal, bucket: &BucketName, key: &ObjectKey) -> ApiError {
    match refusal {
        PutRefusal::NoSuchBucket => no_such_bucket(bucket),
        PutRefusal::Condition(failed) => condition(failed, key),
    }
}

pub(super) fn complete(refusal: CompleteRefusal, id: &UploadId, key: &ObjectKey) -> ApiError {
    match refusal {
        CompleteRefusal::NoSuchUpload => no_such_upload(id),
        CompleteRefusal::PartOrder => {
            let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
            ApiError::bad_request("InvalidPartOrder", message).with("UploadId", id.as_str())
        }
        CompleteRefusal::InvalidPart(part) => {
            let message = "One or more of the specified parts could not be found.  The part may not have been \
                           uploaded, or the specified entity tag may not match the part's entity tag.";
            ApiError::bad_request("InvalidPart", message)
                .with("UploadId", id.as_str())
                .with("PartNumber", part.number.get().to_string())
                .with("ETag", part.etag)
        }
        CompleteRefusal::PartTooSmall { number, etag, size } => {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            ApiError::bad_request("EntityTooSmall", message)
                .with("ETag", etag)
                .with("MinSizeAllowed", LEAST_PART.to_string())
                .with("PartNumber", number.get().to_string())
                .with("ProposedSize", size.to_string())
        }
        CompleteRefusal::Size { .. } => invalid_request(
            "The provided 'x-amz-mp-object-size' header value does not match what was computed",
        ),
        CompleteRefusal::Checksum(claim) => bad_digest(claim.algorithm.name()),
        CompleteRefusal::Condition(failed) => condition(&failed, key),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a function for `map_err`")]
pub(super) fn ingest(error: IngestError) -> ApiError {
    match &error {
        IngestError::TooLarge => too_large(None),
        IngestError::Length { .. } => {
            let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
            ApiError::bad_request("IncompleteBody", message)
        }
        IngestError::Md5 => ApiError::bad_request(
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        ),
        IngestError::Checksum(algorithm) => bad_digest(algorithm.name()),
        IngestError::Io(_) | IngestError::Writer(_) => internal(&error),
    }
}

fn bad_digest(algorithm: &str) -> ApiError {
    let message = format!("The {algorithm} you specified did not match the calculated checksum.");
    ApiError::bad_request("BadDigest", message)
}
