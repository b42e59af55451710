//! What AWS has no call for: `Prune`, which frees what is past its time, and `LendRole`, which the
//! metadata endpoints ask.
//!
//! They are asked as AWS's JSON services are (`X-Amz-Target: Framewright.Prune`), signed for the
//! service name `framewright`, and need the permissions `framewright:Prune` and
//! `framewright:LendRole`.

use serde::{Deserialize, Serialize};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorizer, Operation, Particulars};
use crate::body::VerifiedBody;
use crate::response::Response;
use crate::services::lend_role::Lender;
use crate::services::{Serve, json};
use crate::storage::ObjectStore;

const LARGEST_INPUT: usize = 1024;

/// The service.
#[derive(Debug)]
pub(crate) struct Framewright {
    pub(crate) authorizer: Authorizer,
    pub(crate) store: ObjectStore,
    pub(crate) lender: Lender,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prune {
    /// Only what is there; everything where none is given.
    region: Option<String>,
}

impl Operation for Prune {
    const SERVICE: &'static str = "framewright";
    const NAME: &'static str = "Prune";
    const READ_ONLY: bool = false;
}

/// What pruning freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pruned {
    /// Objects that their bucket's lifecycle rules let expire.
    pub objects: usize,
    /// Multipart uploads that were left unfinished for too long.
    pub uploads: usize,
}

impl Serve for Framewright {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        match json::operation(&request)? {
            "Prune" => {
                let input: Prune = json::input(body, LARGEST_INPUT).await?;
                let call = self
                    .authorizer
                    .decide(&request, input, &Particulars::new())?;
                let at = call.permit().request().at();
                let (input, _) = call.into_parts();
                let swept = self
                    .store
                    .sweep(at, input.region.as_deref())
                    .await
                    .map_err(|error| ApiError::internal(&error))?;
                json::output(&Pruned {
                    objects: swept.objects,
                    uploads: swept.uploads,
                })
            }
            "LendRole" => self.lender.serve(&self.authorizer, &request, body).await,
            other => Err(json::unknown_operation(other)),
        }
    }
}
