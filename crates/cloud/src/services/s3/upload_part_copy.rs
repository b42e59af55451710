//! UploadPartCopy.

use std::ops::Range;

use s3s::dto::{self, CopyPartResult, UploadPartCopyInput, UploadPartCopyOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::precondition::ReadConditions;
use super::upload_part::{find, part_number, upload_name};
use super::{convert, copy, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, NoSuchUpload};

/// Stores bytes of an object as one part of an upload.
#[derive(Debug)]
pub(crate) struct UploadPartCopy {
    source: ObjectName,
    target: ObjectName,
}

impl Operation for UploadPartCopy {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "UploadPartCopy";
    const READ_ONLY: bool = false;
}

impl Call for UploadPartCopy {
    type Input = UploadPartCopyInput;
    type Output = UploadPartCopyOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            source: head.source()?,
            target: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: UploadPartCopyInput,
    ) -> Result<UploadPartCopyOutput, ApiError> {
        let (Self { source, target }, permit) = call.into_parts();
        let number = part_number(input.part_number)?;
        let name = upload_name(target, &input.upload_id);
        let upload = find(exchange, &name)?;
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let open = copy::source(exchange, &source, &conditions)?;
        let range = range(input.copy_source_range.as_deref(), open.object().size)?;
        let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
        let content = copy::bytes(exchange, open, range, algorithm).await?;
        let id = name.id.clone();
        let stored = exchange
            .store()
            .put_part(&permit, name, number, content, exchange.request().at())
            .await;
        let part = stored
            .map_err(|error| fault::refused(error, |NoSuchUpload| fault::no_such_upload(&id)))?;
        let mut result = CopyPartResult {
            e_tag: Some(convert::etag(&part.etag())),
            last_modified: Some(convert::timestamp(part.modified_at)),
            ..CopyPartResult::default()
        };
        convert::set_checksum!(result, part.checksum);
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            server_side_encryption: Some(convert::encryption(&upload.attributes)),
            ssekms_key_id: convert::key_id(&upload.attributes),
            ..UploadPartCopyOutput::default()
        })
    }
}

/// The bytes to copy. Unlike a read, a copy refuses a range that reaches beyond the source.
fn range(asked: Option<&str>, size: u64) -> Result<Range<u64>, ApiError> {
    let Some(asked) = asked else {
        return Ok(0..size);
    };
    match dto::Range::parse(asked) {
        Ok(dto::Range::Int {
            first,
            last: Some(last),
        }) if last < size => Ok(first..last + 1),
        Ok(dto::Range::Int { last: Some(_), .. }) => {
            let message = format!("Range specified is not valid for source object of size: {size}");
            Err(fault::invalid_argument(
                message,
                "x-amz-copy-source-range",
                asked,
            ))
        }
        _ => {
            let message = "The x-amz-copy-source-range value must be of the form bytes=first-last \
                           where first and last are the zero-based offsets of the first and last bytes to copy";
            Err(fault::invalid_argument(
                message,
                "x-amz-copy-source-range",
                asked,
            ))
        }
    }
}
