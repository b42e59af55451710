//! UploadPart.

use s3s::dto::{UploadPartInput, UploadPartOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::{convert, fault, take_in};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, NoSuchUpload, PartNumber, Upload, UploadId, UploadName};

/// Stores one part of an upload.
#[derive(Debug)]
pub(crate) struct UploadPart {
    object: ObjectName,
}

impl Operation for UploadPart {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "UploadPart";
    const READ_ONLY: bool = false;
}

impl Call for UploadPart {
    type Input = UploadPartInput;
    type Output = UploadPartOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: UploadPartInput,
    ) -> Result<UploadPartOutput, ApiError> {
        let (Self { object }, permit) = call.into_parts();
        let number = part_number(input.part_number)?;
        let name = upload_name(object, &input.upload_id);
        let upload = find(exchange, &name)?;
        let default = upload.algorithm.unwrap_or(Algorithm::Crc64Nvme);
        let content = take_in::body(exchange, input.body, input.content_length, default).await?;
        if let Some(expected) = upload
            .algorithm
            .filter(|expected| *expected != content.checksum.algorithm)
        {
            return Err(fault::invalid_request(format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                expected.name().to_ascii_lowercase(),
                content.checksum.algorithm.name().to_ascii_lowercase(),
            )));
        }
        let id = name.id.clone();
        let stored = exchange
            .store()
            .put_part(&permit, name, number, content, exchange.request().at())
            .await;
        let part = stored
            .map_err(|error| fault::refused(error, |NoSuchUpload| fault::no_such_upload(&id)))?;
        let mut output = UploadPartOutput {
            e_tag: Some(convert::etag(&part.etag())),
            server_side_encryption: Some(convert::encryption(&upload.attributes)),
            ssekms_key_id: convert::key_id(&upload.attributes),
            ..UploadPartOutput::default()
        };
        convert::set_checksum!(output, part.checksum);
        Ok(output)
    }
}

/// The upload as clients name it.
pub(super) fn upload_name(object: ObjectName, id: &str) -> UploadName {
    UploadName {
        bucket: object.bucket,
        key: object.key,
        id: UploadId::from_wire(id),
    }
}

/// The upload of that name.
pub(super) fn find(exchange: &Exchange, name: &UploadName) -> Result<Upload, ApiError> {
    exchange
        .store()
        .upload(name)?
        .ok_or_else(|| fault::no_such_upload(&name.id))
}

/// The number of a part.
pub(super) fn part_number(number: i32) -> Result<PartNumber, ApiError> {
    PartNumber::parse(number.into()).ok_or_else(|| {
        let message = format!(
            "Part number must be an integer between 1 and {}, inclusive",
            PartNumber::LARGEST
        );
        fault::invalid_argument(message, "partNumber", number.to_string())
    })
}
