//! PutObject.

use s3s::dto::{PutObjectInput, PutObjectOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::precondition::of_write;
use super::{acl, attributes, convert, encryption, fault, take_in, view};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, Bucket, KeyArn, NewObject};

/// Stores an object.
#[derive(Debug)]
pub(crate) struct PutObject {
    object: ObjectName,
}

impl Operation for PutObject {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "PutObject";
    const READ_ONLY: bool = false;
}

impl Call for PutObject {
    type Input = PutObjectInput;
    type Output = PutObjectOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: PutObjectInput,
    ) -> Result<PutObjectOutput, ApiError> {
        let (Self { object: name }, permit) = call.into_parts();
        let Writable { bucket, key } = writable(exchange, &name)?;
        let headers = &exchange.request().head().headers;
        let expires = input.expires.as_ref();
        let mut attributes = attributes::read(headers, input.metadata, expires, key)?;
        attributes.content_encoding = input.content_encoding;
        let condition = of_write(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        // Whoever is refused now need not send the bytes; the commit asks again.
        let current = exchange.store().object(&name.bucket, &name.key)?;
        condition
            .check(current.as_ref())
            .map_err(|failed| fault::condition(&failed, &name.key))?;
        let content = take_in::body(
            exchange,
            input.body,
            input.content_length,
            Algorithm::Crc64Nvme,
        )
        .await?;
        let new = NewObject {
            bucket: name.bucket.clone(),
            key: name.key.clone(),
            content,
            attributes,
            condition,
            at: exchange.request().at(),
        };
        let object = exchange
            .store()
            .put_object(&permit, new)
            .await
            .map_err(|error| {
                fault::refused(error, |refusal| {
                    fault::put(&refusal, &name.bucket, &name.key)
                })
            })?;
        let mut output = PutObjectOutput {
            checksum_type: object
                .checksum
                .as_ref()
                .map(|checksum| convert::checksum_type(checksum.coverage)),
            e_tag: Some(convert::etag(&object.etag)),
            expiration: view::expiration(&bucket, &name, &object),
            server_side_encryption: Some(convert::encryption(&object.attributes)),
            ssekms_key_id: convert::key_id(&object.attributes),
            ..PutObjectOutput::default()
        };
        if let Some(checksum) = &object.checksum {
            convert::set_checksum!(output, checksum);
        }
        Ok(output)
    }
}

/// Where an object is to be written.
pub(super) struct Writable {
    pub(super) bucket: Bucket,
    /// The KMS key that is to encrypt it.
    pub(super) key: Option<KeyArn>,
}

/// Where an object is to be written, if the request's headers ask for nothing that is refused there.
pub(super) fn writable(exchange: &Exchange, name: &ObjectName) -> Result<Writable, ApiError> {
    let bucket = exchange
        .store()
        .bucket(&name.bucket)?
        .ok_or_else(|| fault::no_such_bucket(&name.bucket))?;
    let request = exchange.request();
    let headers = &request.head().headers;
    let arn = format!("arn:aws:s3:::{}/{}", name.bucket, name.key);
    acl::check(request, headers, &bucket, &arn)?;
    attributes::refuse_unsupported(headers)?;
    Ok(Writable {
        key: encryption::of_write(exchange, headers, &bucket)?,
        bucket,
    })
}
