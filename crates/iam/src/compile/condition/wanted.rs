//! The values of a policy, read as their operator reads them.

use std::net::IpAddr;

use super::compared::{Compared, both, relate, resolved};
use crate::compile::Notes;
use crate::compile::arn_pattern::{ArnPattern, tokens_cover};
use crate::compile::variables::Template;
use crate::condition::address::{Block, address};
use crate::condition::date::Instant;
use crate::condition::number::Decimal;
use crate::condition::text::fold;
use crate::condition::{Comparison, Test, binary, boolean};
use crate::policy::{self, Version};
use crate::wildcard::Glob;
use crate::{Arn, Context};

/// One per value; `None` for one that cannot be.
#[derive(Debug)]
pub(super) enum Wanted {
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
pub(super) enum Operand<T> {
    Known(T),
    Variable(Template),
}

impl Wanted {
    pub(super) fn of(condition: &policy::Condition, version: Version) -> Self {
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
    pub(super) fn compare<'p>(
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
