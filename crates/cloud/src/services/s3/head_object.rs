//! HeadObject.

use s3s::dto::{HeadObjectInput, HeadObjectOutput};

use super::call::Call;
use super::convert;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::view::{look, question, shown};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};

/// Tells about an object.
#[derive(Debug)]
pub(crate) struct HeadObject {
    object: ObjectName,
}

impl Operation for HeadObject {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "HeadObject";
    const READ_ONLY: bool = true;
}

impl Call for HeadObject {
    type Input = HeadObjectInput;
    type Output = HeadObjectOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: HeadObjectInput,
    ) -> Result<HeadObjectOutput, ApiError> {
        let view = look(exchange, &call.object, &question!(input))?;
        Ok(shown!(HeadObjectOutput, view))
    }
}
