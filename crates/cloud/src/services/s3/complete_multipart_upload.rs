//! CompleteMultipartUpload.

use s3s::dto::{self, CompleteMultipartUploadInput, CompleteMultipartUploadOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::precondition::of_write;
use super::upload_part::{part_number, upload_name};
use super::{convert, fault, view};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, Claim, Completion, NamedPart};

/// Makes an object of the parts of an upload.
#[derive(Debug)]
pub(crate) struct CompleteMultipartUpload {
    object: ObjectName,
}

impl Operation for CompleteMultipartUpload {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "CompleteMultipartUpload";
    const READ_ONLY: bool = false;
}

/// The checksums of a type that has one member for each algorithm.
macro_rules! stated_checksums {
    ($from:expr) => {
        [
            (Algorithm::Crc32, &$from.checksum_crc32),
            (Algorithm::Crc32c, &$from.checksum_crc32c),
            (Algorithm::Crc64Nvme, &$from.checksum_crc64nvme),
            (Algorithm::Sha1, &$from.checksum_sha1),
            (Algorithm::Sha256, &$from.checksum_sha256),
        ]
    };
}

impl Call for CompleteMultipartUpload {
    type Input = CompleteMultipartUploadInput;
    type Output = CompleteMultipartUploadOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: CompleteMultipartUploadInput,
    ) -> Result<CompleteMultipartUploadOutput, ApiError> {
        let (Self { object: name }, permit) = call.into_parts();
        let listed = input
            .multipart_upload
            .as_ref()
            .and_then(|upload| upload.parts.as_deref())
            .unwrap_or_default();
        if listed.is_empty() {
            return Err(fault::malformed_xml());
        }
        let completion = Completion {
            upload: upload_name(name.clone(), &input.upload_id),
            parts: listed.iter().map(named_part).collect::<Result<_, _>>()?,
            condition: of_write(input.if_match.as_ref(), input.if_none_match.as_ref())?,
            size: input
                .mpu_object_size
                .and_then(|size| u64::try_from(size).ok()),
            checksum: whole_checksum(&input)?,
            at: exchange.request().at(),
        };
        let id = completion.upload.id.clone();
        let completed = exchange.store().complete_upload(&permit, completion).await;
        let object = completed.map_err(|error| {
            fault::refused(error, |refusal| fault::complete(refusal, &id, &name.key))
        })?;
        let bucket = exchange.store().bucket(&name.bucket)?;
        let mut output = CompleteMultipartUploadOutput {
            bucket: Some(name.bucket.to_string()),
            checksum_type: object
                .checksum
                .as_ref()
                .map(|checksum| convert::checksum_type(checksum.coverage)),
            e_tag: Some(convert::etag(&object.etag)),
            expiration: bucket.and_then(|bucket| view::expiration(&bucket, &name, &object)),
            key: Some(name.key.to_string()),
            location: Some(location(exchange, &name)),
            server_side_encryption: Some(convert::encryption(&object.attributes)),
            ssekms_key_id: convert::key_id(&object.attributes),
            ..CompleteMultipartUploadOutput::default()
        };
        if let Some(checksum) = &object.checksum {
            convert::set_checksum!(output, checksum);
        }
        Ok(output)
    }
}

fn named_part(part: &dto::CompletedPart) -> Result<NamedPart, ApiError> {
    let number = part.part_number.ok_or_else(fault::malformed_xml)?;
    let etag = part.e_tag.as_ref().ok_or_else(fault::malformed_xml)?;
    Ok(NamedPart {
        number: part_number(number)?,
        etag: etag.value().to_owned(),
        checksum: stated(stated_checksums!(part))?,
    })
}

/// The checksum of the whole object, if the client states one that is not composed of the parts'.
fn whole_checksum(input: &CompleteMultipartUploadInput) -> Result<Option<Claim>, ApiError> {
    let composite = stated_checksums!(input)
        .iter()
        .any(|(_, value)| value.as_ref().is_some_and(|value| value.contains('-')));
    if composite {
        Ok(None)
    } else {
        stated(stated_checksums!(input))
    }
}

fn stated(checksums: [(Algorithm, &Option<String>); 5]) -> Result<Option<Claim>, ApiError> {
    let found = checksums
        .into_iter()
        .find_map(|(algorithm, value)| Some((algorithm, value.as_ref()?)));
    found
        .map(|(algorithm, value)| Claim::parse(algorithm, value))
        .transpose()
        .map_err(|malformed| {
            fault::invalid_request(format!(
                "Value for {} header is invalid.",
                malformed.0.header()
            ))
        })
}

fn location(exchange: &Exchange, name: &ObjectName) -> String {
    let host = exchange
        .request()
        .head()
        .host()
        .unwrap_or("s3.amazonaws.com");
    format!("http://{host}/{}/{}", name.bucket, name.key)
}
