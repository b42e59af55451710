//! ListObjectsV2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use s3s::dto::{ListObjectsV2Input, ListObjectsV2Output};

use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::listing::{Spelling, common_prefixes, contents, delimiter, limit};
use super::{convert, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, Entry, Listing};

/// Lists the objects of a bucket, page by page.
#[derive(Debug)]
pub(crate) struct ListObjectsV2 {
    bucket: BucketName,
}

impl Operation for ListObjectsV2 {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "ListObjectsV2";
    const READ_ONLY: bool = true;
}

impl Call for ListObjectsV2 {
    type Input = ListObjectsV2Input;
    type Output = ListObjectsV2Output;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: ListObjectsV2Input,
    ) -> Result<ListObjectsV2Output, ApiError> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let max_keys = limit(input.max_keys, "max-keys")?;
        let after = match &input.continuation_token {
            Some(token) => Some(name_in(token)?),
            None => input.start_after.clone(),
        };
        let listing = Listing {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: delimiter(input.delimiter),
            after,
            limit: usize::try_from(max_keys).unwrap_or_default(),
        };
        let delimiter = listing.delimiter.clone();
        let page = exchange.store().list(call.bucket.clone(), listing).await?;
        let owner =
            (input.fetch_owner == Some(true)).then(|| convert::owner(exchange.core().account));
        let next = page
            .entries
            .last()
            .filter(|_| page.truncated)
            .map(Entry::name)
            .map(token);
        Ok(ListObjectsV2Output {
            name: Some(call.bucket.as_str().to_owned()),
            prefix: Some(spelling.spell(input.prefix.as_deref().unwrap_or_default())),
            max_keys: Some(max_keys),
            key_count: i32::try_from(page.entries.len()).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(page.truncated),
            next_continuation_token: next,
            contents: Some(contents(&page, spelling, owner.as_ref())),
            common_prefixes: common_prefixes(&page, spelling),
            delimiter: delimiter.map(|delimiter| spelling.spell(&delimiter)),
            encoding_type: input.encoding_type,
            start_after: input.start_after.map(|name| spelling.spell(&name)),
            request_charged: None,
        })
    }
}

/// The token that continues after `name`.
fn token(name: &str) -> String {
    BASE64.encode(name)
}

fn name_in(token: &str) -> Result<String, ApiError> {
    let name = BASE64
        .decode(token)
        .ok()
        .and_then(|name| String::from_utf8(name).ok());
    name.ok_or_else(|| {
        fault::invalid_argument(
            "The continuation token provided is incorrect",
            "continuation-token",
            token,
        )
    })
}
