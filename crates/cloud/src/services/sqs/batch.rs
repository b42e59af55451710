//! Batches: calls that answer entry by entry.

use std::collections::HashSet;

use serde::Serialize;

use super::fault::bad_batch;
use crate::api_error::ApiError;

const MOST_ENTRIES: usize = 10;

/// The answer of a batch.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchOutput<S> {
    pub(super) successful: Vec<S>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) failed: Vec<FailedEntry>,
}

/// An entry that was carried out, of calls that say nothing more about it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DoneEntry {
    pub(super) id: String,
}

/// An entry that was refused.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FailedEntry {
    id: String,
    sender_fault: bool,
    code: String,
    message: String,
}

impl FailedEntry {
    pub(super) fn new(id: String, error: ApiError) -> Self {
        Self {
            id,
            sender_fault: error.status.is_client_error(),
            code: error.code.into_owned(),
            message: error.message,
        }
    }
}

/// Checks the ids of a batch.
///
/// # Errors
/// That there are none, too many, twice the same, or one that no entry may have.
pub(super) fn check_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<(), ApiError> {
    let mut seen = HashSet::new();
    let mut entries = 0;
    for id in ids {
        entries += 1;
        let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if id.is_empty() || id.len() > 80 || !id.bytes().all(holds) {
            return Err(bad_batch(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and \
                 underscores. It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(bad_batch(
                "BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
    }
    match entries {
        0 => Err(bad_batch(
            "EmptyBatchRequest",
            "There should be at least one entry in the request.",
        )),
        1..=MOST_ENTRIES => Ok(()),
        _ => Err(bad_batch(
            "TooManyEntriesInBatchRequest",
            format!(
                "Maximum number of entries per request are {MOST_ENTRIES}. You have sent {entries}."
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_one_to_ten_entries_of_different_names() {
        let code = |ids: &[&str]| {
            let checked = check_ids(ids.iter().copied());
            checked.map_err(|error| error.code.into_owned()).err()
        };
        assert_eq!(code(&["a", "b-_9"]), None);
        assert_eq!(code(&[]).unwrap(), "EmptyBatchRequest");
        assert_eq!(code(&["a", "a"]).unwrap(), "BatchEntryIdsNotDistinct");
        assert_eq!(code(&["a b"]).unwrap(), "InvalidBatchEntryId");
        let many: Vec<String> = (0..11).map(|index| index.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(code(&many).unwrap(), "TooManyEntriesInBatchRequest");
    }
}
