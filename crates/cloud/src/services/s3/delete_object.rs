//! DeleteObject.

use s3s::dto::{DeleteObjectInput, DeleteObjectOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::precondition::of_write;
use super::{fault, view};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};

/// Deletes an object. Deleting none succeeds.
#[derive(Debug)]
pub(crate) struct DeleteObject {
    object: ObjectName,
}

impl Operation for DeleteObject {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteObject";
    const READ_ONLY: bool = false;
}

impl Call for DeleteObject {
    type Input = DeleteObjectInput;
    type Output = DeleteObjectOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: DeleteObjectInput,
    ) -> Result<DeleteObjectOutput, ApiError> {
        view::refuse_version(input.version_id.as_deref())?;
        if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
            // Only directory buckets have these.
            return Err(fault::unsupported_header("x-amz-if-match-size"));
        }
        let (Self { object: name }, permit) = call.into_parts();
        let condition = of_write(input.if_match.as_ref(), None)?;
        let deleted = exchange
            .store()
            .delete_object(&permit, name.bucket.clone(), name.key.clone(), condition)
            .await;
        deleted.map_err(|error| {
            fault::refused(error, |refusal| {
                fault::put(&refusal, &name.bucket, &name.key)
            })
        })?;
        Ok(DeleteObjectOutput::default())
    }
}
