//! Whether a principal may make a call, as IAM simulates it.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use crate::call::CallFailed;
use crate::permissions::grant::Answer;

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
    let mut asked = Client::new(config)
        .simulate_principal_policy()
        .policy_source_arn(question.principal)
        .action_names(question.action);
    if question.resource != "*" {
        asked = asked.resource_arns(question.resource);
    }
    if let Some(service) = question.through {
        let entry = ContextEntry::builder()
            .context_key_name("kms:ViaService")
            .context_key_type(ContextKeyTypeEnum::String)
            .context_key_values(service);
        asked = asked.context_entries(entry.build());
    }
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
