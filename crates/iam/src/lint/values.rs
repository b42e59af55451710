//! Values of conditions: whether their operator can read them.

use super::{Linter, Rule, Severity};
use crate::condition::address::Block;
use crate::condition::date::Instant;
use crate::condition::number::Decimal;
use crate::condition::{Test, binary, boolean};
use crate::policy::Condition;

pub(super) fn check(linter: &mut Linter<'_>, condition: &Condition) {
    for value in &condition.values {
        let text = &*value.value;
        if text.contains("${") {
            continue;
        }
        let wanted = match condition.operator.test {
            Test::Numeric(_) if Decimal::parse(text).is_none() => "a number",
            Test::Date(_) if Instant::parse(text).is_none() => {
                "a date such as `2026-01-31T00:00:00Z`"
            }
            Test::Bool | Test::Null if boolean::parse(text).is_none() => "`true` or `false`",
            Test::Binary if binary::parse(text).is_none() => "base64",
            Test::IpAddress if Block::parse(text).is_none() => {
                "an address or a block such as `203.0.113.0/24`"
            }
            Test::ArnLike if text.splitn(6, ':').count() < 6 => "an ARN pattern of six parts",
            Test::IpAddress => {
                check_private(linter, condition, value.span, text);
                continue;
            }
            _ => continue,
        };
        linter.find(
            Rule::UnreadableValue,
            Severity::Error,
            value.span,
            format!(
                "`{}` cannot read `{text}`: {wanted} is expected",
                condition.operator
            ),
        );
    }
}

fn check_private(linter: &mut Linter<'_>, condition: &Condition, span: crate::Span, text: &str) {
    if !condition.key.value.eq_ignore_ascii_case("aws:SourceIp") {
        return;
    }
    let address = text
        .split('/')
        .next()
        .unwrap_or_default()
        .parse::<std::net::Ipv4Addr>();
    if address.is_ok_and(|address| address.is_private()) {
        linter.find_with_fix(
            Rule::NeverHolds,
            Severity::Warning,
            span,
            format!("`aws:SourceIp` is a public address and never in `{text}`"),
            "for requests through a VPC endpoint use `aws:VpcSourceIp`",
        );
    }
}
