//! Any operator with any values over any context.
//!
//! The operators are held to what they mean to one another: a negation turns the answer around, `…IfExists` changes
//! nothing for a key that is there, of two ordered values exactly one of less, equal and greater holds.
#![no_main]

use framewright_fuzz::{allows, denies, quoted};
use iam::Context;
use libfuzzer_sys::fuzz_target;

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "Null",
];

fuzz_target!(|input: (u8, &str, Vec<&str>)| {
    let (operator, wanted, found) = input;
    let operator = OPERATORS[usize::from(operator) % OPERATORS.len()];
    let one = found
        .first()
        .map_or_else(Context::new, |value| Context::new().with("x:key", *value));
    let many = Context::new().with_list("x:key", found.iter().copied());
    let truth = |operator: &str, context: &Context| {
        let elements = format!(
            r#""Action": "*", "Resource": "*", "Condition": {{{}: {{"x:key": {}}}}}"#,
            quoted(operator),
            quoted(wanted)
        );
        let allows = allows(&elements, "*", context)?;
        let denies = denies(&elements, "*", context)?;
        assert!(
            denies || !allows,
            "what holds for an Allow holds for a Deny"
        );
        // Both: holds. None: does not. A Deny alone: not documented.
        Some((allows, denies))
    };
    if truth(operator, &one).is_none() || operator == "Null" {
        return;
    }
    for quantifier in ["ForAllValues:", "ForAnyValue:"] {
        truth(&format!("{quantifier}{operator}"), &many);
        truth(&format!("{quantifier}{operator}IfExists"), &many);
    }
    if found.is_empty() {
        let negated = operator.contains("Not");
        assert_eq!(truth(operator, &one), Some((negated, negated)));
        assert_eq!(
            truth(&format!("{operator}IfExists"), &one),
            Some((true, true))
        );
        return;
    }
    assert_eq!(
        truth(operator, &one),
        truth(&format!("{operator}IfExists"), &one)
    );
    assert_eq!(
        truth(operator, &one),
        truth(&format!("ForAnyValue:{operator}"), &one)
    );
    if !found[0].is_empty() {
        assert_eq!(
            truth(operator, &one),
            truth(&format!("ForAllValues:{operator}"), &one)
        );
    }
    let holds = |operator: &str| truth(operator, &one).is_some_and(|(allows, _)| allows);
    if let Some(positive) = operator.strip_suffix("NotEquals") {
        let negated = truth(operator, &one);
        if let Some((allows, denies)) = negated.filter(|(allows, denies)| allows == denies) {
            assert_eq!(
                truth(&format!("{positive}Equals"), &one),
                Some((!allows, !denies))
            );
        }
    }
    for family in ["Numeric", "Date"] {
        if operator.starts_with(family) {
            let [less, equal, greater] =
                ["LessThan", "Equals", "GreaterThan"].map(|name| holds(&format!("{family}{name}")));
            assert!(u8::from(less) + u8::from(equal) + u8::from(greater) <= 1);
            assert_eq!(holds(&format!("{family}LessThanEquals")), less || equal);
            assert_eq!(
                holds(&format!("{family}GreaterThanEquals")),
                greater || equal
            );
        }
    }
});
