//! Requests to try documents with.

use std::collections::HashSet;

use super::part::Part;
use super::said::{Meaning, Unit};
use crate::catalog;
use crate::condition::{Comparison, Quantifier, Test};
use crate::cover::{Pattern, ResourcePattern, SAMPLE_ACCOUNT};
use crate::policy::{Condition, Kind, PrincipalElement, PrincipalKind, PrincipalMap, Statement};
use crate::{Action, Arn, Caller, Context, Request, Resource};

/// The most actions that are tried of one pattern.
const MOST_ACTIONS: usize = 48;

/// Collects distinct requests up to a bound.
#[derive(Debug)]
pub(crate) struct Samples {
    kind: Kind,
    most: usize,
    seen: HashSet<String>,
    requests: Vec<Request>,
}

impl Samples {
    pub(crate) fn new(kind: Kind, most: usize) -> Self {
        Self {
            kind,
            most,
            seen: HashSet::new(),
            requests: Vec::new(),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.requests.len() >= self.most
    }

    pub(crate) fn into_requests(self) -> Vec<Request> {
        self.requests
    }

    /// Requests of every unit of a document.
    pub(crate) fn add_meaning(&mut self, meaning: &Meaning<'_>) {
        for unit in meaning.units() {
            if self.is_full() {
                return;
            }
            self.add_unit(&unit);
        }
    }

    /// Requests that the unit is about: each action that the table knows, with its conditions met and without keys.
    pub(crate) fn add_unit(&mut self, unit: &Unit<'_>) {
        let met = satisfying(&unit.said.statement.conditions);
        for action in actions(unit) {
            for resource in resources(unit, &action) {
                for context in [met.clone(), Context::new()] {
                    self.add(unit.said.statement, &action, &resource, context);
                }
            }
        }
    }

    fn add(&mut self, statement: &Statement, action: &str, resource: &str, context: Context) {
        let made = request(self.kind, statement, action, resource, context);
        let Some(request) = made.filter(|_| !self.is_full()) else {
            return;
        };
        // What no request can be about says nothing about meaning.
        let is_possible =
            catalog::action(action).is_none_or(|known| known.applies_to(&request.resource));
        if !is_possible && self.kind != Kind::Trust {
            return;
        }
        let key = format!(
            "{}\n{}\n{}\n{:?}",
            request.caller.as_str(),
            request.action,
            request.resource,
            request.context
        );
        if self.seen.insert(key) {
            self.requests.push(request);
        }
    }
}

fn actions(unit: &Unit<'_>) -> Vec<String> {
    let some_action = || vec!["s3:GetObject".to_owned(), "iam:CreateUser".to_owned()];
    match unit.action() {
        Part::Others(_) => some_action(),
        Part::One(pattern) if pattern.is_literal() => vec![pattern.as_str().to_owned()],
        Part::One(pattern) => match pattern.known() {
            Some(known) => known
                .take(MOST_ACTIONS)
                .map(|action| action.to_string())
                .collect(),
            None => some_action(),
        },
    }
}

/// Resources of the unit, with fillings such as the forms of ARNs have: a name, a path, a name with a qualifier.
fn resources(unit: &Unit<'_>, action: &str) -> Vec<String> {
    let types = || {
        catalog::action(action)
            .into_iter()
            .flat_map(|known| known.resource_types())
    };
    let of_types = || -> Vec<String> {
        let found: Vec<String> = types()
            .filter_map(|kind| kind.pattern().sample("sample"))
            .collect();
        if found.is_empty() {
            vec!["*".to_owned()]
        } else {
            found
        }
    };
    match unit.resource() {
        Part::Others(_) | Part::One(ResourcePattern::Everything) => of_types(),
        Part::One(pattern) => ["sample", "other/part", "sample:1"]
            .into_iter()
            .filter_map(|filler| pattern.sample(filler))
            .collect(),
    }
}

/// A request that the statement is about, as far as its principal and the document's kind allow one to be made.
fn request(
    kind: Kind,
    statement: &Statement,
    action: &str,
    resource: &str,
    context: Context,
) -> Option<Request> {
    let resource: Resource = if kind == Kind::Trust {
        format!("arn:aws:iam::{SAMPLE_ACCOUNT}:role/sample")
            .parse()
            .ok()?
    } else {
        resource.parse().ok()?
    };
    let account = resource.arn().map_or("", Arn::account);
    let account = account.parse().or_else(|_| SAMPLE_ACCOUNT.parse()).ok()?;
    let user = format!("arn:aws:iam::{account}:user/sample");
    let caller = match &statement.principal {
        None | Some(PrincipalElement::NotPrincipal(_)) => Caller::parse(&user).ok()?,
        Some(PrincipalElement::Principal(map)) => caller(map, &user)?,
    };
    Some(Request {
        caller,
        action: Action::parse(action).ok()?,
        resource,
        resource_account: account,
        context,
    })
}

fn caller(map: &PrincipalMap, user: &str) -> Option<Caller> {
    let PrincipalMap::Named(named) = map else {
        return Caller::parse(user).ok();
    };
    let (kind, names) = named.first()?;
    let name = &*names.first()?.value;
    match kind {
        PrincipalKind::Service => Some(Caller::service(name)),
        PrincipalKind::Federated => Some(Caller::provider(name)),
        PrincipalKind::CanonicalUser => Some(Caller::parse(user).ok()?.with_canonical_id(name)),
        PrincipalKind::Aws => match Arn::parse(name) {
            Ok(arn) if arn.resource().starts_with("role/") => {
                Caller::role_session(arn, "sample").ok()
            }
            Ok(arn) if arn.resource() == "root" => {
                Caller::parse(&format!("arn:aws:iam::{}:user/sample", arn.account())).ok()
            }
            Ok(_) => Caller::parse(name).ok(),
            Err(_) if name.len() == 12 => {
                Caller::parse(&format!("arn:aws:iam::{name}:user/sample")).ok()
            }
            Err(_) => Caller::parse(user).ok(),
        },
    }
}

/// A context under which the conditions hold, as far as one value each can make them.
fn satisfying(conditions: &[Condition]) -> Context {
    let mut context = Context::new();
    for condition in conditions {
        let Some(value) = value(condition) else {
            continue;
        };
        match condition.operator.quantifier {
            Quantifier::Single => context.set(&condition.key.value, value),
            Quantifier::All | Quantifier::Any => context.set_list(&condition.key.value, [value]),
        };
    }
    context
}

/// A value that satisfies the operator; `None` where absence does.
fn value(condition: &Condition) -> Option<String> {
    let operator = condition.operator;
    let first = &*condition.values.first()?.value;
    if operator.negated {
        return None;
    }
    Some(match operator.test {
        Test::StringLike | Test::ArnLike => Pattern::parse(first, true).sample("sample"),
        Test::Numeric(comparison) => {
            let number: f64 = first.parse().ok()?;
            beside(
                comparison,
                || (number - 1.0).to_string(),
                || (number + 1.0).to_string(),
                first,
            )
        }
        Test::Date(comparison) => beside(
            comparison,
            || "1990-01-01T00:00:00Z".to_owned(),
            || "2199-01-01T00:00:00Z".to_owned(),
            first,
        ),
        Test::IpAddress => first.split('/').next().unwrap_or(first).to_owned(),
        Test::Null if first == "true" => return None,
        Test::Null => "sample".to_owned(),
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::Bool | Test::Binary => {
            first.to_owned()
        }
    })
}

fn beside(
    comparison: Comparison,
    below: impl Fn() -> String,
    above: impl Fn() -> String,
    equal: &str,
) -> String {
    match comparison {
        Comparison::LessThan => below(),
        Comparison::GreaterThan => above(),
        Comparison::Equals | Comparison::LessThanEquals | Comparison::GreaterThanEquals => {
            equal.to_owned()
        }
    }
}
