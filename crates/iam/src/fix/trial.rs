//! Trying a statement.

use std::sync::Arc;

use crate::policy::{Document, DocumentError, Kind};
use crate::{Arn, Decision, Layer, Layers, Level, Policy, Request, decide};

/// The policies before a change, and after it.
pub(super) struct Trial {
    before: Layers,
    after: Layers,
    // Whether the resource's own policy is not known and stands aside.
    delegates: bool,
}

impl Trial {
    /// Adds a statement to a layer: to the document that is there, or as one of its own.
    pub(super) fn of(
        layers: &Layers,
        layer: Layer,
        statement: &str,
        request: &Request,
    ) -> Result<Self, DocumentError> {
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}");
        let document = Document::parse(&text, kind(layer, request))?;
        let mut before = layers.clone();
        stand_aside(&mut before, layer, request)?;
        let mut after = before.clone();
        add(&mut after, layer, document)?;
        Ok(Self {
            delegates: layers.resource.is_none() && layer != Layer::Resource,
            before,
            after,
        })
    }

    /// What was decided before and is after.
    pub(super) fn decide(&self, request: &Request) -> (Decision, Decision) {
        let decide_in = |layers: &Layers| match self.delegating(request) {
            Some(policy) => decide(
                &Layers {
                    resource: Some(policy),
                    ..layers.clone()
                },
                request,
            ),
            None => decide(layers, request),
        };
        (decide_in(&self.before), decide_in(&self.after))
    }

    /// A resource policy that leaves the decision to the caller's account, as if the resource's owner agreed.
    fn delegating(&self, request: &Request) -> Option<Arc<Policy>> {
        let account = request.caller.account().filter(|_| self.delegates)?;
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"*","Resource":"*"}}}}"#
        );
        Policy::parse("delegating", &text, Kind::Resource).ok()
    }
}

/// Lets an unknown identity side allow where another layer is what is changed.
fn stand_aside(layers: &mut Layers, layer: Layer, request: &Request) -> Result<(), DocumentError> {
    // Inside one account the resource's policy may allow alone, and is tried alone.
    let stands_alone = layer == Layer::Resource
        && request.is_same_account()
        && !matches!(request.action.service(), "sts" | "kms");
    if layer != Layer::Identity && !stands_alone && layers.identity.is_empty() {
        let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        layers.identity = vec![Policy::parse("unknown", text, Kind::Identity)?];
    }
    let nothing = |kind| {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:GetSessionToken","Resource":"*"}}"#;
        Policy::parse("unknown", text, kind)
    };
    // A layer that denied exists, though nothing of it is known.
    match layer {
        Layer::Boundary if layers.boundary.is_none() => {
            layers.boundary = Some(nothing(Kind::Boundary)?);
        }
        Layer::Session if layers.session.is_none() => {
            layers.session = Some(vec![nothing(Kind::Session)?]);
        }
        Layer::Scp if layers.scp.is_none() => layers.scp = Some(vec![Level::default()]),
        Layer::Vpce if layers.vpce.is_none() => layers.vpce = Some(Vec::new()),
        _ => {}
    }
    Ok(())
}

fn add(layers: &mut Layers, layer: Layer, document: Document) -> Result<(), DocumentError> {
    let joined = |known: &Arc<Policy>| {
        let mut statements = known.document().statements().to_vec();
        statements.extend(document.statements().iter().cloned());
        let joined = known.document().with_statements(statements)?;
        Ok::<_, DocumentError>(Policy::inline(known.name(), joined))
    };
    match layer {
        Layer::Identity => layers.identity.push(Policy::inline("proposed", document)),
        Layer::Boundary => layers.boundary = layers.boundary.as_ref().map(joined).transpose()?,
        Layer::Session => {
            layers
                .session
                .get_or_insert_default()
                .push(Policy::inline("proposed", document));
        }
        Layer::Scp => add_to_levels(layers.scp.get_or_insert_default(), &document),
        Layer::Rcp => add_to_levels(&mut layers.rcp, &document),
        Layer::Vpce => layers
            .vpce
            .get_or_insert_default()
            .push(Policy::inline("proposed", document)),
        Layer::Resource => {
            layers.resource = Some(match &layers.resource {
                Some(known) => joined(known)?,
                None => Policy::inline("proposed", document),
            });
        }
    }
    Ok(())
}

fn add_to_levels(levels: &mut [Level], document: &Document) {
    for level in levels {
        level
            .policies
            .push(Policy::inline("proposed", document.clone()));
    }
}

/// The kind of document that a layer takes for this request.
pub(super) fn kind(layer: Layer, request: &Request) -> Kind {
    match layer {
        Layer::Identity => Kind::Identity,
        Layer::Boundary => Kind::Boundary,
        Layer::Session => Kind::Session,
        Layer::Scp => Kind::Scp,
        Layer::Rcp => Kind::Rcp,
        Layer::Vpce => Kind::Vpce,
        Layer::Resource if is_trust(request) => Kind::Trust,
        Layer::Resource => Kind::Resource,
    }
}

/// Whether the resource's policy is a role's trust policy.
pub(super) fn is_trust(request: &Request) -> bool {
    let is_role = |arn: &Arn| arn.service() == "iam" && arn.resource().starts_with("role/");
    request.action.service() == "sts" && request.resource.arn().is_some_and(is_role)
}
