//! `iam:PassRole`: a role that can be passed to any service can be used through the weakest of them.

use super::{Linter, Rule, Severity, grants};
use crate::catalog;
use crate::cover::{ActionPattern, ResourcePattern};
use crate::policy::{ActionElement, Statement};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let ActionElement::Action(actions) = &statement.action else {
        return;
    };
    if !grants(linter, statement) || is_held_to_service(statement) {
        return;
    }
    let pass = ActionPattern::parse("iam:PassRole");
    // `*` has a finding of its own.
    let covers = |pattern: &str| pattern != "*" && ActionPattern::parse(pattern).covers(&pass);
    let Some(text) = actions.iter().find(|text| covers(&text.value)) else {
        return;
    };
    let Some(role) = catalog::action("iam:PassRole") else {
        return;
    };
    let (version, kind) = (linter.document.version(), linter.kind());
    let patterns = statement
        .resource
        .as_ref()
        .map(|element| element.patterns().0)
        .unwrap_or_default();
    let reaches = patterns
        .iter()
        .any(|text| role.can_meet(&ResourcePattern::parse(&text.value, version, kind)));
    if !reaches {
        return;
    }
    let any_role = if patterns.iter().any(|text| &*text.value == "*") {
        "any role"
    } else {
        "the role"
    };
    linter.find_with_fix(
        Rule::PassRole,
        Severity::SecurityWarning,
        text.span,
        format!("`{}` lets {any_role} be passed to every service: no condition holds `iam:PassedToService`", text.value),
        "add \"Condition\": {\"StringEquals\": {\"iam:PassedToService\": \"lambda.amazonaws.com\"}} with the service that is meant",
    );
}

fn is_held_to_service(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let key = condition.key.value.to_ascii_lowercase();
        (key == "iam:passedtoservice" || key == "iam:associatedresourcearn")
            && !condition.operator.if_exists
            && !condition.operator.negated
    })
}
