//! ACLs: canned ones of objects and buckets, where the bucket does not own its objects.

use http::HeaderMap;
use iam::Policy;
use iam::policy::Kind;
use serde_json::{Value, json};

use super::exchange::Exchange;
use super::fault;
use super::head::{ObjectName, side_of};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::ResourceSide;
use crate::storage::{Bucket, Ownership};

/// Canned ACLs that give nobody outside the account anything.
const PRIVATE: [&str; 4] = [
    "private",
    "bucket-owner-full-control",
    "bucket-owner-read",
    "aws-exec-read",
];

/// Everybody may read the object.
const PUBLIC_READ: &str = "public-read";

/// What the ACL `public-read` of a bucket lets everybody do.
const LISTING: [&str; 3] = [
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
];

/// Canned ACLs that S3 takes for public.
const PUBLIC: [&str; 3] = [PUBLIC_READ, "public-read-write", "authenticated-read"];

/// Whether the headers of a write give the object to everybody to read.
pub(super) fn is_public_read(headers: &HeaderMap) -> bool {
    headers
        .get("x-amz-acl")
        .is_some_and(|acl| acl == PUBLIC_READ)
}

/// What a bucket and the ACL of an object in it say together about the object.
///
/// # Errors
/// A stored policy that cannot be read: nothing is decided then.
pub(super) fn side_of_object(
    exchange: &Exchange,
    bucket: &Bucket,
    name: &ObjectName,
) -> Result<ResourceSide, ApiError> {
    let side = side_of(bucket)?;
    if !counts(bucket) {
        return Ok(side);
    }
    let object = exchange.store().object(&name.bucket, &name.key)?;
    if !object.is_some_and(|object| object.attributes.public_read) {
        return Ok(side);
    }
    let arn = format!("arn:aws:s3:::{}/{}", name.bucket, name.key);
    allowing(bucket, side, &["s3:GetObject"], &arn)
}

/// What a bucket and its own ACL say together about the bucket.
///
/// # Errors
/// A stored policy that cannot be read: nothing is decided then.
pub(super) fn side_of_bucket(bucket: &Bucket) -> Result<ResourceSide, ApiError> {
    let side = side_of(bucket)?;
    if !(bucket.public_list && counts(bucket)) {
        return Ok(side);
    }
    allowing(bucket, side, &LISTING, &bucket_arn(bucket))
}

/// Whether public ACLs mean anything in the bucket.
fn counts(bucket: &Bucket) -> bool {
    let block = bucket.public_access_block;
    bucket.ownership != Some(Ownership::BucketOwnerEnforced)
        && !block.is_some_and(|block| block.ignore_public_acls)
}

/// `side` with what an ACL lets everybody do.
fn allowing(
    bucket: &Bucket,
    side: ResourceSide,
    actions: &[&str],
    resource: &str,
) -> Result<ResourceSide, ApiError> {
    let document = with_allowance(bucket.policy.as_deref(), actions, resource).to_string();
    let policy = Policy::parse(bucket.name.as_str(), &document, Kind::Resource);
    Ok(ResourceSide {
        policy: Some(policy.map_err(|error| fault::internal(&error))?),
        // That setting is about public policies, and no ACL makes a policy public.
        restrict_public_buckets: side.restrict_public_buckets
            && side
                .policy
                .is_some_and(|policy| policy.document().is_public()),
        owner: side.owner,
    })
}

/// The bucket's policy with what the ACL gives; a denial in it counts for more.
fn with_allowance(policy: Option<&str>, actions: &[&str], resource: &str) -> Value {
    let ours = json!({
        "Sid": "Acl",
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": resource,
    });
    let parsed: Option<Value> = policy.and_then(|text| serde_json::from_str(text).ok());
    let mut document = parsed.unwrap_or_else(|| json!({ "Version": "2012-10-17" }));
    let mut statements = match document["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    statements.push(ours);
    document["Statement"] = statements.into();
    document
}

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
            Err(disabled())
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
                Err(blocked(request, "s3:PutObjectAcl", arn))
            } else if acl == PUBLIC_READ {
                Ok(())
            } else {
                Err(fault::unsupported_header("x-amz-acl"))
            }
        }
        Some(acl) if !PRIVATE.contains(&acl) => Err(fault::invalid_argument("", "x-amz-acl", acl)),
        _ => Ok(()),
    }
}

/// Whether the ACL that the headers of `PutBucketAcl` give a bucket lets everybody list it.
///
/// # Errors
/// ACLs are disabled (the default), public ones are blocked, or they would mean something that this cloud lacks.
pub(super) fn of_bucket(
    request: &Authenticated,
    headers: &HeaderMap,
    bucket: &Bucket,
) -> Result<bool, ApiError> {
    if bucket.ownership == Some(Ownership::BucketOwnerEnforced) {
        return Err(disabled());
    }
    let grant = headers
        .keys()
        .find(|name| name.as_str().starts_with("x-amz-grant-"));
    if let Some(grant) = grant {
        return Err(fault::unsupported_header(grant.as_str()));
    }
    let canned = headers.get("x-amz-acl");
    match canned.map(|acl| acl.to_str().unwrap_or_default()) {
        Some("private") => Ok(false),
        Some(acl) if PUBLIC.contains(&acl) => {
            let block = bucket.public_access_block;
            if block.is_some_and(|block| block.block_public_acls) {
                Err(blocked(request, "s3:PutBucketAcl", &bucket_arn(bucket)))
            } else if acl == PUBLIC_READ {
                Ok(true)
            } else {
                Err(fault::unsupported_header("x-amz-acl"))
            }
        }
        Some(acl) => Err(fault::invalid_argument("", "x-amz-acl", acl)),
        None => Err(ApiError::not_implemented("PutBucketAcl by a document")),
    }
}

fn bucket_arn(bucket: &Bucket) -> String {
    format!("arn:aws:s3:::{}", bucket.name)
}

fn disabled() -> ApiError {
    ApiError::bad_request(
        "AccessControlListNotSupported",
        "The bucket does not allow ACLs",
    )
}

fn blocked(request: &Authenticated, action: &str, arn: &str) -> ApiError {
    let caller = request.caller().arn();
    ApiError::forbidden(
        "AccessDenied",
        format!(
            "User: {caller} is not authorized to perform: {action} on resource: \"{arn}\" because public ACLs are \
             prevented by the BlockPublicAcls setting in S3 Block Public Access."
        ),
    )
}
