//! A function that calls, and what is spent.

use super::super::{Call, Resource, Variant};
use super::setup;

pub(super) const CALLS: &[Call] = &[
    setup(
        &["GetFunctionConfiguration"],
        "lambda:GetFunctionConfiguration",
        Resource::AnyFunction,
        "The execution role of a function that is to start renders is looked up.",
    )
    .when(Variant::LambdaCaller),
    setup(
        &["CreateBudget", "DescribeBudget", "DeleteBudget"],
        "budgets:ModifyBudget",
        Resource::Budget,
        "A budget tells by mail when more is spent than was meant.",
    )
    .when(Variant::Budget),
    setup(
        &["DescribeBudget"],
        "budgets:ViewBudget",
        Resource::Budget,
        "A budget that is there is not made again.",
    )
    .when(Variant::Budget),
];
