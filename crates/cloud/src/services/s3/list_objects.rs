//! ListObjects, the older listing.

use s3s::dto::{ListObjectsInput, ListObjectsOutput};

use super::call::Call;
use super::convert;
use super::exchange::Exchange;
use super::head::CallHead;
use super::listing::{Spelling, common_prefixes, contents, delimiter, limit};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, Entry, Listing};

/// Lists the objects of a bucket after a marker.
#[derive(Debug)]
pub(crate) struct ListObjects {
    bucket: BucketName,
}

impl Operation for ListObjects {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "ListObjects";
    const READ_ONLY: bool = true;
}

impl Call for ListObjects {
    type Input = ListObjectsInput;
    type Output = ListObjectsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: ListObjectsInput,
    ) -> Result<ListObjectsOutput, ApiError> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let max_keys = limit(input.max_keys, "max-keys")?;
        let listing = Listing {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: delimiter(input.delimiter),
            after: input.marker.clone().filter(|marker| !marker.is_empty()),
            limit: usize::try_from(max_keys).unwrap_or_default(),
        };
        let delimiter = listing.delimiter.clone();
        let page = exchange.store().list(call.bucket.clone(), listing).await?;
        // Without a delimiter clients take the last key, and S3 gives no marker.
        let next = page
            .entries
            .last()
            .filter(|_| page.truncated && delimiter.is_some())
            .map(Entry::name);
        Ok(ListObjectsOutput {
            name: Some(call.bucket.as_str().to_owned()),
            prefix: Some(spelling.spell(input.prefix.as_deref().unwrap_or_default())),
            marker: Some(spelling.spell(input.marker.as_deref().unwrap_or_default())),
            max_keys: Some(max_keys),
            is_truncated: Some(page.truncated),
            next_marker: next.map(|name| spelling.spell(name)),
            contents: Some(contents(
                &page,
                spelling,
                Some(&convert::owner(exchange.core().account)),
            )),
            common_prefixes: common_prefixes(&page, spelling),
            delimiter: delimiter.map(|delimiter| spelling.spell(&delimiter)),
            encoding_type: input.encoding_type,
            request_charged: None,
        })
    }
}
