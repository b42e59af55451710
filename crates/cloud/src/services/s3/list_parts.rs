//! ListParts.

use s3s::dto::{self, ListPartsInput, ListPartsOutput, StorageClass};

use super::call::Call;
use super::convert;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::listing::limit;
use super::upload_part::{find, upload_name};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Part, PartNumber};

/// Lists the parts of an upload.
#[derive(Debug)]
pub(crate) struct ListParts {
    object: ObjectName,
}

impl Operation for ListParts {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "ListParts";
    const READ_ONLY: bool = true;
}

impl Call for ListParts {
    type Input = ListPartsInput;
    type Output = ListPartsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: ListPartsInput,
    ) -> Result<ListPartsOutput, ApiError> {
        let name = upload_name(call.object.clone(), &input.upload_id);
        let upload = find(exchange, &name)?;
        let max_parts = limit(input.max_parts, "max-parts")?;
        let after = input
            .part_number_marker
            .and_then(|marker| u16::try_from(marker).ok())
            .unwrap_or_default();
        let most = usize::try_from(max_parts).unwrap_or_default();
        let (parts, truncated) = exchange.store().parts(&name.id, after, most)?;
        let account = exchange.core().account;
        let last = parts
            .last()
            .map_or(0, |(number, _)| i32::from(number.get()));
        Ok(ListPartsOutput {
            bucket: Some(name.bucket.to_string()),
            checksum_algorithm: upload.algorithm.map(convert::checksum_algorithm),
            checksum_type: upload
                .algorithm
                .map(|_| convert::checksum_type(upload.coverage)),
            initiator: Some(convert::initiator(account)),
            is_truncated: Some(truncated),
            key: Some(name.key.to_string()),
            max_parts: Some(max_parts),
            next_part_number_marker: Some(last),
            owner: Some(convert::owner(account)),
            part_number_marker: Some(after.into()),
            parts: Some(
                parts
                    .iter()
                    .map(|(number, part)| shown(*number, part))
                    .collect(),
            ),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(input.upload_id),
            ..ListPartsOutput::default()
        })
    }
}

fn shown(number: PartNumber, part: &Part) -> dto::Part {
    let mut shown = dto::Part {
        e_tag: Some(convert::etag(&part.etag())),
        last_modified: Some(convert::timestamp(part.modified_at)),
        part_number: Some(number.get().into()),
        size: i64::try_from(part.size).ok(),
        ..dto::Part::default()
    };
    convert::set_checksum!(shown, part.checksum);
    shown
}
