//! From decisions to the results that are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use iam::policy::Kind;
use iam::{Action, Decision, Layer, Layers, Matched, Policy, Record, Request, catalog};

use crate::services::iam::policy_source::Inline;
use crate::services::query::Xml;

/// An action with what was decided about it on each resource.
pub(super) struct Asked<'q> {
    action: &'q Action,
    answers: Vec<Answer>,
}

/// What was decided about one resource, and by which kinds of policies.
struct Answer {
    request: Request,
    record: Record,
    /// Of a call between accounts what either side says; empty inside one, nothing where no resource is named.
    details: Option<BTreeMap<&'static str, Decision>>,
    /// Whether the boundary allows it, if there is one.
    by_boundary: Option<bool>,
    /// Whether the organization's policies allow it, if there is one.
    by_organization: Option<bool>,
}

/// The names under which details are told.
const IDENTITY_SIDE: &str = "IAM Policy";
const RESOURCE_SIDE: &str = "Resource Policy";

impl<'q> Asked<'q> {
    /// Decides.
    pub(super) fn of(
        action: &'q Action,
        layers: &Layers,
        requests: impl Iterator<Item = Request>,
    ) -> Self {
        Self {
            action,
            answers: requests
                .map(|request| Answer::of(layers, request))
                .collect(),
        }
    }

    /// Writes the result: the most restrictive decision of all resources, then each of them.
    pub(super) fn write(&self, xml: &mut Xml, layers: &Layers, inline: &Inline) {
        let decision = self
            .answers
            .iter()
            .map(|answer| answer.record.decision)
            .max_by_key(|decision| restrictiveness(*decision))
            .unwrap_or(Decision::ImplicitDeny);
        let contributing = || {
            self.answers
                .iter()
                .filter(|answer| answer.record.decision == decision)
        };
        let keys = spellings(layers);
        xml.text("EvalActionName", self.action.as_str())
            .text("EvalResourceName", &self.resource_form())
            .text("EvalDecision", decision.as_str());
        write_statements(xml, contributing().map(|answer| &answer.record), inline);
        write_missing(xml, self.answers.iter().map(|answer| &answer.record), &keys);
        write_details(xml, self.most_restrictive_details().as_ref());
        let all = |allowed: fn(&Answer) -> Option<bool>| {
            let each: Option<Vec<bool>> = self.answers.iter().map(allowed).collect();
            each.map(|each| each.into_iter().all(|allowed| allowed))
        };
        write_boundary(xml, all(|answer| answer.by_boundary));
        write_organization(xml, all(|answer| answer.by_organization));
        xml.members("ResourceSpecificResults", &self.answers, |xml, answer| {
            let record = &answer.record;
            xml.text("EvalResourceName", answer.request.resource.as_str())
                .text("EvalResourceDecision", record.decision.as_str());
            write_statements(xml, [record], inline);
            write_missing(xml, [record], &keys);
            write_details(xml, answer.details.as_ref());
            write_boundary(xml, answer.by_boundary);
        });
    }

    /// The form of the ARNs of the type of resource that is asked about, or `*` if the action has none.
    fn resource_form(&self) -> String {
        let known = catalog::action(self.action.as_str());
        let types = || known.into_iter().flat_map(|known| known.resource_types());
        let arns = self
            .answers
            .iter()
            .filter_map(|answer| answer.request.resource.arn());
        arns.into_iter()
            .find_map(|arn| types().find(|kind| kind.has_form_of(arn)))
            .or_else(|| types().next())
            .map_or_else(|| "*".to_owned(), |kind| kind.arn_template())
    }

    fn most_restrictive_details(&self) -> Option<BTreeMap<&'static str, Decision>> {
        let mut told: Option<BTreeMap<&'static str, Decision>> = None;
        for details in self
            .answers
            .iter()
            .filter_map(|answer| answer.details.as_ref())
        {
            let told = told.get_or_insert_default();
            for (side, decision) in details {
                let known = told.entry(side).or_insert(*decision);
                if restrictiveness(*decision) > restrictiveness(*known) {
                    *known = *decision;
                }
            }
        }
        told
    }
}

impl Answer {
    fn of(layers: &Layers, request: Request) -> Self {
        let record = iam::evaluate(layers, &request);
        let by_boundary = layers.boundary.is_some().then(|| {
            let alone = Layers {
                identity: everything(),
                boundary: layers.boundary.clone(),
                ..Layers::default()
            };
            iam::decide(&alone, &inside(&request)).is_allowed()
        });
        let by_organization = layers.scp.is_some().then(|| {
            let alone = Layers {
                identity: everything(),
                scp: layers.scp.clone(),
                ..Layers::default()
            };
            iam::decide(&alone, &inside(&request)).is_allowed()
        });
        let details = match request.resource.arn() {
            Some(_) if by_organization != Some(false) => Some(details(layers, &request)),
            _ => None,
        };
        Self {
            request,
            record,
            details,
            by_boundary,
            by_organization,
        }
    }
}

/// What either side of a call between accounts says.
fn details(layers: &Layers, request: &Request) -> BTreeMap<&'static str, Decision> {
    if request.is_same_account() {
        return BTreeMap::new();
    }
    let identity_side = Layers {
        resource: None,
        ..layers.clone()
    };
    let resource_side = Layers {
        identity: everything(),
        resource: layers.resource.clone(),
        ..Layers::default()
    };
    BTreeMap::from([
        (IDENTITY_SIDE, iam::decide(&identity_side, &inside(request))),
        (RESOURCE_SIDE, iam::decide(&resource_side, request)),
    ])
}

/// The request as if the caller's account owned the resource, so that the caller's own policies decide.
fn inside(request: &Request) -> Request {
    Request {
        resource_account: request.caller.account().unwrap_or(request.resource_account),
        ..request.clone()
    }
}

/// A policy that leaves the decision to the other layers.
fn everything() -> Vec<Arc<Policy>> {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    // INVARIANT: the text is a policy; without it everything would be denied.
    Policy::parse("everything", text, Kind::Identity)
        .into_iter()
        .collect()
}

fn restrictiveness(decision: Decision) -> u8 {
    match decision {
        Decision::Allowed => 0,
        Decision::ImplicitDeny => 1,
        Decision::ExplicitDeny => 2,
    }
}

/// Identity and resource policies: what boundaries and organizations say is told apart.
fn is_told(layer: Layer) -> bool {
    matches!(layer, Layer::Identity | Layer::Resource)
}

/// The condition keys of the policies that are told of, as they spell them, by their lower-case names.
fn spellings(layers: &Layers) -> BTreeMap<String, String> {
    layers
        .identity
        .iter()
        .chain(&layers.resource)
        .flat_map(|policy| policy.context_keys())
        .map(|key| (key.to_lowercase(), key.to_owned()))
        .collect()
}

fn write_statements<'a>(
    xml: &mut Xml,
    records: impl IntoIterator<Item = &'a Record>,
    inline: &Inline,
) {
    let mut told: Vec<&Matched> = Vec::new();
    let matched = records.into_iter().flat_map(|record| &record.matched);
    for matched in matched.filter(|matched| is_told(matched.layer)) {
        let is_same = |known: &&Matched| {
            Arc::ptr_eq(&known.policy, &matched.policy) && known.index == matched.index
        };
        if !told.iter().any(is_same) {
            told.push(matched);
        }
    }
    xml.members("MatchedStatements", told, |xml, matched| {
        let (start, end) = matched.positions();
        xml.text("SourcePolicyId", matched.policy.name())
            .text("SourcePolicyType", source_type(matched, inline));
        for (name, position) in [("StartPosition", start), ("EndPosition", end)] {
            xml.within(name, |xml| {
                xml.text("Line", &position.line.to_string())
                    .text("Column", &position.column.to_string());
            });
        }
    });
}

/// Where a policy comes from: `none` is one that the request brought along.
fn source_type(matched: &Matched, inline: &Inline) -> &'static str {
    match (matched.layer, matched.policy.arn()) {
        (Layer::Resource, _) => "resource",
        (_, Some(arn)) if arn.account() == "aws" => "aws-managed",
        (_, Some(_)) => "user-managed",
        (_, None) => inline.holder(&matched.policy).unwrap_or("none"),
    }
}

fn write_missing<'a>(
    xml: &mut Xml,
    records: impl IntoIterator<Item = &'a Record>,
    spellings: &BTreeMap<String, String>,
) {
    let mut missing: Vec<&String> = records
        .into_iter()
        .flat_map(|record| &record.missing_keys)
        .filter_map(|key| spellings.get(&**key))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    xml.within("MissingContextValues", |xml| {
        for key in missing {
            xml.text("member", key);
        }
    });
}

fn write_details(xml: &mut Xml, details: Option<&BTreeMap<&'static str, Decision>>) {
    let Some(details) = details else {
        return;
    };
    xml.within("EvalDecisionDetails", |xml| {
        for (side, decision) in details {
            xml.within("entry", |xml| {
                xml.text("key", side).text("value", decision.as_str());
            });
        }
    });
}

fn write_boundary(xml: &mut Xml, allowed: Option<bool>) {
    write_allowed(
        xml,
        "PermissionsBoundaryDecisionDetail",
        "AllowedByPermissionsBoundary",
        allowed,
    );
}

fn write_organization(xml: &mut Xml, allowed: Option<bool>) {
    write_allowed(
        xml,
        "OrganizationsDecisionDetail",
        "AllowedByOrganizations",
        allowed,
    );
}

fn write_allowed(xml: &mut Xml, within: &str, name: &str, allowed: Option<bool>) {
    if let Some(allowed) = allowed {
        xml.within(within, |xml| {
            xml.text(name, if allowed { "true" } else { "false" });
        });
    }
}
