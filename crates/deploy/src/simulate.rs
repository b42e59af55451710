//! Whether a principal may make a call, as IAM simulates it.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::operation::simulate_principal_policy::builders::SimulatePrincipalPolicyFluentBuilder as Simulation;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use crate::call::CallFailed;

/// Whether a call is allowed, as AWS simulates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is.
    Allowed,
    /// It is not.
    Denied,
    /// Whoever asks may not simulate.
    Unknown,
}

/// A call that somebody wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The ARN of the user or role.
    pub principal: &'a str,
    /// The action.
    pub action: &'a str,
    /// The resource: an ARN or `*`.
    pub resource: &'a str,
    /// The service through which a key is used: `kms:ViaService`.
    pub through: Option<&'a str>,
}

/// Asks IAM, with the endpoint and credentials of `config`.
///
/// # Errors
/// A call that fails for another reason than a denial.
pub async fn simulate(config: &SdkConfig, question: &Question<'_>) -> Result<Answer, CallFailed> {
    let context = question
        .through
        .map(|service| ("kms:ViaService".to_owned(), service.to_owned()));
    let iam = Client::new(config);
    let asked = asked(
        &iam,
        question.principal,
        question.action,
        question.resource,
        context,
    );
    match asked.send().await {
        Ok(answer) => {
            let decision = answer.evaluation_results().first();
            let decision = decision.map(|result| result.eval_decision());
            Ok(
                if decision == Some(&PolicyEvaluationDecisionType::Allowed) {
                    Answer::Allowed
                } else {
                    Answer::Denied
                },
            )
        }
        Err(error) if crate::call::is_denied(&error) => Ok(Answer::Unknown),
        Err(error) => Err(CallFailed::of("simulate the call")(error)),
    }
}

/// The request that asks whether `principal` may do `action` on `resource`, an ARN or `*`, under these keys of context.
pub(crate) fn asked(
    iam: &Client,
    principal: &str,
    action: &str,
    resource: &str,
    context: impl IntoIterator<Item = (String, String)>,
) -> Simulation {
    let mut asked = iam
        .simulate_principal_policy()
        .policy_source_arn(principal)
        .action_names(action);
    if resource != "*" {
        asked = asked.resource_arns(resource);
    }
    context.into_iter().fold(asked, |asked, (key, value)| {
        let entry = ContextEntry::builder()
            .context_key_name(key)
            .context_key_type(ContextKeyTypeEnum::String)
            .context_key_values(value);
        asked.context_entries(entry.build())
    })
}
