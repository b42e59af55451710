//! Statements that may help, from the narrowest to the widest.

use super::incident::VIA_SERVICE;
use crate::cover::{ResourcePattern, literally};
use crate::{Arn, CallerKind, Layer, Request, Values, catalog};

/// A statement that may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// How it differs from the narrowest, in words.
    pub idea: String,
    /// Its actions.
    pub actions: Vec<String>,
    /// Its resources.
    pub resources: Vec<String>,
    /// Its principal, in layers that name them.
    pub principal: Option<String>,
    /// The service through which a key may be used, where it may be used through one alone.
    pub through: Option<String>,
}

impl Candidate {
    /// What gives least: the request and no other.
    pub(super) fn exactly(request: &Request) -> Self {
        Self {
            idea: "exactly what was asked for".to_owned(),
            actions: vec![request.action.to_string()],
            resources: vec![literally(request.resource.as_str())],
            principal: named(request),
            through: through(request),
        }
    }

    /// A policy of the statement alone, as JSON.
    pub(super) fn document(&self, layer: Layer, is_trust: bool) -> String {
        format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}",
            self.statement(layer, is_trust)
        )
    }

    /// The statement as JSON.
    pub(super) fn statement(&self, layer: Layer, is_trust: bool) -> String {
        let list = |items: &[String]| match items {
            [one] => quoted(one),
            many => format!(
                "[{}]",
                many.iter()
                    .map(|item| quoted(item))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        };
        let principal = match (&self.principal, layer) {
            (Some(name), Layer::Resource | Layer::Vpce) if name == "*" => {
                "\"Principal\":\"*\",".to_owned()
            }
            (Some(name), Layer::Resource | Layer::Vpce) => {
                let kind = if name.ends_with(".amazonaws.com") {
                    "Service"
                } else {
                    "AWS"
                };
                format!("\"Principal\":{{\"{kind}\":{}}},", quoted(name))
            }
            _ => String::new(),
        };
        let resource = if is_trust {
            String::new()
        } else {
            format!(",\"Resource\":{}", list(&self.resources))
        };
        let condition = self.through.as_ref().map_or(String::new(), |service| {
            format!(
                ",\"Condition\":{{\"StringEquals\":{{\"{VIA_SERVICE}\":{}}}}}",
                quoted(service)
            )
        });
        format!(
            "{{\"Effect\":\"Allow\",{principal}\"Action\":{}{resource}{condition}}}",
            list(&self.actions)
        )
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    crate::json::quote(text, &mut out);
    out
}

/// Candidates for a request, the one that gives least first. Every part is widened by itself: the resource's name in
/// each way that its ARN has, region, account, action, principal.
pub(super) fn candidates(request: &Request, layer: Layer) -> Vec<Candidate> {
    let narrowest = Candidate::exactly(request);
    let mut found = vec![narrowest.clone()];
    let mut add = |idea: &str, change: &dyn Fn(&mut Candidate)| {
        let mut candidate = Candidate {
            idea: idea.to_owned(),
            ..narrowest.clone()
        };
        change(&mut candidate);
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    };
    if let Some(arn) = request.resource.arn() {
        for (idea, resources) in widened(request, arn) {
            add(idea, &|candidate| candidate.resources = resources.clone());
        }
        add("every resource", &|candidate| {
            candidate.resources = vec!["*".to_owned()];
        });
    }
    if narrowest.through.is_some() {
        add("not only through the service that uses the key", &|one| {
            one.through = None;
        });
    }
    let service = request.action.service();
    if let Some(verb) = first_word(request.action.name()) {
        add("every action that starts alike", &|candidate| {
            candidate.actions = vec![format!("{service}:{verb}*")];
        });
    }
    add("every action of the service", &|candidate| {
        candidate.actions = vec![format!("{service}:*")];
    });
    if matches!(layer, Layer::Resource | Layer::Vpce) {
        if let Some(account) = request.caller.account() {
            add("everyone whom the caller's account allows", &|candidate| {
                candidate.principal = Some(format!("arn:aws:iam::{account}:root"));
            });
        }
        add("everyone", &|candidate| {
            candidate.principal = Some("*".to_owned());
        });
    }
    found
}

/// The service through which the request uses a key.
pub(super) fn through(request: &Request) -> Option<String> {
    match request.context.get(VIA_SERVICE)? {
        Values::One(service) if request.action.service() == "kms" => Some(service.clone()),
        _ => None,
    }
}

/// How a policy names the caller: a session by its role.
fn named(request: &Request) -> Option<String> {
    Some(match request.caller.kind() {
        CallerKind::Anonymous => "*".to_owned(),
        CallerKind::Service(name) | CallerKind::Provider(name) => name.to_string(),
        CallerKind::Root(arn) | CallerKind::User(arn) => arn.to_string(),
        CallerKind::RoleSession { role, .. } => role.to_string(),
        CallerKind::FederatedUser { session, .. } => session.to_string(),
    })
}

fn widened(request: &Request, arn: &Arn) -> Vec<(&'static str, Vec<String>)> {
    let exact = literally(arn.as_str());
    let mut found = Vec::new();
    for separator in [':', '/'] {
        // Only where resources of the action have such parts.
        if has_parts(request, arn, separator) {
            let below = format!("{exact}{separator}*");
            found.push(("what is below it alone", vec![below.clone()]));
            found.push(("with what is below it", vec![exact.clone(), below]));
        }
    }
    found.push(("every name that starts alike", vec![format!("{exact}*")]));
    let head = &exact[..exact.len() - literally_resource(&exact).len()];
    let resource = literally_resource(&exact);
    if let Some(at) = resource.rfind(['/', ':']) {
        found.push((
            "every name of the kind",
            vec![format!("{head}{}*", &resource[..=at])],
        ));
    } else {
        found.push(("every name of the kind", vec![format!("{head}*")]));
    }
    let with = |region: &str, account: &str| {
        vec![format!(
            "arn:{}:{}:{region}:{account}:{resource}",
            arn.partition(),
            arn.service()
        )]
    };
    if !arn.region().is_empty() {
        found.push(("in every region", with("*", arn.account())));
    }
    if !arn.account().is_empty() {
        found.push(("in every account", with(arn.region(), "*")));
    }
    found
}

/// What follows the fifth colon.
fn literally_resource(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(4)
        .map_or(arn, |(at, _)| &arn[at + 1..])
}

/// Whether the catalog has a type, of this action or beside it, whose ARNs go on after this one.
pub(super) fn has_parts(request: &Request, arn: &Arn, separator: char) -> bool {
    let below = ResourcePattern::exactly(&format!("{arn}{separator}part"));
    let exact = ResourcePattern::exactly(arn.as_str());
    let Some(service) = catalog::service(request.action.service()) else {
        return false;
    };
    let is_finer = |form: &ResourcePattern| form.overlaps(&below) && !form.overlaps(&exact);
    service
        .resource_types()
        .iter()
        .any(|kind| is_finer(kind.pattern()))
}

/// `Invoke` of `InvokeFunction`.
fn first_word(name: &str) -> Option<&str> {
    let next = name
        .char_indices()
        .skip(1)
        .find(|(_, letter)| letter.is_ascii_uppercase());
    next.map(|(at, _)| &name[..at])
}
