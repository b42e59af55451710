//! Budgets: operations are viewing or modifying.

use super::table::need;
use super::{Call, Need, Template};

const TAGS: &[&str] = &["aws:RequestTag/*", "aws:TagKeys"];

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "budgets",
        operation,
        needs,
    }
}

const MODIFY: Need = need("budgets:ModifyBudget", Template::Budget);
const VIEW: Need = need("budgets:ViewBudget", Template::Budget);

// spec: iam/calls#budgets
pub(super) const CALLS: &[Call] = &[
    row("CreateBudget", &[MODIFY.keys(TAGS)]),
    row("DeleteBudget", &[MODIFY]),
    row("DescribeBudget", &[VIEW]),
    row("DescribeBudgets", &[VIEW]),
];
