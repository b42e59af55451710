//! Invocations that a service makes, by the right that the function's own policy gives it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::Lambda;
use super::name::FunctionName;
use super::table;
use crate::events::Trail;
use crate::sandbox::{Delivery, Event, Origin, Outcome};
use crate::state::StateError;

/// What a service asks of a function.
#[derive(Debug)]
pub(crate) struct ServiceInvocation<'a> {
    /// The service's principal name.
    pub(crate) service: &'a str,
    /// On behalf of which resource it asks.
    pub(crate) source_arn: &'a str,
    /// The function, as the resource names it.
    pub(crate) function_arn: &'a str,
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    /// How long the service waits.
    pub(crate) within: Duration,
}

/// Why a service has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAnswered {
    /// The policy of the function does not let it.
    #[error("the function's policy does not let {0} invoke it")]
    Denied(String),
    /// There is no such function, or no such version of it.
    #[error("there is no such function")]
    NoFunction,
    /// No environment is to be had.
    #[error("no environment is to be had")]
    Unavailable,
    /// The function failed.
    #[error("the function failed")]
    Failed,
    /// The function takes longer than the service waits. It goes on.
    #[error("the function takes longer than {0:?}")]
    TooLate(Duration),
    /// The state cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Lambda {
    /// Invokes a function for a service; what it answers. The decision goes into the record of the
    /// request that led to it.
    ///
    /// # Errors
    /// [`NotAnswered`]
    pub(crate) async fn invoke_for_service(
        &self,
        trail: &Trail,
        asked: ServiceInvocation<'_>,
    ) -> Result<Bytes, NotAnswered> {
        let named = FunctionName::parse(asked.function_arn, None);
        let named = named.map_err(|_| NotAnswered::NoFunction)?;
        let policy = table::policy(self.state(), &named.name)?;
        let may = self.authorizer().service_may(
            trail,
            asked.service,
            "lambda:InvokeFunction",
            &self.home().qualified_arn(&named),
            policy.map(|kept| Arc::clone(kept.policy.policy())),
            asked.source_arn,
        );
        if !may {
            return Err(NotAnswered::Denied(asked.service.to_owned()));
        }
        let function = table::function(self.state(), &named.name)?;
        let function = function
            .filter(|_| named.is_latest())
            .ok_or(NotAnswered::NoFunction)?;
        let event = Event {
            request_id: asked.request_id,
            payload: asked.payload,
            function_arn: self.home().qualified_arn(&named),
            client_context: None,
        };
        let invoked =
            self.executions()
                .invoke(function, event, Delivery::Buffered, Origin::Outside);
        let answer = async {
            let mut reading = invoked.await.map_err(|_| NotAnswered::Unavailable)?;
            let mut answer = Vec::new();
            while let Some(piece) = reading.pieces.recv().await {
                answer.extend_from_slice(&piece);
            }
            match reading.done.await.map(|finished| finished.outcome) {
                Ok(Outcome::Succeeded) => Ok(answer.into()),
                Ok(Outcome::Failed(_)) => Err(NotAnswered::Failed),
                Ok(Outcome::Unprovided(_)) | Err(_) => Err(NotAnswered::Unavailable),
            }
        };
        match tokio::time::timeout(asked.within, answer).await {
            Ok(answered) => answered,
            Err(_) => Err(NotAnswered::TooLate(asked.within)),
        }
    }
}
