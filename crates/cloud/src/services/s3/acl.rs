//! ACL headers: what remains of them where buckets own their objects.

use http::HeaderMap;

use super::fault;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::storage::{Bucket, Ownership};

/// Canned ACLs that give nobody outside the account anything.
const PRIVATE: [&str; 4] = [
    "private",
    "bucket-owner-full-control",
    "bucket-owner-read",
    "aws-exec-read",
];

/// Canned ACLs that S3 takes for public.
const PUBLIC: [&str; 3] = ["public-read", "public-read-write", "authenticated-read"];

/// Whether the ACL headers of a write are acceptable in `bucket`.
///
/// # Errors
/// ACLs are disabled (the default), public ones are blocked, or they would mean something that this cloud lacks.
pub(super) fn check(
    request: &Authenticated,
    headers: &HeaderMap,
    bucket: &Bucket,
    arn: &str,
) -> Result<(), ApiError> {
    let canned = headers
        .get("x-amz-acl")
        .map(|acl| acl.to_str().unwrap_or_default());
    let grant = headers
        .keys()
        .find(|name| name.as_str().starts_with("x-amz-grant-"));
    if canned.is_none() && grant.is_none() {
        return Ok(());
    }
    if bucket.ownership == Some(Ownership::BucketOwnerEnforced) {
        return if grant.is_none() && canned == Some("bucket-owner-full-control") {
            Ok(())
        } else {
            Err(ApiError::bad_request(
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs",
            ))
        };
    }
    if let Some(grant) = grant {
        return Err(fault::unsupported_header(grant.as_str()));
    }
    match canned {
        Some(acl) if PUBLIC.contains(&acl) => {
            if bucket
                .public_access_block
                .is_some_and(|block| block.block_public_acls)
            {
                Err(blocked(request, arn))
            } else {
                Err(fault::unsupported_header("x-amz-acl"))
            }
        }
        Some(acl) if !PRIVATE.contains(&acl) => Err(fault::invalid_argument("", "x-amz-acl", acl)),
        _ => Ok(()),
    }
}

fn blocked(request: &Authenticated, arn: &str) -> ApiError {
    let caller = request.caller().arn();
    ApiError::forbidden(
        "AccessDenied",
        format!(
            "User: {caller} is not authorized to perform: s3:PutObjectAcl on resource: \"{arn}\" because public \
             ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access."
        ),
    )
}
