//! SimulatePrincipalPolicy and SimulateCustomPolicy: what a principal could do, or would be able to under given policies.

mod answer;
mod question;
mod scenario;

use std::sync::Arc;

use iam::Layers;
use iam::calls::Slot;
use iam::policy::Kind;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::Iam;
use crate::services::iam::policy_source::{Inline, PolicySource, caller};
use crate::services::query::{Parameters, QueryCall, Xml};

use self::question::Question;

/// What the policies of a principal allow.
#[derive(Debug)]
pub(super) struct SimulatePrincipalPolicy {
    source_arn: String,
    question: Question,
}

impl Operation for SimulatePrincipalPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "SimulatePrincipalPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for SimulatePrincipalPolicy {
    fn read(iam: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        if parameters.has_any("PolicyExclusionList.") {
            return Err(ApiError::not_implemented(
                "simulation with PolicyExclusionList",
            ));
        }
        Ok(Self {
            source_arn: parameters.required("PolicySourceArn")?.to_owned(),
            question: Question::read(iam.account, parameters)?,
        })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new().name(Slot::PolicySourceArn, &self.source_arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let source = PolicySource::find(&directory, &call.source_arn)?;
        let caller = match &call.question.caller {
            Some(caller) => caller.clone(),
            None => source.caller.clone(),
        };
        let mut layers = source.layers.clone();
        layers.identity.extend(call.question.added.iter().cloned());
        if let Some(boundary) = &call.question.boundary {
            layers.boundary = Some(Arc::clone(boundary));
        }
        Ok(Some(call.question.answer(layers, &caller, &source.inline)))
    }
}

/// What policies would allow that are not attached to anybody.
#[derive(Debug)]
pub(super) struct SimulateCustomPolicy {
    question: Question,
}

impl Operation for SimulateCustomPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "SimulateCustomPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for SimulateCustomPolicy {
    fn read(iam: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let question = Question::read(iam.account, parameters)?;
        if question.added.is_empty() {
            parameters.required("PolicyInputList")?;
        }
        if question.resource_policy.is_some() && question.caller.is_none() {
            return Err(invalid_input(
                "CallerArn is required where ResourcePolicy is given.",
            ));
        }
        Ok(Self { question })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new()
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let caller = match &call.question.caller {
            Some(caller) => caller.clone(),
            None => caller(&iam.arn("user", "/", "simulated"))?,
        };
        let layers = Layers {
            identity: call.question.added.clone(),
            boundary: call.question.boundary.clone(),
            ..Layers::default()
        };
        let inline = Inline::default();
        Ok(Some(call.question.answer(layers, &caller, &inline)))
    }
}

/// The policies of a list of documents, named as answers name them: `LIST.1`, `LIST.2`, …
///
/// # Errors
/// `InvalidInput` for a document that obeys no grammar.
pub(super) fn policies(
    parameters: &Parameters,
    list: &str,
    kind: Kind,
) -> Result<Vec<Arc<iam::Policy>>, ApiError> {
    (1..=parameters.list(list).len())
        .map(|index| {
            let name = format!("{list}.member.{index}");
            let document = super::document::document(parameters, &name, kind).map_err(invalid)?;
            Ok(iam::Policy::inline(&format!("{list}.{index}"), document))
        })
        .collect()
}

/// Simulation has one word for every document that it cannot read.
fn invalid(error: ApiError) -> ApiError {
    if error.code == "MalformedPolicyDocument" {
        invalid_input(&error.message)
    } else {
        error
    }
}

pub(super) fn invalid_input(message: &str) -> ApiError {
    ApiError::bad_request("InvalidInput", message)
}
