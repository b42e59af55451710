//! GetAccessKeyLastUsed: when a key signed a request for the last time, and for what.

use iam::calls::Slot;
use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::access_key::no_such_key;
use crate::services::iam::{Iam, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct GetAccessKeyLastUsed {
    id: String,
}

impl Operation for GetAccessKeyLastUsed {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetAccessKeyLastUsed";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetAccessKeyLastUsed {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let id = names::name(parameters, "AccessKeyId", Name::AccessKeyId)?;
        Ok(Self { id })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let directory = iam.directory();
        match directory.access_key(&self.id) {
            Some((owner, _)) => iam.about_user(&owner.principal.name),
            // Whoever may not ask about every user is not told that there is no such key.
            None => Particulars::new().name(Slot::UserArn, iam.arn("user", "/", "*")),
        }
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let (owner, _) = directory
            .access_key(&call.id)
            .ok_or_else(|| no_such_key(&call.id))?;
        let used = iam.key_uses.of(&call.id);
        let mut xml = Xml::new();
        xml.text("UserName", &owner.principal.name).within(
            "AccessKeyLastUsed",
            |xml| match &used {
                Some(used) => {
                    shapes::time(xml, "LastUsedDate", used.at);
                    xml.text("ServiceName", &used.service)
                        .text("Region", &used.region);
                }
                None => {
                    xml.text("ServiceName", "N/A").text("Region", "N/A");
                }
            },
        );
        Ok(Some(xml))
    }
}
