//! UpdateAssumeRolePolicy: who may assume a role.

use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::role::{existing, trust_policy};
use crate::services::iam::{Iam, document, names};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct UpdateAssumeRolePolicy {
    role: String,
    trust: String,
}

impl Operation for UpdateAssumeRolePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "UpdateAssumeRolePolicy";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for UpdateAssumeRolePolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            role: names::name(parameters, "RoleName", Name::Role)?,
            trust: document::text(parameters, "PolicyDocument")?.to_owned(),
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_role(&self.role)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut role = existing(directory, &call.role)?.clone();
                role.trust = trust_policy(&call.trust, directory)?;
                directory.put_role(role);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
