//! Conditions.

use super::value::{Read, all, members, refuse};
use crate::Span;
use crate::json::{Value, ValueKind};
use crate::policy::error::DocumentErrorKind as Wrong;
use crate::policy::{Condition, Text};

// spec: iam/grammar#condition
pub(super) fn read_conditions(value: &Value<'_>) -> Read<Vec<Condition>> {
    let mut conditions = Vec::new();
    for by_operator in members("Condition", value)? {
        let Ok(operator) = by_operator.key.parse() else {
            return refuse(
                Wrong::UnknownOperator(by_operator.key.to_string()),
                by_operator.key_span,
            );
        };
        for by_key in members("a condition operator", &by_operator.value)? {
            if !by_key.key.contains(':') {
                let value = by_key.key.to_string();
                return refuse(
                    Wrong::Value {
                        element: "condition key",
                        value,
                    },
                    by_key.key_span,
                );
            }
            let key = Text {
                value: Box::from(&*by_key.key),
                span: by_key.key_span,
            };
            let span = Span {
                start: by_key.key_span.start,
                end: by_key.value.span.end,
            };
            conditions.push(Condition {
                operator,
                key,
                values: condition_values(&by_key.value)?,
                span,
            });
        }
    }
    Ok(conditions)
}

fn condition_values(value: &Value<'_>) -> Read<Vec<Text>> {
    let one = |value: &Value<'_>| {
        let text: &str = match &value.kind {
            ValueKind::String(text) => text,
            ValueKind::Number(digits) => digits,
            ValueKind::Bool(true) => "true",
            ValueKind::Bool(false) => "false",
            _ => {
                let wanted = "a string, a number, a boolean or a list of them";
                return refuse(
                    Wrong::Type {
                        element: "a condition value",
                        wanted,
                    },
                    value.span,
                );
            }
        };
        Ok(Text {
            value: Box::from(text),
            span: value.span,
        })
    };
    match &value.kind {
        ValueKind::Array(list) => all(list, one),
        _ => one(value).map(|text| vec![text]),
    }
}
