//! An object as GetObject and HeadObject show it.

use std::ops::Range;
use std::str::FromStr as _;

use http::StatusCode;
use iam::{Action, Resource};
use s3s::dto;

use super::acl::side_of_bucket;
use super::exchange::Exchange;
use super::fault;
use super::head::ObjectName;
use super::precondition::ReadConditions;
use crate::api_error::ApiError;
use crate::clock::http_date;
use crate::storage::{Bucket, Checksum, Object, OpenObject, PartNumber, expiry};

/// What of an object is asked for.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) conditions: ReadConditions,
    pub(super) range: Option<dto::Range>,
    pub(super) part_number: Option<i32>,
    pub(super) checksum: bool,
    pub(super) version: Option<String>,
}

/// The question of a typed input; GetObject and HeadObject ask alike.
macro_rules! question {
    ($input:expr) => {
        $crate::services::s3::view::Question {
            conditions: $crate::services::s3::precondition::ReadConditions {
                if_match: $input.if_match,
                if_none_match: $input.if_none_match,
                if_modified_since: $input.if_modified_since,
                if_unmodified_since: $input.if_unmodified_since,
            },
            range: $input.range,
            part_number: $input.part_number,
            checksum: $input.checksum_mode.is_some(),
            version: $input.version_id,
        }
    };
}
pub(super) use question;

/// The object found, and what of it is shown.
#[derive(Debug)]
pub(super) struct View {
    pub(super) open: OpenObject,
    /// The bytes, end exclusive.
    pub(super) range: Range<u64>,
    /// `Content-Range`, if not the whole object was asked for.
    pub(super) content_range: Option<String>,
    pub(super) parts_count: Option<i32>,
    pub(super) checksum: Option<Checksum>,
    pub(super) expiration: Option<String>,
}

/// The answer of a view, as the output of either operation.
macro_rules! shown {
    ($output:ident, $view:expr) => {{
        let object = $view.open.object();
        let attributes = &object.attributes;
        let expires = attributes.expires.as_deref();
        let mut output = s3s::dto::$output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: attributes.cache_control.clone(),
            checksum_type: $view
                .checksum
                .as_ref()
                .map(|checksum| convert::checksum_type(checksum.coverage)),
            content_disposition: attributes.content_disposition.clone(),
            content_encoding: attributes.content_encoding.clone(),
            content_language: attributes.content_language.clone(),
            content_length: i64::try_from($view.range.end - $view.range.start).ok(),
            content_range: $view.content_range.clone(),
            content_type: Some(
                attributes
                    .content_type
                    .clone()
                    .unwrap_or_else(|| "binary/octet-stream".to_owned()),
            ),
            e_tag: Some(convert::etag(&object.etag)),
            expiration: $view.expiration.clone(),
            expires: expires.and_then(|at| {
                s3s::dto::Timestamp::parse(s3s::dto::TimestampFormat::HttpDate, at).ok()
            }),
            last_modified: Some(convert::timestamp(object.modified_at)),
            metadata: Some(attributes.metadata.clone().into_iter().collect()),
            parts_count: $view.parts_count,
            server_side_encryption: Some(convert::encryption(attributes)),
            ssekms_key_id: convert::key_id(attributes),
            ..Default::default()
        };
        if let Some(checksum) = &$view.checksum {
            convert::set_checksum!(output, checksum);
        }
        output
    }};
}
pub(super) use shown;

/// Finds the object and what of it is asked for.
///
/// # Errors
/// There is none, or none that the caller may know of; a condition does not hold; a range lies outside.
pub(super) fn look(
    exchange: &Exchange,
    name: &ObjectName,
    question: &Question,
) -> Result<View, ApiError> {
    refuse_version(question.version.as_deref())?;
    let open = find(exchange, name)?;
    let object = open.object();
    question.conditions.check(object)?;
    let whole = question.range.is_none() && question.part_number.is_none();
    let range = chosen(object, question.range.as_ref(), question.part_number)?;
    // Bytes of an empty object have no first and last to name.
    let content_range = (!whole && !range.is_empty())
        .then(|| format!("bytes {}-{}/{}", range.start, range.end - 1, object.size));
    let parts = question.part_number.and_then(|_| object.part_count());
    let bucket = exchange.store().bucket(&name.bucket)?;
    Ok(View {
        parts_count: parts.and_then(|parts| i32::try_from(parts).ok()),
        checksum: object
            .checksum
            .clone()
            .filter(|_| question.checksum && range == (0..object.size)),
        expiration: bucket.and_then(|bucket| expiration(&bucket, name, object)),
        range,
        content_range,
        open,
    })
}

/// Opens an object.
///
/// # Errors
/// [`missing`] if there is none.
pub(super) fn find(exchange: &Exchange, name: &ObjectName) -> Result<OpenObject, ApiError> {
    match exchange.store().open_object(&name.bucket, &name.key)? {
        Some(open) => Ok(open),
        None => Err(missing(exchange, name)?),
    }
}

/// The error for a key without an object: only who may list the bucket learns that there is none.
fn missing(exchange: &Exchange, name: &ObjectName) -> Result<ApiError, ApiError> {
    let Some(bucket) = exchange.store().bucket(&name.bucket)? else {
        return Ok(fault::no_such_bucket(&name.bucket));
    };
    let action = Action::parse("s3:ListBucket").map_err(|error| fault::internal(&error))?;
    let resource = Resource::from_str(&format!("arn:aws:s3:::{}", name.bucket))
        .map_err(|error| fault::internal(&error))?;
    let authorizer = &exchange.core().authorizer;
    let denied = authorizer.would_deny(
        exchange.request(),
        action,
        resource,
        &side_of_bucket(&bucket)?,
    );
    Ok(denied.map_or_else(|| fault::no_such_key(&name.key), ApiError::from))
}

fn chosen(
    object: &Object,
    range: Option<&dto::Range>,
    part: Option<i32>,
) -> Result<Range<u64>, ApiError> {
    match (range, part) {
        (None, None) => Ok(0..object.size),
        (Some(_), Some(_)) => Err(fault::invalid_request(
            "Cannot specify both Range header and partNumber query parameter",
        )),
        (Some(range), None) => range.check(object.size).map_err(|_| {
            ApiError::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The requested range is not satisfiable",
            )
            .with("RangeRequested", range.to_header_string())
            .with("ActualObjectSize", object.size.to_string())
            .with_header("content-range", format!("bytes */{}", object.size))
        }),
        (None, Some(number)) => {
            let message = "The requested partnumber is not satisfiable";
            let unsatisfiable = || {
                ApiError::new(
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    "InvalidPartNumber",
                    message,
                )
            };
            PartNumber::parse(number.into())
                .and_then(|number| object.part_range(number))
                .ok_or_else(unsatisfiable)
        }
    }
}

/// Buckets here have no versions; the one version of an object is `null`.
pub(super) fn refuse_version(version: Option<&str>) -> Result<(), ApiError> {
    match version {
        None | Some("null") => Ok(()),
        Some(version) => Err(fault::invalid_argument(
            "Invalid version id specified",
            "versionId",
            version,
        )),
    }
}

/// The value of `x-amz-expiration`, if a lifecycle rule applies.
pub(super) fn expiration(bucket: &Bucket, name: &ObjectName, object: &Object) -> Option<String> {
    let (at, rule) = expiry(&bucket.lifecycle, name.key.as_str(), object)?;
    Some(format!(
        "expiry-date=\"{}\", rule-id=\"{}\"",
        http_date(at),
        rule.id
    ))
}
