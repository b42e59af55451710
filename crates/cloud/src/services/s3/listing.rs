//! What the two object listings share.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto;

use super::{convert, fault};
use crate::api_error::ApiError;
use crate::storage::{Entry, Object, Page};

/// The most entries of one page.
const LARGEST_PAGE: i32 = 1000;

/// What stays as it is under `encoding-type=url`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

/// How names are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling {
    encoded: bool,
}

impl Spelling {
    /// Reads `encoding-type`.
    pub(super) fn of(encoding: Option<&dto::EncodingType>) -> Result<Self, ApiError> {
        match encoding.map(dto::EncodingType::as_str) {
            None => Ok(Self { encoded: false }),
            Some(dto::EncodingType::URL) => Ok(Self { encoded: true }),
            Some(other) => Err(fault::invalid_argument(
                "Invalid Encoding Method specified in Request",
                "encoding-type",
                other,
            )),
        }
    }

    /// A name as the answer has it.
    pub(super) fn spell(self, name: &str) -> String {
        if self.encoded {
            utf8_percent_encode(name, ENCODED).to_string()
        } else {
            name.to_owned()
        }
    }
}

/// How many entries a page is to have, from a parameter that may ask for more than S3 gives.
pub(super) fn limit(asked: Option<i32>, name: &'static str) -> Result<i32, ApiError> {
    let asked = asked.unwrap_or(LARGEST_PAGE);
    if asked < 0 {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        return Err(fault::invalid_argument(message, name, asked.to_string()));
    }
    Ok(asked.min(LARGEST_PAGE))
}

/// A delimiter that delimits.
pub(super) fn delimiter(asked: Option<String>) -> Option<String> {
    asked.filter(|delimiter| !delimiter.is_empty())
}

/// The objects of a page as the answer has them.
pub(super) fn contents(
    page: &Page<Object>,
    spelling: Spelling,
    owner: Option<&dto::Owner>,
) -> Vec<dto::Object> {
    let objects = page.entries.iter().filter_map(|entry| match entry {
        Entry::Item { key, item } => Some((key, item)),
        Entry::CommonPrefix(_) => None,
    });
    let shown = objects.map(|(key, object)| dto::Object {
        checksum_algorithm: object
            .checksum
            .as_ref()
            .map(|sum| vec![convert::checksum_algorithm(sum.algorithm)]),
        checksum_type: object
            .checksum
            .as_ref()
            .map(|sum| convert::checksum_type(sum.coverage)),
        e_tag: Some(convert::etag(&object.etag)),
        key: Some(spelling.spell(key.as_str())),
        last_modified: Some(convert::timestamp(object.modified_at)),
        owner: owner.cloned(),
        size: i64::try_from(object.size).ok(),
        storage_class: Some(dto::ObjectStorageClass::from_static(
            dto::ObjectStorageClass::STANDARD,
        )),
        ..Default::default()
    });
    shown.collect()
}

/// The common prefixes of a page as the answer has them.
pub(super) fn common_prefixes<T>(
    page: &Page<T>,
    spelling: Spelling,
) -> Option<Vec<dto::CommonPrefix>> {
    let prefixes: Vec<_> = page
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::CommonPrefix(prefix) => Some(dto::CommonPrefix {
                prefix: Some(spelling.spell(prefix)),
            }),
            Entry::Item { .. } => None,
        })
        .collect();
    (!prefixes.is_empty()).then_some(prefixes)
}
