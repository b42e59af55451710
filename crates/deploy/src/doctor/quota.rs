//! How many executions the account may have at once.

use aws_config::SdkConfig;
use aws_sdk_servicequotas::error::ProvideErrorMetadata as _;

use super::{Finding, Verdict};

/// Lambda's concurrent executions.
const CODE: &str = "L-B99A9384";
/// Less than this does not carry a render of the usual shape.
const FEW: f64 = 50.0;

/// The quota.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Quota {
    /// So many.
    Executions(f64),
    /// The caller may not ask.
    NotChecked(String),
}

/// Asks Service Quotas.
pub async fn concurrency(config: &SdkConfig) -> Quota {
    let quotas = aws_sdk_servicequotas::Client::new(config);
    let asked = quotas
        .get_service_quota()
        .service_code("lambda")
        .quota_code(CODE);
    match asked.send().await {
        Ok(answer) => match answer.quota.and_then(|quota| quota.value) {
            Some(value) => Quota::Executions(value),
            None => Quota::NotChecked("the answer tells no value".to_owned()),
        },
        Err(error) => {
            let reason = error.message().or(error.code());
            Quota::NotChecked(reason.unwrap_or("Service Quotas did not answer").to_owned())
        }
    }
}

impl Quota {
    /// What it means.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::Executions(value) if *value < FEW => Finding::new(
                "concurrency",
                Verdict::Advice,
                format!("{value} executions at once"),
            )
            .advising(
                "`framewright quotas increase` asks AWS for more; until then give --concurrency",
            ),
            Self::Executions(value) => Finding::new(
                "concurrency",
                Verdict::Good,
                format!("{value} executions at once"),
            ),
            Self::NotChecked(reason) => {
                Finding::new("concurrency", Verdict::NotChecked, reason.clone())
            }
        }
    }
}
