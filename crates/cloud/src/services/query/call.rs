//! One call from its parameters to its answer.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Authorizer, Operation, Particulars};
use crate::response::Response;
use crate::services::query::parameters::Parameters;
use crate::services::query::xml::{Xml, success};

/// A call of a query service. `On` is the service.
pub(crate) trait QueryCall<On: Sync>: Operation + Sized {
    /// Reads the call from its parameters.
    ///
    /// # Errors
    /// That a parameter is missing or out of its bounds.
    fn read(on: &On, request: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError>;

    /// What the decisions about it depend on.
    fn particulars(&self, on: &On) -> Particulars;

    /// Carries it out. Nothing is answered beside the request id if there is no result.
    fn run(
        on: &On,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Option<Xml>, ApiError>> + Send;
}

/// Reads a call, decides on it, carries it out and answers.
pub(crate) async fn carry_out<On: Sync, Call: QueryCall<On>>(
    on: &On,
    authorizer: &Authorizer,
    namespace: &str,
    request: &Authenticated,
    parameters: &Parameters,
) -> Result<Response, ApiError> {
    request.trail().operation(Call::NAME, Call::READ_ONLY);
    let call = Call::read(on, request, parameters)?;
    let particulars = call.particulars(on);
    let authorized = authorizer.decide(request, call, &particulars)?;
    let result = Call::run(on, authorized).await?;
    Ok(success(Call::NAME, namespace, request.request_id(), result))
}

/// The refusal of a call that the service does not have, or this cloud does not.
pub(crate) fn invalid_action(parameters: &Parameters) -> ApiError {
    let version = parameters.get("Version").unwrap_or_default();
    ApiError::bad_request(
        "InvalidAction",
        format!(
            "Could not find operation {} for version {version}",
            parameters.action()
        ),
    )
}
