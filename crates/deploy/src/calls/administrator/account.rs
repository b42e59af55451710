//! A function that calls, and what is spent.

use super::super::{Call, Resource, Variant};
use super::{SETUP, row};

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetFunctionConfiguration"],
        "lambda:GetFunctionConfiguration",
        Resource::AnyFunction,
        "The execution role of a function that is to start renders is looked up.",
        SETUP,
    )
    .when(Variant::LambdaCaller),
    row(
        &["CreateBudget", "DescribeBudget", "DeleteBudget"],
        "budgets:ModifyBudget",
        Resource::Budget,
        "A budget tells by mail when more is spent than was meant.",
        SETUP,
    )
    .when(Variant::Budget),
    row(
        &["DescribeBudget"],
        "budgets:ViewBudget",
        Resource::Budget,
        "A budget that is there is not made again.",
        SETUP,
    )
    .when(Variant::Budget),
];
