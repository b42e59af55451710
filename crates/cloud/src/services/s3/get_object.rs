//! GetObject.

use s3s::dto::{GetObjectInput, GetObjectOutput, StreamingBlob};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::view::{look, question, shown};
use super::{convert, fault};
use crate::api_error::ApiError;
use crate::authn::Identity;
use crate::authz::{Authorized, Operation};

/// Reads an object, or the range or part asked for.
#[derive(Debug)]
pub(crate) struct GetObject {
    object: ObjectName,
}

impl Operation for GetObject {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "GetObject";
    const READ_ONLY: bool = true;
}

impl Call for GetObject {
    type Input = GetObjectInput;
    type Output = GetObjectOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            object: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: GetObjectInput,
    ) -> Result<GetObjectOutput, ApiError> {
        if overrides(&input)
            && matches!(exchange.request().caller().identity(), Identity::Anonymous)
        {
            let message =
                "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(fault::invalid_request(message));
        }
        let view = look(exchange, &call.object, &question!(input))?;
        let mut output = shown!(GetObjectOutput, view);
        let tags = view.open.object().attributes.tags.len();
        output.tag_count = i32::try_from(tags).ok().filter(|tags| *tags > 0);
        output.body = Some(StreamingBlob::wrap(view.open.read(view.range)));
        Ok(output)
    }
}

/// Whether the request says which headers the answer is to carry. s3s puts them there.
fn overrides(input: &GetObjectInput) -> bool {
    let texts = [
        &input.response_cache_control,
        &input.response_content_disposition,
        &input.response_content_encoding,
        &input.response_content_language,
        &input.response_content_type,
    ];
    input.response_expires.is_some() || texts.iter().any(|text| text.is_some())
}
