//! DecodeAuthorizationMessage: what an encoded denial says.
//!
//! No service of this cloud encodes its denials (EC2 does), so there is none that could be decoded:
//! whoever may ask is told that the message is not valid.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::query::{Parameters, QueryCall, Xml, parameter_error};
use crate::services::sts::Sts;

const LONGEST: usize = 10_240;

#[derive(Debug)]
pub(super) struct DecodeAuthorizationMessage;

impl Operation for DecodeAuthorizationMessage {
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "DecodeAuthorizationMessage";
    const READ_ONLY: bool = true;
}

impl QueryCall<Sts> for DecodeAuthorizationMessage {
    fn read(_: &Sts, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let message = parameters.required("EncodedMessage")?;
        if message.is_empty() || message.chars().count() > LONGEST {
            return Err(parameter_error(&format!(
                "Value at 'encodedMessage' failed to satisfy constraint: Member must have length between 1 and \
                 {LONGEST}"
            )));
        }
        Ok(Self)
    }

    fn particulars(&self, _: &Sts) -> Particulars {
        Particulars::new()
    }

    async fn run(_: &Sts, _: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        Err(ApiError::bad_request(
            "InvalidAuthorizationMessageException",
            "The specified encoded authorization message is not valid.",
        ))
    }
}
