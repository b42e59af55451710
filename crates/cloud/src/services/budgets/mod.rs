//! Budgets: they are kept and shown. Nothing costs anything here, so none is ever exceeded and
//! nobody is notified.

mod calls;
mod table;

use serde_json::Value;

use self::calls::{Call, CreateBudget, DeleteBudget, DescribeBudget, DescribeBudgets};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::response::Response;
use crate::services::{Serve, json};
use crate::state::{State, StateError};

const LARGEST_INPUT: usize = 256 * 1024;

/// The service.
#[derive(Debug)]
pub(crate) struct Budgets {
    state: State,
    account: iam::AccountId,
    authorizer: Authorizer,
}

impl Budgets {
    /// The budgets in a state. Makes their table, so that every read finds it.
    pub(crate) async fn open(
        state: State,
        account: iam::AccountId,
        authorizer: Authorizer,
    ) -> Result<Self, StateError> {
        table::make(&state).await?;
        Ok(Self {
            state,
            account,
            authorizer,
        })
    }

    async fn carry_out<C: Call>(
        &self,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        request.trail().operation(C::NAME, C::READ_ONLY);
        let call: C = json::input(body, LARGEST_INPUT).await?;
        if call.account() != self.account.as_str() {
            return Err(ApiError::forbidden(
                "AccessDeniedException",
                format!("Account {} is not yours.", call.account()),
            ));
        }
        let particulars = call.particulars();
        let authorized = self.authorizer.decide(request, call, &particulars)?;
        let output: Value = C::carry_out(&self.state, authorized).await?;
        json::output(&output)
    }
}

impl Serve for Budgets {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        match json::operation(request)? {
            "CreateBudget" => self.carry_out::<CreateBudget>(request, body).await,
            "DescribeBudget" => self.carry_out::<DescribeBudget>(request, body).await,
            "DescribeBudgets" => self.carry_out::<DescribeBudgets>(request, body).await,
            "DeleteBudget" => self.carry_out::<DeleteBudget>(request, body).await,
            other => Err(json::unknown_operation(other)),
        }
    }
}
