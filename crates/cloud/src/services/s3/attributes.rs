//! What clients store beside the bytes: content headers, metadata, tags.

use http::HeaderMap;
use s3s::dto;

use super::{acl, convert, fault};
use crate::api_error::ApiError;
use crate::clock::http_date;
use crate::incoming::query_pairs;
use crate::storage::{Attributes, KeyArn, Tag};

/// The most bytes of user metadata, names and values together.
const LARGEST_METADATA: usize = 2048;

/// Headers that ask for what this cloud lacks, with the value that asks for nothing.
const UNSUPPORTED: [(&str, Option<&str>); 7] = [
    ("x-amz-server-side-encryption-customer-algorithm", None),
    ("x-amz-storage-class", Some("STANDARD")),
    ("x-amz-object-lock-mode", None),
    ("x-amz-object-lock-retain-until-date", None),
    ("x-amz-object-lock-legal-hold", None),
    ("x-amz-website-redirect-location", None),
    ("x-amz-write-offset-bytes", None),
];

/// Refuses a write whose headers ask for what this cloud lacks.
pub(super) fn refuse_unsupported(headers: &HeaderMap) -> Result<(), ApiError> {
    let asks = |(name, harmless): &&(&str, Option<&str>)| {
        headers
            .get(*name)
            .is_some_and(|value| harmless.is_none_or(|harmless| value != harmless))
    };
    match UNSUPPORTED.iter().find(asks) {
        Some((name, _)) => Err(fault::unsupported_header(name)),
        None => Ok(()),
    }
}

/// The attributes that a request's headers give a new object, which `key` encrypts.
///
/// # Errors
/// Metadata beyond 2 KB, or tags that S3 does not accept.
pub(super) fn read(
    headers: &HeaderMap,
    metadata: Option<dto::Metadata>,
    expires: Option<&dto::Timestamp>,
    key: Option<KeyArn>,
) -> Result<Attributes, ApiError> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let metadata = metadata.unwrap_or_default();
    let size = metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum::<usize>();
    if size > LARGEST_METADATA {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(ApiError::bad_request("MetadataTooLarge", message)
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", LARGEST_METADATA.to_string()));
    }
    Ok(Attributes {
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_type: text("content-type"),
        expires: expires.and_then(convert::moment).map(http_date),
        metadata: metadata.into_iter().collect(),
        tags: tags(text("x-amz-tagging").as_deref().unwrap_or_default())?,
        public_read: acl::is_public_read(headers),
        key,
    })
}

/// The tags of `x-amz-tagging`: at most ten, each name once.
fn tags(header: &str) -> Result<Vec<Tag>, ApiError> {
    let invalid = |message: &str| ApiError::bad_request("InvalidTag", message);
    let mut tags: Vec<Tag> = Vec::new();
    // Tags travel as a form does, where a plus sign is a space.
    for (key, value) in query_pairs(&header.replace('+', "%20")) {
        if key.is_empty() || key.chars().count() > 128 {
            return Err(invalid("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(invalid("The TagValue you have provided is invalid"));
        }
        if tags.iter().any(|tag| tag.key == key) {
            return Err(invalid("Cannot provide multiple Tags with the same key"));
        }
        tags.push(Tag { key, value });
    }
    if tags.len() > 10 {
        return Err(ApiError::bad_request(
            "BadRequest",
            "Object tags cannot be greater than 10",
        ));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_a_form() {
        let read = |header| {
            tags(header).map(|tags| {
                tags.into_iter()
                    .map(|tag| (tag.key, tag.value))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(
            read("a=1&b%20c=d+e"),
            Ok(vec![("a".into(), "1".into()), ("b c".into(), "d e".into())])
        );
        assert!(read("a=1&a=2").is_err());
        assert!(
            read(
                &(0..11)
                    .map(|n| format!("k{n}=v"))
                    .collect::<Vec<_>>()
                    .join("&")
            )
            .is_err()
        );
    }

    #[test]
    fn only_what_is_there_may_be_asked_for() {
        let headers = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            refuse_unsupported(&headers).is_ok()
        };
        assert!(headers("x-amz-storage-class", "STANDARD"));
        assert!(!headers("x-amz-storage-class", "GLACIER"));
        assert!(!headers("x-amz-object-lock-mode", "COMPLIANCE"));
    }
}
