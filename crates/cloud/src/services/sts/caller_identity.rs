//! GetCallerIdentity: who is calling. Any valid credential may ask, whatever the policies say.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::query::{Parameters, QueryCall, Xml};
use crate::services::sts::Sts;

#[derive(Debug)]
pub(super) struct GetCallerIdentity;

impl Operation for GetCallerIdentity {
    const SERVICE: &'static str = "sts";
    const NAME: &'static str = "GetCallerIdentity";
    const READ_ONLY: bool = true;
}

impl QueryCall<Sts> for GetCallerIdentity {
    fn read(_: &Sts, _: &Authenticated, _: &Parameters) -> Result<Self, ApiError> {
        Ok(Self)
    }

    fn particulars(&self, _: &Sts) -> Particulars {
        Particulars::new()
    }

    async fn run(sts: &Sts, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let caller = call.permit().caller();
        let mut xml = Xml::new();
        xml.text("Arn", caller.arn())
            .text("UserId", &caller.user_id())
            .text("Account", sts.account.as_str());
        Ok(Some(xml))
    }
}
