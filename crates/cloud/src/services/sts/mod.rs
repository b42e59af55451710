//! STS: who is calling, and temporary credentials for roles.

mod assume_role;
mod caller_identity;
mod decode_message;

use iam::AccountId;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::identity::{Identities, Sessions};
use crate::response::Response;
use crate::services::Serve;
use crate::services::query::{Parameters, carry_out, invalid_action};

use self::assume_role::AssumeRole;
use self::caller_identity::GetCallerIdentity;
use self::decode_message::DecodeAuthorizationMessage;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The service.
#[derive(Debug)]
pub(crate) struct Sts {
    pub(crate) account: AccountId,
    pub(crate) identities: Identities,
    pub(crate) sessions: Sessions,
    pub(crate) authorizer: Authorizer,
}

impl Serve for Sts {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let parameters = Parameters::read(&request, body).await?;
        let (decides, request) = (&self.authorizer, &request);
        match parameters.action() {
            "GetCallerIdentity" => {
                carry_out::<_, GetCallerIdentity>(self, decides, NAMESPACE, request, &parameters)
                    .await
            }
            "AssumeRole" => {
                carry_out::<_, AssumeRole>(self, decides, NAMESPACE, request, &parameters).await
            }
            "DecodeAuthorizationMessage" => {
                carry_out::<_, DecodeAuthorizationMessage>(
                    self,
                    decides,
                    NAMESPACE,
                    request,
                    &parameters,
                )
                .await
            }
            _ => Err(invalid_action(&parameters)),
        }
    }
}
