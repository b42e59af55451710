//! CreateMultipartUpload.

use s3s::dto::{ChecksumType, CreateMultipartUploadInput, CreateMultipartUploadOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::put_object::{Writable, writable};
use super::{attributes, convert, fault};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, Coverage, NoSuchBucket, Upload, UploadId, UploadName};

/// Begins an upload in parts.
#[derive(Debug)]
pub(crate) struct CreateMultipartUpload {
    object: ObjectName,
}

impl Operation for CreateMultipartUpload {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "CreateMultipartUpload";
    const READ_ONLY: bool = false;
}

impl Call for CreateMultipartUpload {
    type Input = CreateMultipartUploadInput;
    type Output = CreateMultipartUploadOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: CreateMultipartUploadInput,
    ) -> Result<CreateMultipartUploadOutput, ApiError> {
        let (Self { object: name }, permit) = call.into_parts();
        let Writable { key, .. } = writable(exchange, &name)?;
        let (algorithm, coverage) = checksum(&input)?;
        let headers = &exchange.request().head().headers;
        let expires = input.expires.as_ref();
        let attributes = attributes::read(headers, input.metadata, expires, key)?;
        let server_side_encryption = Some(convert::encryption(&attributes));
        let ssekms_key_id = convert::key_id(&attributes);
        let upload = Upload {
            initiated_at: exchange.request().at(),
            attributes,
            algorithm,
            coverage,
        };
        let id = UploadId::unique();
        let (bucket, key) = (name.bucket.to_string(), name.key.to_string());
        let upload_name = UploadName {
            bucket: name.bucket.clone(),
            key: name.key,
            id: id.clone(),
        };
        let created = exchange
            .store()
            .create_upload(&permit, upload_name, upload)
            .await;
        created.map_err(|error| {
            fault::refused(error, |NoSuchBucket| fault::no_such_bucket(&name.bucket))
        })?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(bucket),
            checksum_algorithm: algorithm.map(convert::checksum_algorithm),
            checksum_type: algorithm.map(|_| convert::checksum_type(coverage)),
            key: Some(key),
            server_side_encryption,
            ssekms_key_id,
            upload_id: Some(id.as_str().to_owned()),
            ..CreateMultipartUploadOutput::default()
        })
    }
}

/// The algorithm of the parts, and what the object's checksum will cover.
fn checksum(input: &CreateMultipartUploadInput) -> Result<(Option<Algorithm>, Coverage), ApiError> {
    let algorithm = match &input.checksum_algorithm {
        Some(name) => Some(
            Algorithm::from_name(name.as_str())
                .ok_or_else(|| fault::unsupported_header("x-amz-checksum-algorithm"))?,
        ),
        None => None,
    };
    let asked = input.checksum_type.as_ref().map(ChecksumType::as_str);
    let default = algorithm.unwrap_or(Algorithm::Crc64Nvme);
    let coverage = match (algorithm, asked) {
        (_, None) => default.multipart_coverage(),
        (Some(algorithm), Some(ChecksumType::FULL_OBJECT)) if algorithm.combines() => {
            Coverage::FullObject
        }
        (Some(algorithm), Some(ChecksumType::COMPOSITE)) if algorithm != Algorithm::Crc64Nvme => {
            Coverage::Composite
        }
        (Some(algorithm), Some(asked)) => {
            let message = format!(
                "The {asked} checksum type cannot be used with the {} checksum algorithm.",
                algorithm.name().to_ascii_lowercase()
            );
            return Err(fault::invalid_request(message));
        }
        (None, Some(_)) => {
            let message = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.";
            return Err(fault::invalid_request(message));
        }
    };
    Ok((algorithm, coverage))
}
