//! ACLs: canned ones of objects, where the bucket does not own its objects.

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
    let block = bucket.public_access_block;
    let counts = bucket.ownership != Some(Ownership::BucketOwnerEnforced)
        && !block.is_some_and(|block| block.ignore_public_acls);
    if !counts {
        return Ok(side);
    }
    let object = exchange.store().object(&name.bucket, &name.key)?;
    if !object.is_some_and(|object| object.attributes.public_read) {
        return Ok(side);
    }
    let document = with_reading(bucket.policy.as_deref(), name).to_string();
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
fn with_reading(policy: Option<&str>, name: &ObjectName) -> Value {
    let ours = json!({
        "Sid": "Acl",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{}/{}", name.bucket, name.key),
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
