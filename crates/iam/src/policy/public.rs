//! Which bucket policies S3 calls public.

use super::{
    Condition, Document, Effect, PrincipalElement, PrincipalKind, PrincipalMap, Statement,
};
use crate::condition::address::Block;
use crate::condition::{Quantifier, Test};

/// Keys that, held to fixed values, say who may come.
const IDENTIFYING_KEYS: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

impl Document {
    /// Whether S3 takes the policy for public: a statement allows everyone, without a condition that fixes who that is.
    // spec: iam/layers#public-policies
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            let allows_everyone = statement.effect == Effect::Allow && is_about_everyone(statement);
            allows_everyone && !statement.conditions.iter().any(fixes_who)
        })
    }
}

fn is_about_everyone(statement: &Statement) -> bool {
    match &statement.principal {
        None => false,
        Some(
            PrincipalElement::NotPrincipal(_) | PrincipalElement::Principal(PrincipalMap::Everyone),
        ) => true,
        Some(PrincipalElement::Principal(PrincipalMap::Named(named))) => {
            let is_anyone = |(kind, names): &(PrincipalKind, Vec<super::Text>)| {
                *kind != PrincipalKind::CanonicalUser
                    && names.iter().any(|name| &*name.value == "*")
            };
            named.iter().any(is_anyone)
        }
    }
}

/// Whether the condition lets in only those whom its values name.
fn fixes_who(condition: &Condition) -> bool {
    let operator = condition.operator;
    let binds = !operator.negated && !operator.if_exists && operator.quantifier != Quantifier::All;
    let key = condition.key.value.to_lowercase();
    let values = &condition.values;
    if !binds || values.is_empty() || !IDENTIFYING_KEYS.contains(&&*key) {
        return false;
    }
    values.iter().all(|value| match operator.test {
        Test::StringEquals | Test::StringEqualsIgnoreCase => !value.value.contains("${"),
        Test::StringLike | Test::ArnLike => {
            !value.value.contains(['*', '?']) && !value.value.contains("${")
        }
        Test::IpAddress => Block::parse(&value.value).is_some_and(is_narrow),
        _ => false,
    })
}

/// S3 takes very broad blocks for everyone.
fn is_narrow(block: Block) -> bool {
    block.prefix() >= if block.is_ipv4() { 8 } else { 32 }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Document, Kind};

    fn check(principal: &str, condition: &str, public: bool) {
        let text = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "*", "Condition": {condition}}}}}"#
        );
        let document = Document::parse(&text, Kind::Resource).unwrap();
        assert_eq!(document.is_public(), public, "{principal} {condition}");
    }

    #[test]
    fn everyone_without_a_fixed_condition_is_public() {
        check("\"*\"", "{}", true);
        check(r#"{"AWS": ["111122223333", "*"]}"#, "{}", true);
        check(r#"{"AWS": "111122223333"}"#, "{}", false);
        check(
            "\"*\"",
            r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
            false,
        );
        check(
            "\"*\"",
            r#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}"#,
            true,
        );
        check(
            "\"*\"",
            r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
            true,
        );
        check(
            "\"*\"",
            r#"{"StringLike": {"aws:SourceVpc": "vpc-*"}}"#,
            true,
        );
        check("\"*\"", r#"{"StringEquals": {"s3:prefix": "a"}}"#, true);
        check(
            "\"*\"",
            r#"{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#,
            false,
        );
        check(
            "\"*\"",
            r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}"#,
            true,
        );
    }
}
