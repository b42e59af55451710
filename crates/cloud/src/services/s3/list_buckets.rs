//! ListBuckets.

use s3s::dto::{self, ListBucketsInput, ListBucketsOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::CallHead;
use super::{convert, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};

/// The most buckets of one page.
const LARGEST_PAGE: i32 = 10_000;

/// Lists the buckets of the account.
#[derive(Debug)]
pub(crate) struct ListBuckets;

impl Operation for ListBuckets {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "ListBuckets";
    const READ_ONLY: bool = true;
}

impl Call for ListBuckets {
    type Input = ListBucketsInput;
    type Output = ListBucketsOutput;

    fn of(_head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self)
    }

    async fn run(
        exchange: &Exchange,
        _call: Authorized<Self>,
        input: ListBucketsInput,
    ) -> Result<ListBucketsOutput, ApiError> {
        let limit = input.max_buckets.unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            let message =
                format!("Argument max-buckets must be an integer between 1 and {LARGEST_PAGE}");
            return Err(fault::invalid_argument(
                message,
                "max-buckets",
                limit.to_string(),
            ));
        }
        let prefix = input.prefix.as_deref().unwrap_or_default();
        // The token is the last name of the page before; it tells nobody anything that the page did not.
        let after = input.continuation_token.as_deref().unwrap_or_default();
        let mut matching = exchange.store().buckets()?.into_iter().filter(|bucket| {
            let region = input.bucket_region.as_deref();
            bucket.name.as_str() > after
                && bucket.name.as_str().starts_with(prefix)
                && region.is_none_or(|region| region == bucket.region)
        });
        let page: Vec<_> = matching
            .by_ref()
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .collect();
        let more = matching.next().is_some();
        let last = page.last().map(|bucket| bucket.name.to_string());
        let buckets = page.into_iter().map(|bucket| dto::Bucket {
            bucket_region: Some(bucket.region),
            creation_date: Some(convert::timestamp(bucket.created_at)),
            name: Some(bucket.name.into()),
        });
        Ok(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            continuation_token: last.filter(|_| more),
            owner: Some(convert::owner(exchange.core().account)),
            prefix: input.prefix.filter(|prefix| !prefix.is_empty()),
        })
    }
}
