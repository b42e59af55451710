//! ListMultipartUploads.

use s3s::dto::{self, ListMultipartUploadsInput, ListMultipartUploadsOutput, StorageClass};

use super::call::Call;
use super::convert;
use super::exchange::Exchange;
use super::head::CallHead;
use super::listing::{Spelling, common_prefixes, delimiter, limit};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{BucketName, Entry, Listing, Page, Upload, UploadId};

/// Lists the uploads under way in a bucket.
#[derive(Debug)]
pub(crate) struct ListMultipartUploads {
    bucket: BucketName,
}

impl Operation for ListMultipartUploads {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "ListMultipartUploads";
    const READ_ONLY: bool = true;
}

impl Call for ListMultipartUploads {
    type Input = ListMultipartUploadsInput;
    type Output = ListMultipartUploadsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: ListMultipartUploadsInput,
    ) -> Result<ListMultipartUploadsOutput, ApiError> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let max_uploads = limit(input.max_uploads, "max-uploads")?;
        let listing = Listing {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: delimiter(input.delimiter),
            after: input.key_marker.clone().filter(|marker| !marker.is_empty()),
            limit: usize::try_from(max_uploads).unwrap_or_default(),
        };
        let after_id = input
            .upload_id_marker
            .as_deref()
            .filter(|id| !id.is_empty())
            .map(UploadId::from_wire);
        let page = exchange
            .store()
            .uploads(&call.bucket, &listing, after_id.as_ref())?;
        let (next_key, next_id) = next(&page);
        Ok(ListMultipartUploadsOutput {
            bucket: Some(call.bucket.as_str().to_owned()),
            common_prefixes: common_prefixes(&page, spelling),
            delimiter: listing
                .delimiter
                .map(|delimiter| spelling.spell(&delimiter)),
            encoding_type: input.encoding_type,
            is_truncated: Some(page.truncated),
            key_marker: Some(spelling.spell(input.key_marker.as_deref().unwrap_or_default())),
            max_uploads: Some(max_uploads),
            next_key_marker: next_key.map(|key| spelling.spell(&key)),
            next_upload_id_marker: next_id,
            prefix: Some(spelling.spell(&listing.prefix)),
            request_charged: None,
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            uploads: Some(uploads(&page, spelling, exchange.core().account)),
        })
    }
}

fn next(page: &Page<(UploadId, Upload)>) -> (Option<String>, Option<String>) {
    match page.entries.last().filter(|_| page.truncated) {
        Some(Entry::Item { key, item: (id, _) }) => {
            (Some(key.to_string()), Some(id.as_str().to_owned()))
        }
        Some(Entry::CommonPrefix(prefix)) => (Some(prefix.clone()), None),
        None => (None, None),
    }
}

fn uploads(
    page: &Page<(UploadId, Upload)>,
    spelling: Spelling,
    account: iam::AccountId,
) -> Vec<dto::MultipartUpload> {
    let shown = page.entries.iter().filter_map(|entry| match entry {
        Entry::Item {
            key,
            item: (id, upload),
        } => Some(dto::MultipartUpload {
            checksum_algorithm: upload.algorithm.map(convert::checksum_algorithm),
            checksum_type: upload
                .algorithm
                .map(|_| convert::checksum_type(upload.coverage)),
            initiated: Some(convert::timestamp(upload.initiated_at)),
            initiator: Some(convert::initiator(account)),
            key: Some(spelling.spell(key.as_str())),
            owner: Some(convert::owner(account)),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(id.as_str().to_owned()),
        }),
        Entry::CommonPrefix(_) => None,
    });
    shown.collect()
}
