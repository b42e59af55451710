//! The budget.

use aws_sdk_budgets::types::{
    Budget as AwsBudget, BudgetType, ComparisonOperator, Notification, NotificationType,
    NotificationWithSubscribers, Spend, Subscriber, SubscriptionType, ThresholdType, TimeUnit,
};

use super::super::plan::{State, Step, What};
use super::super::{BUDGET_NAME, Budget};
use super::Setup;
use crate::call::CallFailed;
use crate::calls::TAG;

/// Mail is sent when this share of the budget is spent.
const ALERT_AT_PERCENT: f64 = 80.0;

impl Setup {
    pub(super) async fn plan_budget(&self, wanted: &Budget) -> Result<Step, CallFailed> {
        let asked = self
            .budgets
            .describe_budget()
            .account_id(&self.scope.account)
            .budget_name(BUDGET_NAME)
            .send()
            .await;
        let state = match asked {
            Ok(found) => {
                let limit = found.budget().and_then(|budget| budget.budget_limit());
                let amount = limit.and_then(|limit| limit.amount().parse::<f64>().ok());
                if amount == wanted.usd.parse().ok() {
                    State::Done
                } else {
                    // Budgets are not told apart by tags when they are read.
                    State::Foreign("has another limit: change it in the console".to_owned())
                }
            }
            Err(error) => {
                let error = CallFailed::of("look for the budget")(error);
                if error.code() != Some("NotFoundException") {
                    return Err(error);
                }
                State::Missing
            }
        };
        Ok(Step {
            what: What::Budget,
            state,
        })
    }

    pub(super) async fn make_budget(&self, wanted: &Budget) -> Result<(), CallFailed> {
        let invalid = || CallFailed::unbuilt("describe the budget");
        let limit = Spend::builder().amount(&wanted.usd).unit("USD").build();
        let budget = AwsBudget::builder()
            .budget_name(BUDGET_NAME)
            .budget_type(BudgetType::Cost)
            .time_unit(TimeUnit::Monthly)
            .budget_limit(limit.map_err(invalid())?)
            .build();
        let notification = Notification::builder()
            .notification_type(NotificationType::Actual)
            .comparison_operator(ComparisonOperator::GreaterThan)
            .threshold(ALERT_AT_PERCENT)
            .threshold_type(ThresholdType::Percentage)
            .build();
        let subscriber = Subscriber::builder()
            .subscription_type(SubscriptionType::Email)
            .address(&wanted.notify)
            .build();
        let told = NotificationWithSubscribers::builder()
            .notification(notification.map_err(invalid())?)
            .subscribers(subscriber.map_err(invalid())?)
            .build();
        let tag = aws_sdk_budgets::types::ResourceTag::builder()
            .key(TAG.0)
            .value(TAG.1)
            .build();
        let made = self
            .budgets
            .create_budget()
            .account_id(&self.scope.account)
            .budget(budget.map_err(invalid())?)
            .notifications_with_subscribers(told.map_err(invalid())?)
            .resource_tags(tag.map_err(invalid())?)
            .send()
            .await;
        made.map_err(CallFailed::of("make the budget"))?;
        Ok(())
    }
}
