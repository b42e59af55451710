//! CreateBucket.

use s3s::dto::{CreateBucketInput, CreateBucketOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::{convert, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Bucket, BucketExists, BucketName, Ownership};

/// The region whose buckets name no location.
pub(super) const NAMELESS_REGION: &str = "us-east-1";

/// Makes a bucket.
#[derive(Debug)]
pub(crate) struct CreateBucket {
    bucket: BucketName,
}

impl Operation for CreateBucket {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "CreateBucket";
    const READ_ONLY: bool = false;
}

/// Decides upon the call. The location in its body is a condition key.
pub(super) fn decide(
    head: &CallHead<'_>,
    input: &CreateBucketInput,
) -> Result<Authorized<CreateBucket>, ApiError> {
    let call = CreateBucket::of(head)?;
    let particulars = head
        .particulars()?
        .key_if("s3:locationconstraint", location(input));
    Ok(head
        .exchange
        .core()
        .authorizer
        .decide(head.exchange.request(), call, &particulars)?)
}

fn location(input: &CreateBucketInput) -> Option<&str> {
    let configuration = input.create_bucket_configuration.as_ref()?;
    configuration
        .location_constraint
        .as_ref()
        .map(|location| location.as_str())
        .filter(|name| !name.is_empty())
}

impl Call for CreateBucket {
    type Input = CreateBucketInput;
    type Output = CreateBucketOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: CreateBucketInput,
    ) -> Result<CreateBucketOutput, ApiError> {
        let region = exchange.request().region().as_str();
        check_location(location(&input), region)?;
        if input.object_lock_enabled_for_bucket == Some(true) {
            return Err(fault::unsupported_header(
                "x-amz-bucket-object-lock-enabled",
            ));
        }
        let (CreateBucket { bucket: name }, permit) = call.into_parts();
        let mut bucket = Bucket::new(name.clone(), region, exchange.request().at());
        if let Some(ownership) = &input.object_ownership {
            let known = convert::ownership(ownership.as_str());
            let invalid = || {
                fault::invalid_argument(
                    "Invalid x-amz-object-ownership header",
                    "x-amz-object-ownership",
                    ownership.as_str(),
                )
            };
            bucket.ownership = Some(known.ok_or_else(invalid)?);
        }
        check_acl(&input, &bucket)?;
        let created = exchange.store().create_bucket(&permit, bucket).await;
        match created.map_err(|error| fault::refused(error, |BucketExists| already_owned(&name))) {
            Err(error) if !made_again(exchange, &error, &name)? => Err(error),
            _ => Ok(CreateBucketOutput {
                location: Some(format!("/{name}")),
            }),
        }
    }
}

/// Whether one's own bucket is made again where that is no error.
fn made_again(exchange: &Exchange, error: &ApiError, name: &BucketName) -> Result<bool, ApiError> {
    if error.code != "BucketAlreadyOwnedByYou" {
        return Ok(false);
    }
    let there = exchange.store().bucket(name)?;
    let asked = exchange.request().region().as_str();
    Ok(asked == NAMELESS_REGION && there.is_some_and(|bucket| bucket.region == NAMELESS_REGION))
}

fn check_location(location: Option<&str>, region: &str) -> Result<(), ApiError> {
    let illegal = |constraint: &str| {
        let message = format!(
            "The {constraint} location constraint is incompatible for the region specific \
             endpoint this request was sent to."
        );
        Err(ApiError::bad_request(
            "IllegalLocationConstraintException",
            message,
        ))
    };
    match location {
        // The nameless region's name is not a constraint, not even there.
        Some(NAMELESS_REGION) => {
            let message = "The specified location-constraint is not valid";
            Err(ApiError::bad_request("InvalidLocationConstraint", message)
                .with("LocationConstraint", NAMELESS_REGION))
        }
        Some(location) if location != region => illegal(location),
        None if region != NAMELESS_REGION => illegal("unspecified"),
        _ => Ok(()),
    }
}

fn check_acl(input: &CreateBucketInput, bucket: &Bucket) -> Result<(), ApiError> {
    let granted = [
        &input.grant_full_control,
        &input.grant_read,
        &input.grant_read_acp,
        &input.grant_write,
        &input.grant_write_acp,
    ];
    let private = input
        .acl
        .as_ref()
        .is_none_or(|acl| acl.as_str() == "private");
    if private && granted.iter().all(|grant| grant.is_none()) {
        return Ok(());
    }
    if bucket.ownership == Some(Ownership::BucketOwnerEnforced) {
        let message =
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(ApiError::bad_request(
            "InvalidBucketAclWithObjectOwnership",
            message,
        ));
    }
    Err(fault::unsupported_header(if private {
        "x-amz-grant-*"
    } else {
        "x-amz-acl"
    }))
}

fn already_owned(bucket: &BucketName) -> ApiError {
    let message =
        "Your previous request to create the named bucket succeeded and you already own it.";
    ApiError::conflict("BucketAlreadyOwnedByYou", message).with("BucketName", bucket.as_str())
}
