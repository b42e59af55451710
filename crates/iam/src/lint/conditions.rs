//! Conditions: keys that exist, and operators that fit them.

use super::values;
use super::{Linter, Rule, Severity};
use crate::catalog::{self, ConditionKey, KeyType, ValueType, nearest};
use crate::condition::{Quantifier, Test};
use crate::policy::{ActionElement, Condition, Effect, Statement};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    for condition in &statement.conditions {
        if condition.values.is_empty() {
            linter.find(
                Rule::NeverHolds,
                Severity::Warning,
                condition.span,
                "an operator without values compares with nothing",
            );
        }
        values::check(linter, condition);
        let key = &*condition.key.value;
        match catalog::condition_key(key) {
            Some(known) => {
                check_type(linter, condition, known.kind());
                check_quantifier(linter, statement, condition, known.kind());
                check_support(linter, statement, condition, known);
            }
            None => check_unknown(linter, condition),
        }
    }
}

fn check_unknown(linter: &mut Linter<'_>, condition: &Condition) {
    let key = &*condition.key.value;
    let Some((prefix, _)) = key.split_once(':') else {
        return;
    };
    let service = catalog::service(prefix);
    if service.is_none() && !prefix.eq_ignore_ascii_case("aws") {
        linter.unchecked.insert(prefix.to_ascii_lowercase());
        return;
    }
    let known = service
        .map(|service| service.condition_keys())
        .unwrap_or_default();
    let near = nearest(key, known.iter().map(ConditionKey::name));
    let fix = near.map(|near| format!("did you mean `{near}`?"));
    let message = format!("there is no condition key `{key}`");
    linter.push(
        Rule::UnknownKey,
        Severity::Error,
        condition.key.span,
        message,
        fix,
    );
}

fn check_type(linter: &mut Linter<'_>, condition: &Condition, kind: KeyType) {
    let operator = condition.operator;
    let fits = match operator.test {
        Test::Null => true,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike => {
            matches!(
                kind.value,
                ValueType::Text | ValueType::Arn | ValueType::Bool
            )
        }
        Test::Numeric(_) => matches!(kind.value, ValueType::Number | ValueType::Date),
        Test::Date(_) => kind.value == ValueType::Date,
        Test::Bool => kind.value == ValueType::Bool,
        Test::Binary => kind.value == ValueType::Binary,
        Test::IpAddress => kind.value == ValueType::Address,
        Test::ArnLike => matches!(kind.value, ValueType::Arn | ValueType::Text),
    };
    if fits {
        return;
    }
    let wanted = match kind.value {
        ValueType::Text => "a String operator",
        ValueType::Arn => "an Arn operator",
        ValueType::Bool => "`Bool`",
        ValueType::Number => "a Numeric operator",
        ValueType::Date => "a Date operator",
        ValueType::Address => "`IpAddress` or `NotIpAddress`",
        ValueType::Binary => "`BinaryEquals`",
    };
    linter.find_with_fix(
        Rule::OperatorType,
        Severity::Error,
        condition.span,
        format!("`{operator}` does not fit `{}`", condition.key.value),
        format!("use {wanted}"),
    );
}

fn check_quantifier(
    linter: &mut Linter<'_>,
    statement: &Statement,
    condition: &Condition,
    kind: KeyType,
) {
    let key = &*condition.key.value;
    let span = condition.span;
    match (condition.operator.quantifier, kind.many) {
        (Quantifier::Single, true) if condition.operator.test != Test::Null => linter.find_with_fix(
            Rule::SetOperator,
            Severity::Warning,
            span,
            format!("`{key}` has many values, and what the plain operator means for them is not documented"),
            "use `ForAnyValue:` or `ForAllValues:`",
        ),
        (Quantifier::All, many) if statement.effect == Effect::Allow && !is_required(statement, key) => {
            let only_one = if many { "" } else { "; the key has one value, so that a plain operator does" };
            linter.find_with_fix(
                Rule::SetOperator,
                Severity::SecurityWarning,
                span,
                format!("`ForAllValues` holds where `{key}` is absent, so that requests without it are allowed{only_one}"),
                format!("add \"Null\": {{\"{key}\": \"false\"}}"),
            );
        }
        (Quantifier::Any | Quantifier::All, false) => linter.find_with_fix(
            Rule::SetOperator,
            Severity::Warning,
            span,
            format!("`{key}` has one value"),
            "use the operator without `ForAnyValue:` or `ForAllValues:`",
        ),
        _ => {}
    }
}

/// Whether the statement asks for the key to be there.
fn is_required(statement: &Statement, key: &str) -> bool {
    statement.conditions.iter().any(|condition| {
        let is_null_test = condition.operator.test == Test::Null;
        let wants_presence = condition
            .values
            .iter()
            .all(|value| &*value.value == "false");
        is_null_test && wants_presence && condition.key.value.eq_ignore_ascii_case(key)
    })
}

fn check_support(
    linter: &mut Linter<'_>,
    statement: &Statement,
    condition: &Condition,
    known: ConditionKey,
) {
    let ActionElement::Action(patterns) = &statement.action else {
        return;
    };
    let key = &*condition.key.value;
    for text in patterns {
        let looked = linter.known.look(&text.value);
        match &looked.actions {
            // Unknown actions have findings of their own.
            None => return,
            Some(actions)
                if actions.is_empty() || actions.iter().any(|action| action.supports(key)) =>
            {
                return;
            }
            Some(_) => {}
        }
    }
    let is_absent_fine = condition.operator.negated || condition.operator.if_exists;
    let effect = if is_absent_fine {
        "the condition always holds"
    } else {
        "the statement never applies"
    };
    linter.find(
        Rule::UnsupportedKey,
        if is_absent_fine {
            Severity::Warning
        } else {
            Severity::Error
        },
        condition.key.span,
        format!(
            "no action of the statement comes with `{}`: {effect}",
            known.name()
        ),
    );
}
