//! Which service a request is for.
//!
//! Paths of different services collide (a Lambda path is also a legal S3 key), so the path never
//! decides. A signed request is for the service that its signature is scoped to: that is the one
//! whose permissions the signer used. Only where nothing is signed do other marks count.

use http::Method;
use http::header::CONTENT_TYPE;

use crate::incoming::Head;

/// A service of this cloud.
#[expect(clippy::enum_variant_names, reason = "AWS's own name")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    Iam,
    Sts,
    S3,
    Lambda,
    Logs,
    ServiceQuotas,
    Sqs,
    /// The control plane of HTTP APIs.
    ApiGateway,
    /// Requests to HTTP APIs themselves.
    ExecuteApi,
    /// The event history, asked as CloudTrail is.
    CloudTrail,
    /// Which regions there are.
    Account,
    Budgets,
    /// What AWS has no call for: pruning the state.
    Framewright,
}

/// How requests, responses and errors of a service are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Form body with `Action` and `Version`, XML answers.
    Query,
    /// Method and path, XML, S3's headers.
    RestXml,
    /// Method and path, JSON.
    RestJson,
    /// `POST /` with `X-Amz-Target`, JSON.
    Json11,
    /// The same, with the model in the names of errors.
    Json10,
}

impl Service {
    const ALL: [Self; 13] = [
        Self::Iam,
        Self::Sts,
        Self::S3,
        Self::Lambda,
        Self::Logs,
        Self::ServiceQuotas,
        Self::Sqs,
        Self::ApiGateway,
        Self::ExecuteApi,
        Self::CloudTrail,
        Self::Account,
        Self::Budgets,
        Self::Framewright,
    ];

    /// The name in credential scopes, also the prefix of the service's actions.
    pub(crate) const fn signing_name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::S3 => "s3",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::ServiceQuotas => "servicequotas",
            Self::Sqs => "sqs",
            Self::ApiGateway => "apigateway",
            Self::ExecuteApi => "execute-api",
            Self::CloudTrail => "cloudtrail",
            Self::Account => "account",
            Self::Budgets => "budgets",
            Self::Framewright => "framewright",
        }
    }

    /// Whether the service has one endpoint for all regions.
    pub(crate) const fn is_global(self) -> bool {
        matches!(self, Self::Iam | Self::Account | Self::Budgets)
    }

    /// The protocol that the service speaks.
    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::Iam | Self::Sts => Protocol::Query,
            Self::S3 => Protocol::RestXml,
            Self::Lambda | Self::Account | Self::ApiGateway | Self::ExecuteApi => {
                Protocol::RestJson
            }
            Self::Sqs => Protocol::Json10,
            Self::Logs
            | Self::ServiceQuotas
            | Self::CloudTrail
            | Self::Budgets
            | Self::Framewright => Protocol::Json11,
        }
    }

    /// The service's name in event records, such as `iam.amazonaws.com`.
    pub(crate) const fn event_source(self) -> &'static str {
        match self {
            Self::Iam => "iam.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
            Self::S3 => "s3.amazonaws.com",
            Self::Lambda => "lambda.amazonaws.com",
            Self::Logs => "logs.amazonaws.com",
            Self::ServiceQuotas => "servicequotas.amazonaws.com",
            Self::Sqs => "sqs.amazonaws.com",
            Self::ApiGateway => "apigateway.amazonaws.com",
            Self::ExecuteApi => "execute-api.amazonaws.com",
            Self::CloudTrail => "cloudtrail.amazonaws.com",
            Self::Account => "account.amazonaws.com",
            Self::Budgets => "budgets.amazonaws.com",
            Self::Framewright => "framewright.local",
        }
    }

    /// What stands before the dot of `X-Amz-Target`, for services that are asked so.
    pub(crate) const fn target_prefix(self) -> Option<&'static str> {
        match self {
            Self::Logs => Some("Logs_20140328"),
            Self::ServiceQuotas => Some("ServiceQuotasV20190624"),
            Self::Sqs => Some("AmazonSQS"),
            Self::CloudTrail => Some("CloudTrail_20131101"),
            Self::Budgets => Some("AWSBudgetServiceGateway"),
            Self::Framewright => Some("Framewright"),
            Self::Iam
            | Self::Sts
            | Self::S3
            | Self::Lambda
            | Self::Account
            | Self::ApiGateway
            | Self::ExecuteApi => None,
        }
    }

    /// Whether `prefix` is what stands before the last dot of the service's `X-Amz-Target`.
    ///
    /// Of CloudTrail's, some clients send the namespace of its model, too.
    pub(crate) fn is_targeted_by(self, prefix: &str) -> bool {
        let name = match self {
            Self::CloudTrail => prefix.strip_prefix("com.amazonaws.cloudtrail.v20131101."),
            _ => None,
        };
        self.target_prefix() == Some(name.unwrap_or(prefix))
    }

    /// The service that signatures with this name in their scope are for.
    pub(crate) fn from_signing_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|service| service.signing_name() == name)
    }

    /// The service that an unsigned request most likely meant, which shapes its refusal.
    ///
    /// Only S3 answers anonymous requests, and only where a bucket's policy lets it.
    pub(crate) fn of_unsigned(head: &Head) -> Self {
        if let Some(target) = head.header("x-amz-target") {
            let prefix = target.rsplit_once('.').map_or(target, |(prefix, _)| prefix);
            return Self::ALL
                .into_iter()
                .find(|service| service.is_targeted_by(prefix))
                .unwrap_or(Self::Logs);
        }
        let form = head
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if head.method == Method::POST && form && head.raw_path() == "/" {
            return Self::Sts;
        }
        Self::S3
    }
}
