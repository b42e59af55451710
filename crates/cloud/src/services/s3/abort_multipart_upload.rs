//! AbortMultipartUpload.

use s3s::dto::{AbortMultipartUploadInput, AbortMultipartUploadOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::fault;
use super::head::{CallHead, ObjectName};
use super::upload_part::upload_name;
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::NoSuchUpload;

/// Ends an upload without an object.
#[derive(Debug)]
pub(crate) struct AbortMultipartUpload {
    object: ObjectName,
}

impl Operation for AbortMultipartUpload {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "AbortMultipartUpload";
    const READ_ONLY: bool = false;
}

impl Call for AbortMultipartUpload {
    type Input = AbortMultipartUploadInput;
    type Output = AbortMultipartUploadOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: AbortMultipartUploadInput,
    ) -> Result<AbortMultipartUploadOutput, ApiError> {
        let (Self { object }, permit) = call.into_parts();
        let name = upload_name(object, &input.upload_id);
        let id = name.id.clone();
        let aborted = exchange.store().abort_upload(&permit, name).await;
        aborted
            .map_err(|error| fault::refused(error, |NoSuchUpload| fault::no_such_upload(&id)))?;
        Ok(AbortMultipartUploadOutput::default())
    }
}
