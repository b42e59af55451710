//! The calls of Budgets.

use iam::calls::Slot;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::table::{self, Budget};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::state::{ChangeError, State};

/// Longest name of a budget, in characters.
const LONGEST_NAME: usize = 100;

/// How many budgets one answer holds at most.
const LARGEST_PAGE: usize = 1000;

/// A call: its members on the wire, what its decisions depend on, and its effect.
pub(super) trait Call: Operation + DeserializeOwned {
    /// The account that it names.
    fn account(&self) -> &str;

    /// What the decisions depend on.
    fn particulars(&self) -> Particulars;

    /// Carries it out.
    fn carry_out(
        state: &State,
        call: Authorized<Self>,
    ) -> impl Future<Output = Result<Value, ApiError>> + Send;
}

fn named(name: &str) -> Particulars {
    Particulars::new().name(Slot::Budget, name)
}

fn no_such_budget(name: &str) -> ApiError {
    ApiError::not_found(
        "NotFoundException",
        format!("Unable to get budget: {name} - the budget doesn't exist."),
    )
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateBudget {
    account_id: String,
    budget: Value,
    #[serde(default)]
    notifications_with_subscribers: Vec<Value>,
}

impl CreateBudget {
    fn name(&self) -> &str {
        self.budget["BudgetName"].as_str().unwrap_or_default()
    }

    /// What every budget must say.
    fn check(&self) -> Result<(), ApiError> {
        let name = self.name();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains([':', '\\']) {
            return Err(invalid(
                "BudgetName must have 1 to 100 characters, and no : or \\",
            ));
        }
        for (member, values) in [
            (
                "TimeUnit",
                &["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"][..],
            ),
            (
                "BudgetType",
                &[
                    "USAGE",
                    "COST",
                    "RI_UTILIZATION",
                    "RI_COVERAGE",
                    "SAVINGS_PLANS_UTILIZATION",
                    "SAVINGS_PLANS_COVERAGE",
                ],
            ),
        ] {
            let given = self.budget[member].as_str().unwrap_or_default();
            if !values.contains(&given) {
                return Err(invalid(&format!(
                    "{member} must be one of {}",
                    values.join(", ")
                )));
            }
        }
        let limit = &self.budget["BudgetLimit"]["Amount"];
        let amount = limit.as_str().and_then(|text| text.parse::<f64>().ok());
        if !limit.is_null() && amount.is_none_or(|amount| !amount.is_finite() || amount <= 0.0) {
            return Err(invalid("BudgetLimit must have a positive Amount"));
        }
        Ok(())
    }
}

impl Operation for CreateBudget {
    const SERVICE: &'static str = "budgets";
    const NAME: &'static str = "CreateBudget";
    const READ_ONLY: bool = false;
}

impl Call for CreateBudget {
    fn account(&self) -> &str {
        &self.account_id
    }

    fn particulars(&self) -> Particulars {
        named(self.name())
    }

    async fn carry_out(state: &State, call: Authorized<Self>) -> Result<Value, ApiError> {
        call.check()?;
        let (call, permit) = call.into_parts();
        let name = call.name().to_owned();
        let budget = Budget {
            budget: call.budget,
            notifications: call.notifications_with_subscribers,
        };
        let adding = move |change: &mut crate::state::Change<'_>| {
            if table::add(change, &name, &budget)? {
                return Ok(());
            }
            Err(ChangeError::Refused(ApiError::bad_request(
                "DuplicateRecordException",
                format!("Error creating budget: {name} - the budget already exists."),
            )))
        };
        state.change(&permit, adding).await?;
        Ok(json!({}))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeBudget {
    account_id: String,
    budget_name: String,
}

impl Operation for DescribeBudget {
    const SERVICE: &'static str = "budgets";
    const NAME: &'static str = "DescribeBudget";
    const READ_ONLY: bool = true;
}

impl Call for DescribeBudget {
    fn account(&self) -> &str {
        &self.account_id
    }

    fn particulars(&self) -> Particulars {
        named(&self.budget_name)
    }

    async fn carry_out(state: &State, call: Authorized<Self>) -> Result<Value, ApiError> {
        let found = table::budget(state, &call.budget_name)?
            .ok_or_else(|| no_such_budget(&call.budget_name))?;
        Ok(json!({ "Budget": shown(found) }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeBudgets {
    account_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for DescribeBudgets {
    const SERVICE: &'static str = "budgets";
    const NAME: &'static str = "DescribeBudgets";
    const READ_ONLY: bool = true;
}

impl Call for DescribeBudgets {
    fn account(&self) -> &str {
        &self.account_id
    }

    fn particulars(&self) -> Particulars {
        named("*")
    }

    async fn carry_out(state: &State, call: Authorized<Self>) -> Result<Value, ApiError> {
        let most = call.max_results.unwrap_or(100);
        if !(1..=LARGEST_PAGE).contains(&most) {
            return Err(invalid("MaxResults must be between 1 and 1000"));
        }
        // A token is the name of the last budget that was shown.
        let mut rest = table::budgets(state)?.into_iter().filter(|(name, _)| {
            call.next_token
                .as_deref()
                .is_none_or(|last| name.as_str() > last)
        });
        let page: Vec<_> = rest.by_ref().take(most).collect();
        let next = rest.next().and(page.last().map(|(name, _)| name.clone()));
        let budgets = page.into_iter().map(|(_, budget)| shown(budget));
        let mut answer = json!({ "Budgets": budgets.collect::<Vec<_>>() });
        if let Some(next) = next {
            answer["NextToken"] = next.into();
        }
        Ok(answer)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteBudget {
    account_id: String,
    budget_name: String,
}

impl Operation for DeleteBudget {
    const SERVICE: &'static str = "budgets";
    const NAME: &'static str = "DeleteBudget";
    const READ_ONLY: bool = false;
}

impl Call for DeleteBudget {
    fn account(&self) -> &str {
        &self.account_id
    }

    fn particulars(&self) -> Particulars {
        named(&self.budget_name)
    }

    async fn carry_out(state: &State, call: Authorized<Self>) -> Result<Value, ApiError> {
        let (call, permit) = call.into_parts();
        let name = call.budget_name;
        let removing = move |change: &mut crate::state::Change<'_>| {
            if table::remove(change, &name)? {
                return Ok(());
            }
            Err(ChangeError::Refused(no_such_budget(&name)))
        };
        state.change(&permit, removing).await?;
        Ok(json!({}))
    }
}

/// A budget as it is shown: nothing has been spent.
fn shown(budget: Budget) -> Value {
    let mut shown = budget.budget;
    if let Some(members) = shown.as_object_mut() {
        let spent = json!({ "ActualSpend": { "Amount": "0", "Unit": "USD" } });
        members.insert("CalculatedSpend".to_owned(), spent);
    }
    shown
}

fn invalid(message: &str) -> ApiError {
    ApiError::bad_request("InvalidParameterException", message)
}
