//! Which recorded condition keys are kept, and as what.

use std::collections::BTreeSet;

use crate::condition::Operator;
use crate::policy::{Condition, Text};
use crate::{Context, Span, Values};

/// Keys that are different with every request, or that follow from who asks.
const PASSING: [&str; 14] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:referer",
    "aws:sourceip",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "s3:signatureage",
    "s3:x-amz-content-sha256",
];

/// A condition key with the values that were recorded of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) key: String,
    pub(super) values: BTreeSet<String>,
    many: bool,
}

/// The recorded keys that a policy can hold requests to.
pub(super) fn kept(context: &Context) -> Vec<Kept> {
    let keys = context.iter().filter(|(key, _)| !PASSING.contains(key));
    keys.map(|(key, values)| Kept {
        key: key.to_owned(),
        values: values.as_slice().iter().cloned().collect(),
        many: matches!(values, Values::Many(_)),
    })
    .collect()
}

/// Conditions that hold for these values alone, in requests that have the keys.
pub(super) fn of(kept: &[Kept]) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for Kept { key, values, many } in kept {
        let wanted: Vec<Text> = values.iter().map(|value| text(&literal(value))).collect();
        if *many {
            conditions.extend(condition("ForAllValues:StringEquals", key, wanted));
            conditions.extend(condition("Null", key, vec![text("false")]));
        } else {
            conditions.extend(condition("StringEquals", key, wanted));
        }
    }
    conditions.sort_by_key(|condition| condition.operator.to_string());
    conditions
}

/// `${` would start a variable.
fn literal(value: &str) -> String {
    value.replace("${", "${$}{")
}

fn condition(operator: &str, key: &str, values: Vec<Text>) -> Option<Condition> {
    let operator: Operator = operator.parse().ok()?;
    Some(Condition {
        operator,
        key: text(key),
        values,
        span: Span::default(),
    })
}

fn text(value: &str) -> Text {
    Text {
        value: value.into(),
        span: Span::default(),
    }
}
