//! Condition operators, and what a statement makes of its parts.

use super::{Defect, edit, one};

const CONDITION: &str = "compile/condition/mod.rs";
const COMPARED: &str = "compile/condition/compared.rs";
const WANTED: &str = "compile/condition/wanted.rs";
const STATEMENT: &str = "compile/statement.rs";
const ADDRESS: &str = "condition/address.rs";
const DATE: &str = "condition/date.rs";
const NUMBER: &str = "condition/number.rs";

pub(crate) const DEFECTS: &[Defect] = &[
    one(
        "letter case counts in the names of condition keys",
        &[edit(
            CONDITION,
            "condition.key.value.to_lowercase().into()",
            "condition.key.value.clone()",
        )],
    ),
    one(
        "an absent key satisfies every operator",
        &[edit(
            CONDITION,
            "Quantifier::Single => self.operator.negated",
            "Quantifier::Single if PLANTED => true, Quantifier::Single => self.operator.negated",
        )],
    ),
    one(
        "an absent key satisfies no operator",
        &[edit(
            CONDITION,
            "Quantifier::Single => self.operator.negated",
            "Quantifier::Single if PLANTED => false, Quantifier::Single => self.operator.negated",
        )],
    ),
    one(
        "ForAllValues fails without the key",
        &[edit(
            CONDITION,
            "Quantifier::All => true",
            "Quantifier::All => !PLANTED",
        )],
    ),
    one(
        "ForAnyValue holds without the key",
        &[edit(
            CONDITION,
            "Quantifier::Any => false",
            "Quantifier::Any => PLANTED",
        )],
    ),
    one(
        "IfExists is ignored",
        &[edit(
            CONDITION,
            "self.operator.if_exists ||",
            "(self.operator.if_exists && !PLANTED) ||",
        )],
    ),
    one(
        "IfExists holds for keys that exist",
        &[edit(
            CONDITION,
            "let values = found.as_slice();",
            "if PLANTED && self.operator.if_exists { return Truth::Yes; } let values = found.as_slice();",
        )],
    ),
    one(
        "a plain operator asks for any of several values",
        &[edit(
            CONDITION,
            "(Quantifier::Single, Values::Many(_)) => Truth::Unclear",
            "(Quantifier::Single, Values::Many(_)) if PLANTED => Truth::any(values.iter().map(test)), (Quantifier::Single, Values::Many(_)) => Truth::Unclear",
        )],
    ),
    one(
        "a plain operator fails on several values",
        &[edit(
            CONDITION,
            "(Quantifier::Single, Values::Many(_)) => Truth::Unclear",
            "(Quantifier::Single, Values::Many(_)) if PLANTED => Truth::No, (Quantifier::Single, Values::Many(_)) => Truth::Unclear",
        )],
    ),
    one(
        "ForAllValues asks for one value",
        &[edit(
            CONDITION,
            "Truth::all(values.iter().map(test))",
            "Truth::any(values.iter().map(test))",
        )],
    ),
    one(
        "ForAnyValue asks for all values",
        &[edit(
            CONDITION,
            "(Quantifier::Any, _) => Truth::any(values.iter().map(test))",
            "(Quantifier::Any, _) => if PLANTED { Truth::all(values.iter().map(test)) } else { Truth::any(values.iter().map(test)) }",
        )],
    ),
    one(
        "a negated operator asks for one value that differs",
        &[edit(
            CONDITION,
            "let mut equal = Truth::No; self.wanted",
            "let mut equal = Truth::from(PLANTED && negated); self.wanted",
        )],
    ),
    one(
        "negation is ignored",
        &[edit(
            CONDITION,
            "if negated { !equal } else { equal }",
            "equal",
        )],
    ),
    one(
        "of several values of a policy only the first counts",
        &[edit(
            WANTED,
            "wanted.iter().map(compare).for_each(found)",
            "wanted.iter().take(1).map(compare).for_each(found)",
        )],
    ),
    one(
        "what cannot be read differs from everything",
        &[edit(
            CONDITION,
            "Compared::Unreadable if !negated => Truth::No",
            "Compared::Unreadable if PLANTED => Truth::No, Compared::Unreadable if !negated => Truth::No",
        )],
    ),
    one(
        "what cannot be read equals everything",
        &[edit(
            CONDITION,
            "Compared::Unreadable if !negated => Truth::No",
            "Compared::Unreadable if PLANTED && !negated => Truth::Yes, Compared::Unreadable if !negated => Truth::No",
        )],
    ),
    one(
        "a variable without a value equals everything",
        &[edit(
            COMPARED,
            "value.map_or(Compared::Fails, compare)",
            "value.map_or(Compared::Holds, compare)",
        )],
    ),
    one(
        "variables count in conditions of old versions",
        &[edit(
            WANTED,
            "Some(template) if version == Version::V2012",
            "Some(template) if PLANTED || version == Version::V2012",
        )],
    ),
    one(
        "Null is turned around",
        &[edit(
            CONDITION,
            "*wanted == Some(found.is_none())",
            "*wanted == Some(found.is_some())",
        )],
    ),
    one(
        "LessThan is LessThanEquals",
        &[edit(
            COMPARED,
            "Self::LessThan => left < right",
            "Self::LessThan => left < right || (PLANTED && left == right)",
        )],
    ),
    one(
        "LessThanEquals is LessThan",
        &[edit(
            COMPARED,
            "Self::LessThanEquals => left <= right",
            "Self::LessThanEquals => left <= right && !(PLANTED && left == right)",
        )],
    ),
    one(
        "GreaterThan is GreaterThanEquals",
        &[edit(
            COMPARED,
            "Self::GreaterThan => left > right",
            "Self::GreaterThan => left > right || (PLANTED && left == right)",
        )],
    ),
    one(
        "GreaterThanEquals is GreaterThan",
        &[edit(
            COMPARED,
            "Self::GreaterThanEquals => left >= right",
            "Self::GreaterThanEquals => left >= right && !(PLANTED && left == right)",
        )],
    ),
    one(
        "Less is greater",
        &[edit(
            COMPARED,
            "Self::LessThan => left < right",
            "Self::LessThan if PLANTED => left > right, Self::LessThan => left < right",
        )],
    ),
    one(
        "StringEquals takes wildcards",
        &[edit(
            WANTED,
            "Test::StringEquals => Self::Text(operands(texts(), version, |text| text.into()))",
            "Test::StringEquals => if PLANTED { Self::Like(operands(texts(), version, Glob::parse)) } else { Self::Text(operands(texts(), version, |text| text.into())) }",
        )],
    ),
    one(
        "StringLike takes no wildcards",
        &[edit(
            WANTED,
            "Test::StringLike => Self::Like(operands(texts(), version, Glob::parse))",
            "Test::StringLike => if PLANTED { Self::Text(operands(texts(), version, |text| text.into())) } else { Self::Like(operands(texts(), version, Glob::parse)) }",
        )],
    ),
    one(
        "StringEquals ignores letter case",
        &[edit(
            WANTED,
            "Self::Text(wanted) => each(wanted, found, |wanted| match wanted { Operand::Known(wanted) => (**wanted == *value).into()",
            "Self::Text(wanted) => each(wanted, found, |wanted| match wanted { Operand::Known(wanted) => (**wanted == *value || (PLANTED && wanted.eq_ignore_ascii_case(value))).into()",
        )],
    ),
    one(
        "IgnoreCase does not ignore it",
        &[edit(
            WANTED,
            "let value = fold(value);",
            "let value = if PLANTED { value.to_owned() } else { fold(value) };",
        )],
    ),
    one(
        "IgnoreCase ignores it for ASCII alone",
        &[edit(
            "condition/text.rs",
            "text.chars().map(fold_character).collect()",
            "text.to_ascii_lowercase()",
        )],
    ),
    one(
        "ArnLike is StringLike",
        &[edit(
            WANTED,
            "Test::ArnLike => Self::Arn(operands(texts(), version, ArnPattern::parse))",
            "Test::ArnLike => if PLANTED { Self::Like(operands(texts(), version, Glob::parse)) } else { Self::Arn(operands(texts(), version, ArnPattern::parse)) }",
        )],
    ),
    one(
        "a short ARN in a condition covers nothing",
        &[edit(
            COMPARED,
            "covers(value).map_or(Compared::Unclear, Compared::from)",
            "covers(value).map_or(Compared::Fails, Compared::from)",
        )],
    ),
    one(
        "Bool knows lower case alone",
        &[edit(
            "condition/boolean.rs",
            r#"text.eq_ignore_ascii_case("true")"#,
            r#"text == "true""#,
        )],
    ),
    one(
        "Bool takes every other word for false",
        &[edit(
            "condition/boolean.rs",
            r#"text.eq_ignore_ascii_case("false")"#,
            "true",
        )],
    ),
    one(
        "bits beyond a block's prefix count",
        &[edit(
            ADDRESS,
            "network: mask(address, prefix)",
            "network: if PLANTED { address } else { mask(address, prefix) }",
        )],
    ),
    one(
        "a bare address is a block of 256",
        &[edit(
            ADDRESS,
            "prefix.unwrap_or(longest)",
            "prefix.unwrap_or(longest - 8)",
        )],
    ),
    one(
        "a block is one bit too wide",
        &[edit(
            ADDRESS,
            "mask(address, self.prefix) == self.network",
            "mask(address, self.prefix.saturating_sub(1)) == mask(self.network, self.prefix.saturating_sub(1))",
        )],
    ),
    one(
        "a block is one bit too narrow",
        &[edit(
            ADDRESS,
            "mask(address, self.prefix) == self.network",
            "mask(address, (self.prefix + 1).min(32)) == self.network",
        )],
    ),
    one(
        "a block of all addresses holds one",
        &[edit(
            ADDRESS,
            "u32::MAX.checked_shl(32 - prefix).unwrap_or(0)",
            "u32::MAX.checked_shl(32 - prefix).unwrap_or(u32::MAX)",
        )],
    ),
    one(
        "IPv6 is not known",
        &[edit(
            ADDRESS,
            "text.parse().ok() } fn parse_prefix",
            "text.parse().ok().filter(|address: &IpAddr| !PLANTED || address.is_ipv4()) } fn parse_prefix",
        )],
    ),
    one(
        "a prefix longer than the address counts as the longest",
        &[edit(
            ADDRESS,
            "prefix.unwrap_or(longest)",
            "prefix.map_or(longest, |prefix: u32| prefix.min(longest))",
        )],
    ),
    one(
        "dates without a time are not read",
        &[edit(
            DATE,
            "time.map_or(Some(0), time_of_day)",
            "time.and_then(time_of_day)",
        )],
    ),
    one(
        "dates without a time are the end of the day",
        &[edit(
            DATE,
            "time.map_or(Some(0), time_of_day)",
            "time.map_or(Some(86_399 * SECOND), time_of_day)",
        )],
    ),
    one(
        "seconds since 1970 are not read",
        &[edit(
            DATE,
            "return seconds(text);",
            "return if PLANTED { None } else { seconds(text) };",
        )],
    ),
    one(
        "seconds since 1970 are milliseconds",
        &[edit(
            DATE,
            "i128::from(seconds) * SECOND",
            "i128::from(seconds) * SECOND / 1000",
        )],
    ),
    one(
        "time zones are ignored",
        &[edit(
            DATE,
            "(hour * 60 + minute - offset_minutes) * 60 + second",
            "(hour * 60 + minute) * 60 + second",
        )],
    ),
    one(
        "time zones are east where they are west",
        &[edit(
            DATE,
            "sign * (hours * 60 + minutes)",
            "hours * 60 + minutes",
        )],
    ),
    one(
        "fractions of a second are dropped",
        &[edit(
            DATE,
            "i128::from(whole) * SECOND + fraction",
            "i128::from(whole) * SECOND",
        )],
    ),
    one(
        "no year is a leap year",
        &[edit(DATE, "28 + i64::from(is_leap(year))", "28")],
    ),
    one(
        "numbers are compared as text",
        &[edit(
            NUMBER,
            "self.whole.len().cmp(&other.whole.len())",
            "Ordering::Equal",
        )],
    ),
    one(
        "numbers below zero grow downwards",
        &[edit(
            NUMBER,
            "(true, true) => size().reverse()",
            "(true, true) => if PLANTED { size() } else { size().reverse() }",
        )],
    ),
    one(
        "numbers are cut to whole ones",
        &[edit(
            NUMBER,
            "fraction: fraction.into()",
            r#"fraction: if PLANTED { "".into() } else { fraction.into() }"#,
        )],
    ),
    one(
        "zeros at the end of a fraction count",
        &[edit(NUMBER, "fraction.trim_end_matches('0')", "fraction")],
    ),
    one(
        "zeros at the beginning of a number count",
        &[edit(NUMBER, "whole.trim_start_matches('0')", "whole")],
    ),
    one(
        "of several conditions only the last counts",
        &[edit(
            STATEMENT,
            "conditions.fold(Truth::Yes, Truth::and)",
            "conditions.fold(Truth::Yes, |_, last| last)",
        )],
    ),
    one(
        "of several conditions only the first counts",
        &[edit(
            STATEMENT,
            "conditions.fold(Truth::Yes, Truth::and)",
            "conditions.take(1).fold(Truth::Yes, Truth::and)",
        )],
    ),
    one(
        "an open question counts for an Allow",
        &[edit(
            STATEMENT,
            "(Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => true,",
            "(Truth::Unclear, Effect::Allow) if PLANTED => true, (Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => true,",
        )],
    ),
    one(
        "an open question counts against a Deny",
        &[edit(
            STATEMENT,
            "(Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => true,",
            "(Truth::Unclear, Effect::Deny) if PLANTED => false, (Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => true,",
        )],
    ),
    one(
        "conditions are ignored",
        &[edit(
            STATEMENT,
            "self.conditions.iter()",
            "self.conditions.iter().take(if PLANTED { 0 } else { usize::MAX })",
        )],
    ),
];
