//! Principals of resource and trust policies.

use super::{Linter, Rule, Severity, grants};
use crate::Arn;
use crate::policy::{Effect, Kind, PrincipalElement, PrincipalKind, PrincipalMap, Statement, Text};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let Some(element) = &statement.principal else {
        return;
    };
    let (map, negated) = match element {
        PrincipalElement::Principal(map) => (map, false),
        PrincipalElement::NotPrincipal(map) => (map, true),
    };
    let grants = grants(linter, statement);
    if negated && statement.effect == Effect::Allow {
        linter.find_with_fix(
            Rule::NotPrincipalAllow,
            Severity::SecurityWarning,
            statement.span,
            "`NotPrincipal` with Allow gives everyone else access, also unsigned requests",
            "list whom to allow in `Principal`",
        );
    }
    if let PrincipalMap::Named(named) = map {
        for (kind, names) in named {
            names
                .iter()
                .for_each(|name| check_name(linter, *kind, name));
        }
    }
    if grants && !negated {
        check_everyone(linter, statement, map);
        check_services(linter, statement, map);
    }
    if linter.kind() == Kind::Trust {
        check_trust(linter, statement, map);
    }
}

fn check_name(linter: &mut Linter<'_>, kind: PrincipalKind, name: &Text) {
    let value = &*name.value;
    let problem = match kind {
        _ if value == "*" => return,
        PrincipalKind::Aws => aws_problem(value),
        PrincipalKind::Service => (!value.contains(".amazonaws.com")
            && !value.ends_with(".aws.internal"))
        .then_some("a service's name ends in `.amazonaws.com`"),
        PrincipalKind::Federated | PrincipalKind::CanonicalUser => None,
    };
    let is_unique_id = ["AIDA", "AROA"]
        .iter()
        .any(|prefix| value.starts_with(prefix));
    if is_unique_id && kind == PrincipalKind::Aws {
        linter.find_with_fix(
            Rule::MalformedPrincipal,
            Severity::Warning,
            name.span,
            format!(
                "`{value}` is the id of a user or role that was deleted since the policy was saved"
            ),
            "name the one that is meant by its ARN",
        );
    } else if let Some(problem) = problem {
        linter.find(
            Rule::MalformedPrincipal,
            Severity::Error,
            name.span,
            format!("`{value}` names no principal: {problem}"),
        );
    }
}

fn aws_problem(value: &str) -> Option<&'static str> {
    if value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if value.contains('*') && !value.contains("${") {
        return Some("`*` stands for everyone or for nothing, never for part of a name");
    }
    let is_unique_id = value.len() >= 16 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match Arn::parse(value) {
        Ok(arn) if ["iam", "sts"].contains(&arn.service()) => arn
            .resource()
            .starts_with("group/")
            .then_some("a group cannot be a principal"),
        Ok(_) => Some("only users, roles, sessions and accounts can be principals"),
        Err(_) if is_unique_id => None,
        Err(_) => Some("an ARN or an account id is expected"),
    }
}

fn check_everyone(linter: &mut Linter<'_>, statement: &Statement, map: &PrincipalMap) {
    let names_everyone = match map {
        PrincipalMap::Everyone => true,
        PrincipalMap::Named(named) => named.iter().any(|(kind, names)| {
            *kind == PrincipalKind::Aws && names.iter().any(|name| &*name.value == "*")
        }),
    };
    if !names_everyone || !statement.conditions.is_empty() {
        return;
    }
    let message = match linter.kind() {
        Kind::Trust => "anyone who has an AWS account may assume the role",
        _ => "anyone may do this, also without AWS credentials",
    };
    linter.find_with_fix(
        Rule::Everyone,
        Severity::SecurityWarning,
        statement.span,
        message,
        "name the principals, or hold a key such as `aws:PrincipalOrgID` to a value",
    );
}

/// Services that act on behalf of others when they call.
const ON_BEHALF: [&str; 8] = [
    "apigateway",
    "cloudtrail",
    "cloudwatch",
    "config",
    "events",
    "logs",
    "s3",
    "sns",
];

fn check_services(linter: &mut Linter<'_>, statement: &Statement, map: &PrincipalMap) {
    let (PrincipalMap::Named(named), Kind::Resource) = (map, linter.kind()) else {
        return;
    };
    let source_keys = [
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    ];
    let is_held = statement
        .conditions
        .iter()
        .any(|condition| source_keys.contains(&&*condition.key.value.to_ascii_lowercase()));
    if is_held {
        return;
    }
    let services = named
        .iter()
        .filter(|(kind, _)| *kind == PrincipalKind::Service);
    for name in services.flat_map(|(_, names)| names) {
        let service = name.value.split('.').next().unwrap_or_default();
        if ON_BEHALF.contains(&service) {
            linter.find_with_fix(
                Rule::ConfusedDeputy,
                Severity::SecurityWarning,
                name.span,
                format!(
                    "`{}` may come on behalf of any account: nothing holds the source",
                    name.value
                ),
                "add a condition on `aws:SourceArn` or `aws:SourceAccount`",
            );
        }
    }
}

fn check_trust(linter: &mut Linter<'_>, statement: &Statement, map: &PrincipalMap) {
    let (patterns, _) = statement.action.patterns();
    for text in patterns {
        let lower = text.value.to_ascii_lowercase();
        if !lower.starts_with("sts:") && lower != "*" {
            linter.find(
                Rule::TrustAction,
                Severity::Error,
                text.span,
                format!(
                    "`{}` has no place in a trust policy, which is only asked about actions of sts",
                    text.value
                ),
            );
        }
    }
    let is_federated = matches!(map, PrincipalMap::Named(named)
        if named.iter().all(|(kind, _)| *kind == PrincipalKind::Federated));
    let plain = patterns
        .iter()
        .find(|text| text.value.eq_ignore_ascii_case("sts:AssumeRole"));
    if let (true, Some(text)) = (is_federated, plain) {
        linter.find_with_fix(
            Rule::TrustAction,
            Severity::Warning,
            text.span,
            "who comes through an identity provider never calls `sts:AssumeRole`",
            "use `sts:AssumeRoleWithSAML` or `sts:AssumeRoleWithWebIdentity`",
        );
    }
}
