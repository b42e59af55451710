//! Resources: whether the actions can apply to them, and whether they are ARNs that can exist.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::known::Looked;
use super::{Linter, Rule, Severity, grants};
use crate::catalog::{KnownAction, Level};
use crate::cover::ResourcePattern;
use crate::policy::{ActionElement, Effect, Kind, ResourceElement, Statement, Text};

pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let Some(element) = &statement.resource else {
        return;
    };
    let (texts, negated) = element.patterns();
    for text in texts {
        check_form(linter, text);
    }
    if negated {
        if grants(linter, statement) {
            let span = texts.first().map_or(statement.span, |text| text.span);
            linter.find_with_fix(
                Rule::NotResourceAllow,
                Severity::SecurityWarning,
                span,
                "`NotResource` with Allow gives every other resource, also those that do not exist yet",
                "list what is to be allowed in `Resource`",
            );
        }
        return;
    }
    if let (ActionElement::Action(actions), ResourceElement::Resource(resources)) =
        (&statement.action, element)
    {
        check_fit(linter, statement.effect, actions, resources);
    }
}

/// The most pairs of action and resource that are looked at in one statement.
const MOST_PAIRS: usize = 50_000;

fn check_fit(linter: &mut Linter<'_>, effect: Effect, actions: &[Text], resources: &[Text]) {
    let looked: Vec<Rc<Looked>> = actions
        .iter()
        .map(|text| linter.known.look(&text.value))
        .collect();
    let pairs = actions.len() * resources.len();
    if pairs > MOST_PAIRS {
        return;
    }
    let (version, kind) = (linter.document.version(), linter.kind());
    let patterns: Vec<ResourcePattern> = resources
        .iter()
        .map(|text| ResourcePattern::parse(&text.value, version, kind))
        .collect();
    let used: Vec<bool> = patterns
        .iter()
        .map(|pattern| looked.iter().any(|looked| looked.may_meet(pattern)))
        .collect();
    let any_used = used.contains(&true);
    for (text, used) in resources.iter().zip(&used) {
        if !used {
            resource_without_action(linter, text, &looked, any_used);
        }
    }
    for (text, looked) in actions.iter().zip(&looked) {
        if any_used && !patterns.iter().any(|pattern| looked.may_meet(pattern)) {
            action_without_resource(linter, text, looked);
        }
    }
    let star = resources.iter().find(|text| &*text.value == "*");
    if let (Some(star), Effect::Allow, Kind::Identity | Kind::Session) = (star, effect, kind) {
        needless_star(linter, star, &looked);
    }
}

fn resource_without_action(
    linter: &mut Linter<'_>,
    text: &Text,
    looked: &[Rc<Looked>],
    any_used: bool,
) {
    let known = || {
        looked
            .iter()
            .filter_map(|looked| looked.actions.as_ref())
            .flatten()
    };
    let names = shown(known().map(ToString::to_string));
    let (severity, effect) = if any_used {
        (Severity::Warning, "the line has no effect")
    } else {
        (Severity::Error, "the statement has no effect")
    };
    let forms: BTreeSet<String> = known()
        .flat_map(KnownAction::resource_types)
        .filter(|kind| shares_service(&kind.arn_form(), &text.value))
        .map(|kind| kind.arn_form().replacen("arn:*:", "arn:aws:", 1))
        .collect();
    let fix = match (any_used, forms.len()) {
        (true, _) => "leave it out".to_owned(),
        (false, 0) => "use `\"Resource\": \"*\"`".to_owned(),
        (false, _) => format!("use the form {}", shown(forms.into_iter())),
    };
    linter.find_with_fix(
        Rule::ResourceWithoutAction,
        severity,
        text.span,
        format!("{names} cannot apply to `{}`: {effect}", text.value),
        fix,
    );
}

fn shares_service(form: &str, pattern: &str) -> bool {
    let service = |arn: &str| arn.split(':').nth(2).map(str::to_owned);
    service(form) == service(pattern)
}

fn action_without_resource(linter: &mut Linter<'_>, text: &Text, looked: &Looked) {
    let known = looked.actions.as_deref().unwrap_or_default();
    let needs_star = known
        .iter()
        .all(|action| action.resource_types().next().is_none());
    let forms: BTreeSet<String> = known
        .iter()
        .flat_map(KnownAction::resource_types)
        .map(|kind| kind.arn_form().replacen("arn:*:", "arn:aws:", 1))
        .collect();
    let fix = if needs_star {
        "give it a statement of its own with `\"Resource\": \"*\"`".to_owned()
    } else {
        format!(
            "add a resource of the form {}, or leave the action out",
            shown(forms.into_iter())
        )
    };
    linter.find_with_fix(
        Rule::ActionWithoutResource,
        Severity::Error,
        text.span,
        format!(
            "`{}` cannot apply to any resource of the statement",
            text.value
        ),
        fix,
    );
}

fn needless_star(linter: &mut Linter<'_>, star: &Text, looked: &[Rc<Looked>]) {
    let literal = looked.iter().filter(|looked| looked.pattern.is_literal());
    let known = literal
        .filter_map(|looked| looked.actions.as_deref())
        .flatten();
    let takes_arn: Vec<KnownAction> = known
        .copied()
        .filter(|action| action.resource_types().next().is_some())
        .collect();
    if takes_arn.is_empty() {
        return;
    }
    let changes = |level| matches!(level, Level::Write | Level::Permissions | Level::Tagging);
    let severity = if takes_arn.iter().any(|action| action.levels().any(changes)) {
        Severity::Warning
    } else {
        Severity::Suggestion
    };
    let names = shown(takes_arn.iter().map(ToString::to_string));
    let forms: BTreeSet<String> = takes_arn
        .iter()
        .flat_map(KnownAction::resource_types)
        .map(|kind| kind.arn_form().replacen("arn:*:", "arn:aws:", 1))
        .collect();
    linter.find_with_fix(
        Rule::NeedlessStar,
        severity,
        star.span,
        format!("`*` is wider than needed: {names} can be held to ARNs"),
        format!("name what is meant: {}", shown(forms.into_iter())),
    );
}

/// Up to four in backticks.
fn shown(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 4;
    let all: Vec<String> = names.collect();
    let mut listed: Vec<String> = all
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect();
    if all.len() > MOST {
        listed.push(format!("{} more", all.len() - MOST));
    }
    match listed.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => "no action".to_owned(),
    }
}

fn check_form(linter: &mut Linter<'_>, text: &Text) {
    let value = &*text.value;
    if value == "*" || !value.starts_with("arn:") {
        return;
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let [_, partition, service, region, account, resource] = parts.as_slice() else {
        return short(linter, text);
    };
    let has_gap = |part: &str| part.contains(['*', '?', '{', '}', '<', '>', '$']);
    if !has_gap(partition) && !PARTITIONS.contains(&partition.to_ascii_lowercase().as_str()) {
        malformed(linter, text, format!("there is no partition `{partition}`"));
    }
    let is_account = account.is_empty()
        || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
        || ["aws", "aws-managed", "cloudfront"].contains(account);
    if !has_gap(account) && !is_account {
        malformed(
            linter,
            text,
            format!("`{account}` is no account id of twelve digits"),
        );
    }
    if service.eq_ignore_ascii_case("s3") && !(region.is_empty() && account.is_empty()) {
        let is_bucket = !resource.contains(':') && !resource.starts_with(['*', '?']);
        let named = [
            "accesspoint/",
            "job/",
            "storage-lens",
            "access-grants",
            "async-request",
        ];
        if is_bucket && !named.iter().any(|kind| resource.starts_with(kind)) {
            malformed(
                linter,
                text,
                "ARNs of buckets and objects have neither region nor account".to_owned(),
            );
        }
    }
    let first_word = resource.split([':', '/']).next().unwrap_or_default();
    let has_types = matches!(*service, "lambda" | "iam" | "logs" | "kms" | "ecs" | "ecr");
    if has_types && first_word.contains(['*', '?']) && *resource != "*" {
        linter.find_with_fix(
            Rule::TypeWildcard,
            Severity::Warning,
            text.span,
            format!("`{first_word}` has a wildcard in the word that names the type of resource"),
            "write the type in full; AWS documents no meaning for this",
        );
    }
}

const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

fn malformed(linter: &mut Linter<'_>, text: &Text, message: String) {
    linter.find(Rule::MalformedArn, Severity::Error, text.span, message);
}

// spec: iam/matching#short-arns
fn short(linter: &mut Linter<'_>, text: &Text) {
    let pattern = ResourcePattern::parse(&text.value, linter.document.version(), linter.kind());
    let (severity, meaning) = if pattern == ResourcePattern::Nothing {
        (Severity::Error, "it covers nothing here")
    } else {
        (Severity::Warning, "the parts that lack count as `*`")
    };
    linter.find_with_fix(
        Rule::ShortArn,
        severity,
        text.span,
        format!("`{}` has fewer than six parts: {meaning}", text.value),
        "write all six parts: `arn:partition:service:region:account:resource`",
    );
}
