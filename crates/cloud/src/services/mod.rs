//! The services behind the gateway.
//!
//! Each takes an [`Authenticated`] request with its body and answers with a response or an
//! [`ApiError`], which the gateway spells in the service's protocol. An operation runs on its
//! [`Authorized`](crate::authz::Authorized) form only.

mod account;
mod apigateway;
mod budgets;
mod cloudtrail;
mod framewright;
mod iam;
mod json;
mod lambda;
mod lend_role;
mod logs;
mod query;
mod quotas;
mod s3;
mod sqs;
mod sts;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::body::VerifiedBody;
use crate::response::Response;
use crate::service::Service;

pub(crate) use self::account::Account;
pub(crate) use self::apigateway::{ApiGateway, ExecuteApi};
pub(crate) use self::budgets::Budgets;
pub(crate) use self::cloudtrail::CloudTrail;
pub(crate) use self::framewright::Framewright;
pub use self::framewright::Pruned;
pub(crate) use self::iam::Iam;
pub(crate) use self::lambda::{Lambda, LambdaParts, OpenLambdaError};
pub(crate) use self::lend_role::{LendRole, Lender, Lent, Workload};
pub(crate) use self::logs::{LogStore, Logs};
pub(crate) use self::quotas::Quotas;
pub(crate) use self::s3::S3;
pub(crate) use self::sqs::{Queue, QueueStore, Sqs};
pub(crate) use self::sts::Sts;

/// One service behind the gateway.
pub(crate) trait Serve: Send + Sync + 'static {
    /// Answers one request.
    ///
    /// # Errors
    /// The error that the client gets.
    fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> impl Future<Output = Result<Response, ApiError>> + Send;
}

/// All services of this cloud, as one region has them.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) iam: Iam,
    pub(crate) sts: Sts,
    pub(crate) s3: S3,
    pub(crate) lambda: Lambda,
    pub(crate) logs: Logs,
    pub(crate) quotas: Quotas,
    pub(crate) sqs: Sqs,
    pub(crate) api_gateway: ApiGateway,
    pub(crate) execute_api: ExecuteApi,
    pub(crate) cloudtrail: CloudTrail,
    pub(crate) account: Account,
    pub(crate) budgets: Budgets,
    pub(crate) framewright: Framewright,
}

impl Services {
    /// Hands a request to the service that its signature is scoped to.
    pub(crate) async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        match request.service() {
            Service::Iam => self.iam.serve(request, body).await,
            Service::Sts => self.sts.serve(request, body).await,
            Service::CloudTrail => self.cloudtrail.serve(request, body).await,
            Service::Account => self.account.serve(request, body).await,
            Service::Budgets => self.budgets.serve(request, body).await,
            Service::Framewright => self.framewright.serve(request, body).await,
            Service::S3 => self.s3.serve(request, body).await,
            Service::Lambda => self.lambda.serve(request, body).await,
            Service::Logs => self.logs.serve(request, body).await,
            Service::ServiceQuotas => self.quotas.serve(request, body).await,
            Service::Sqs => self.sqs.serve(request, body).await,
            Service::ApiGateway => self.api_gateway.serve(request, body).await,
            Service::ExecuteApi => self.execute_api.serve(request, body).await,
        }
    }
}
