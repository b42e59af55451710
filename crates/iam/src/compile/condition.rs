//! Conditions, compiled.

use std::net::IpAddr;

use super::Notes;
use super::arn_pattern::{ArnPattern, tokens_cover};
use super::variables::Template;
use crate::condition::address::{Block, address};
use crate::condition::date::Instant;
use crate::condition::number::Decimal;
use crate::condition::text::fold;
use crate::condition::{Comparison, Operator, Quantifier, Test, binary, boolean};
use crate::policy::{self, Version};
use crate::truth::Truth;
use crate::wildcard::Glob;
use crate::{Arn, Context, Values};

/// One operator with its key and values.
#[derive(Debug)]
pub(crate) struct Condition {
    operator: Operator,
    lower_key: Box<str>,
    wanted: Wanted,
}

/// The values of the policy, read as their operator reads them; `None` for one that cannot be.
#[derive(Debug)]
enum Wanted {
    Text(Box<[Operand<Box<str>>]>),
    Folded(Box<[Operand<Box<str>>]>),
    Like(Box<[Operand<Glob>]>),
    Number(Comparison, Box<[Option<Decimal>]>),
    Date(Comparison, Box<[Option<Instant>]>),
    Bool(Box<[Operand<Option<bool>>]>),
    Binary(Box<[Option<Vec<u8>>]>),
    Address(Box<[Option<Block>]>),
    Arn(Box<[Operand<Option<ArnPattern>>]>),
    Null(Box<[Option<bool>]>),
}

/// A value that is known, or one that depends on the request.
#[derive(Debug)]
enum Operand<T> {
    Known(T),
    Variable(Template),
}

/// How one value of the request compares with one of the policy.
#[derive(Clone, Copy)]
enum Compared {
    Holds,
    Fails,
    /// One of them is not of the operator's type.
    Unreadable,
    /// The policy's value is of a form whose meaning is not documented.
    Unclear,
}

impl From<bool> for Compared {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

impl Condition {
    pub(crate) fn of(condition: &policy::Condition, version: Version) -> Self {
        Self {
            operator: condition.operator,
            lower_key: condition.key.value.to_lowercase().into(),
            wanted: Wanted::of(condition, version),
        }
    }

    /// Whether the condition holds for `context`.
    // spec: iam/conditions#missing-key
    pub(crate) fn holds<'p>(&'p self, context: &Context, notes: &mut impl Notes<'p>) -> Truth {
        let found = context.get_lower(&self.lower_key);
        if let Wanted::Null(wanted) = &self.wanted {
            return Truth::any(
                wanted
                    .iter()
                    .map(|wanted| Truth::from(*wanted == Some(found.is_none()))),
            );
        }
        let Some(found) = found else {
            notes.missing(&self.lower_key);
            return Truth::from(self.holds_without_key());
        };
        let values = found.as_slice();
        let mut test = |value: &String| self.test(value, context, notes);
        match (self.operator.quantifier, found) {
            (Quantifier::Single, Values::One(value)) => test(value),
            // spec: iam/conditions#multivalued
            (Quantifier::Single, Values::Many(_)) => Truth::Unclear,
            (Quantifier::Any, _) => Truth::any(values.iter().map(test)),
            (Quantifier::All, _) => match Truth::all(values.iter().map(test)) {
                Truth::No if values.iter().all(String::is_empty) => Truth::Unclear,
                answer => answer,
            },
        }
    }

    fn holds_without_key(&self) -> bool {
        self.operator.if_exists
            || match self.operator.quantifier {
                Quantifier::Single => self.operator.negated,
                Quantifier::All => true,
                Quantifier::Any => false,
            }
    }

    /// Whether one value of the request satisfies the operator: equals any of the policy's values, or
    /// none of them under a negated one.
    // spec: iam/conditions#values
    fn test<'p>(&'p self, value: &str, context: &Context, notes: &mut impl Notes<'p>) -> Truth {
        let negated = self.operator.negated;
        let mut equal = Truth::No;
        self.wanted.compare(value, context, notes, |compared| {
            equal = equal.or(match compared {
                Compared::Holds => Truth::Yes,
                Compared::Fails => Truth::No,
                Compared::Unreadable if !negated => Truth::No,
                Compared::Unreadable | Compared::Unclear => Truth::Unclear,
            });
        });
        if negated { !equal } else { equal }
    }
}

impl Wanted {
    fn of(condition: &policy::Condition, version: Version) -> Self {
        let texts = || condition.values.iter().map(|value| &*value.value);
        match condition.operator.test {
            Test::StringEquals => Self::Text(operands(texts(), version, |text| text.into())),
            Test::StringEqualsIgnoreCase => {
                Self::Folded(operands(texts(), version, |text| fold(text).into()))
            }
            Test::StringLike => Self::Like(operands(texts(), version, Glob::parse)),
            Test::Numeric(comparison) => {
                Self::Number(comparison, texts().map(Decimal::parse).collect())
            }
            Test::Date(comparison) => Self::Date(comparison, texts().map(Instant::parse).collect()),
            Test::Bool => Self::Bool(operands(texts(), version, boolean::parse)),
            Test::Binary => Self::Binary(texts().map(binary::parse).collect()),
            Test::IpAddress => Self::Address(texts().map(Block::parse).collect()),
            Test::ArnLike => Self::Arn(operands(texts(), version, ArnPattern::parse)),
            Test::Null => Self::Null(texts().map(boolean::parse).collect()),
        }
    }

    /// Compares `value` with each of the policy's: with all, so that every variable without a value is noted.
    fn compare<'p>(
        &'p self,
        value: &str,
        context: &Context,
        notes: &mut impl Notes<'p>,
        found: impl FnMut(Compared),
    ) {
        match self {
            Self::Text(wanted) => each(wanted, found, |wanted| match wanted {
                Operand::Known(wanted) => (**wanted == *value).into(),
                Operand::Variable(template) => resolved(template.text(context, notes), |wanted| {
                    (wanted == value).into()
                }),
            }),
            Self::Folded(wanted) => {
                let value = fold(value);
                each(wanted, found, |wanted| match wanted {
                    Operand::Known(wanted) => (**wanted == *value).into(),
                    Operand::Variable(template) => {
                        resolved(template.text(context, notes), |wanted| {
                            (fold(&wanted) == value).into()
                        })
                    }
                });
            }
            Self::Like(wanted) => each(wanted, found, |wanted| match wanted {
                Operand::Known(glob) => glob.matches(value).into(),
                Operand::Variable(template) => {
                    resolved(template.tokens(context, notes), |tokens| {
                        Glob::of_tokens(tokens).matches(value).into()
                    })
                }
            }),
            Self::Bool(wanted) => {
                let value = boolean::parse(value);
                each(wanted, found, |wanted| match wanted {
                    Operand::Known(wanted) => {
                        both(value.as_ref(), wanted.as_ref(), |value, wanted| {
                            value == wanted
                        })
                    }
                    Operand::Variable(template) => {
                        resolved(template.text(context, notes), |wanted| {
                            both(
                                value.as_ref(),
                                boolean::parse(&wanted).as_ref(),
                                |value, wanted| value == wanted,
                            )
                        })
                    }
                });
            }
            Self::Arn(wanted) => {
                let value = Arn::parse(value).ok();
                each(wanted, found, |wanted| {
                    compare_arn(wanted, value.as_ref(), context, notes)
                });
            }
            Self::Number(comparison, wanted) => {
                let value = Decimal::parse(value);
                each(wanted, found, |wanted| {
                    both(value.as_ref(), wanted.as_ref(), |left, right| {
                        comparison.holds(left, right)
                    })
                });
            }
            Self::Date(comparison, wanted) => {
                let value = Instant::parse(value);
                each(wanted, found, |wanted| {
                    both(value.as_ref(), wanted.as_ref(), |left, right| {
                        comparison.holds(left, right)
                    })
                });
            }
            Self::Binary(wanted) => {
                let value = binary::parse(value);
                each(wanted, found, |wanted| {
                    both(value.as_ref(), wanted.as_ref(), |left, right| left == right)
                });
            }
            Self::Address(wanted) => {
                let value = address(value);
                let contains = |value: &IpAddr, block: &Block| block.contains(*value);
                each(wanted, found, |wanted| {
                    both(value.as_ref(), wanted.as_ref(), contains)
                });
            }
            // INVARIANT: `Condition::holds` answers these without looking at a value.
            Self::Null(_) => {}
        }
    }
}

fn operands<'v, T>(
    texts: impl Iterator<Item = &'v str>,
    version: Version,
    read: impl Fn(&str) -> T,
) -> Box<[Operand<T>]> {
    let operand = |text| match Template::parse(text) {
        Some(template) if version == Version::V2012 => Operand::Variable(template),
        _ => Operand::Known(read(text)),
    };
    texts.map(operand).collect()
}

fn each<'p, T>(
    wanted: &'p [T],
    found: impl FnMut(Compared),
    compare: impl FnMut(&'p T) -> Compared,
) {
    wanted.iter().map(compare).for_each(found);
}

/// A variable without a value equals nothing.
// spec: iam/variables#unresolved
fn resolved<T>(value: Option<T>, compare: impl FnOnce(T) -> Compared) -> Compared {
    value.map_or(Compared::Fails, compare)
}

fn both<L: ?Sized, R: ?Sized>(
    left: Option<&L>,
    right: Option<&R>,
    holds: impl FnOnce(&L, &R) -> bool,
) -> Compared {
    match (left, right) {
        (Some(left), Some(right)) => holds(left, right).into(),
        _ => Compared::Unreadable,
    }
}

fn compare_arn<'p>(
    wanted: &'p Operand<Option<ArnPattern>>,
    value: Option<&Arn>,
    context: &Context,
    notes: &mut impl Notes<'p>,
) -> Compared {
    match wanted {
        Operand::Known(pattern) => relate(value, |value| Some(pattern.as_ref()?.covers(value))),
        // That a variable has no value comes first: it equals nothing, whatever the request holds.
        Operand::Variable(template) => resolved(template.tokens(context, notes), |tokens| {
            relate(value, |value| tokens_cover(&tokens, value))
        }),
    }
}

/// Compares an ARN, where the request holds one, with a pattern that may lack parts (`None`).
fn relate(value: Option<&Arn>, covers: impl FnOnce(&Arn) -> Option<bool>) -> Compared {
    value.map_or(Compared::Unreadable, |value| {
        covers(value).map_or(Compared::Unclear, Compared::from)
    })
}

impl Comparison {
    fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equals => left == right,
            Self::LessThan => left < right,
            Self::LessThanEquals => left <= right,
            Self::GreaterThan => left > right,
            Self::GreaterThanEquals => left >= right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Silent;
    use crate::policy::{Document, Kind};

    #[test]
    fn regression_a_variable_without_value_equals_nothing_even_where_the_request_holds_no_arn() {
        let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:SourceArn": "${aws:PrincipalArn}"}}}}"#;
        let document = Document::parse(text, Kind::Identity).unwrap();
        let condition = Condition::of(&document.statements()[0].conditions[0], document.version());
        let context = Context::new().with("aws:SourceArn", "no ARN");
        assert_eq!(condition.holds(&context, &mut Silent), Truth::Yes);
        let context = context.with("aws:PrincipalArn", "arn:aws:iam::111122223333:user/alice");
        assert_eq!(condition.holds(&context, &mut Silent), Truth::Unclear);
    }
}
