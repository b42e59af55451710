//! The names of condition operators.

use std::fmt;
use std::str::FromStr;

/// A condition operator with its modifiers, such as `ForAnyValue:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// How many values of the request must satisfy it.
    pub quantifier: Quantifier,
    /// The comparison.
    pub test: Test,
    /// Whether the comparison is turned around (`…Not…`).
    pub negated: bool,
    /// Whether an absent key satisfies it (`…IfExists`).
    pub if_exists: bool,
    // `ArnEquals` means `ArnLike`; the spelling is kept for printing.
    pub(crate) name: &'static str,
}

/// How many values of a request's key a comparison must hold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// The key's only value.
    Single,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// The comparisons, without negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// The same characters.
    StringEquals,
    /// The same characters but for case.
    StringEqualsIgnoreCase,
    /// A pattern with `*` and `?`.
    StringLike,
    /// Decimal numbers.
    Numeric(Comparison),
    /// Points in time.
    Date(Comparison),
    /// True or false.
    Bool,
    /// The same bytes, given in base64.
    Binary,
    /// An address in a block of addresses.
    IpAddress,
    /// An ARN pattern, part by part.
    ArnLike,
    /// Whether the key is absent.
    Null,
}

/// How two ordered values are compared: the request's on the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equals,
    /// `<`
    LessThan,
    /// `≤`
    LessThanEquals,
    /// `>`
    GreaterThan,
    /// `≥`
    GreaterThanEquals,
}

// spec: iam/conditions#operators
const NAMES: [(&str, Test, bool); 27] = {
    use Comparison::{Equals, GreaterThan, GreaterThanEquals, LessThan, LessThanEquals};
    [
        ("StringEquals", Test::StringEquals, false),
        ("StringNotEquals", Test::StringEquals, true),
        (
            "StringEqualsIgnoreCase",
            Test::StringEqualsIgnoreCase,
            false,
        ),
        (
            "StringNotEqualsIgnoreCase",
            Test::StringEqualsIgnoreCase,
            true,
        ),
        ("StringLike", Test::StringLike, false),
        ("StringNotLike", Test::StringLike, true),
        ("NumericEquals", Test::Numeric(Equals), false),
        ("NumericNotEquals", Test::Numeric(Equals), true),
        ("NumericLessThan", Test::Numeric(LessThan), false),
        (
            "NumericLessThanEquals",
            Test::Numeric(LessThanEquals),
            false,
        ),
        ("NumericGreaterThan", Test::Numeric(GreaterThan), false),
        (
            "NumericGreaterThanEquals",
            Test::Numeric(GreaterThanEquals),
            false,
        ),
        ("DateEquals", Test::Date(Equals), false),
        ("DateNotEquals", Test::Date(Equals), true),
        ("DateLessThan", Test::Date(LessThan), false),
        ("DateLessThanEquals", Test::Date(LessThanEquals), false),
        ("DateGreaterThan", Test::Date(GreaterThan), false),
        (
            "DateGreaterThanEquals",
            Test::Date(GreaterThanEquals),
            false,
        ),
        ("Bool", Test::Bool, false),
        ("BinaryEquals", Test::Binary, false),
        ("IpAddress", Test::IpAddress, false),
        ("NotIpAddress", Test::IpAddress, true),
        ("ArnLike", Test::ArnLike, false),
        ("ArnNotLike", Test::ArnLike, true),
        ("ArnEquals", Test::ArnLike, false),
        ("ArnNotEquals", Test::ArnLike, true),
        ("Null", Test::Null, false),
    ]
};

/// The text names no condition operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a condition operator")]
pub struct OperatorError(String);

impl FromStr for Operator {
    type Err = OperatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (quantifier, rest) = match text.split_once(':') {
            None => (Quantifier::Single, text),
            Some(("ForAllValues", rest)) => (Quantifier::All, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::Any, rest),
            Some(_) => return Err(OperatorError(text.to_owned())),
        };
        let (base, if_exists) = rest
            .strip_suffix("IfExists")
            .map_or((rest, false), |base| (base, true));
        let known = NAMES.iter().find(|(name, ..)| *name == base);
        match known {
            Some((_, Test::Null, _)) if if_exists || quantifier != Quantifier::Single => {
                Err(OperatorError(text.to_owned()))
            }
            Some((name, test, negated)) => Ok(Self {
                quantifier,
                test: *test,
                negated: *negated,
                if_exists,
                name,
            }),
            None => Err(OperatorError(text.to_owned())),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.quantifier {
            Quantifier::Single => "",
            Quantifier::All => "ForAllValues:",
            Quantifier::Any => "ForAnyValue:",
        })?;
        f.write_str(self.name)?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_printed_back() {
        for (name, ..) in NAMES {
            for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
                for suffix in ["", "IfExists"] {
                    let text = format!("{prefix}{name}{suffix}");
                    let read: Result<Operator, _> = text.parse();
                    let plain = prefix.is_empty() && suffix.is_empty();
                    assert_eq!(
                        read.map(|operator| operator.to_string()).ok(),
                        (name != "Null" || plain).then_some(text)
                    );
                }
            }
        }
    }

    #[test]
    fn refuses_other_names() {
        for text in [
            "",
            "stringEquals",
            "StringEqual",
            "ForallValues:StringEquals",
            "StringEqualsIfexists",
            "IfExists",
            "NumericNotLessThan",
        ] {
            assert!(text.parse::<Operator>().is_err(), "{text}");
        }
    }
}
