//! One document under test, with layers around it that stand aside.

use std::sync::Arc;

use crate::policy::{Document, DocumentError, Kind};
use crate::{Decision, Layers, Level, Policy, Request, decide};

/// Layers in which a document alone decides, as far as its kind can.
#[derive(Debug)]
pub(crate) struct Bench(Layers);

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

impl Bench {
    pub(crate) fn of(document: Document) -> Self {
        let kind = document.kind();
        let policy = Policy::inline("policy", document);
        let mut layers = Layers::default();
        if kind != Kind::Identity {
            layers.identity = everything().into_iter().collect();
        }
        match kind {
            Kind::Identity => layers.identity = vec![policy],
            Kind::Boundary => layers.boundary = Some(policy),
            Kind::Session => layers.session = Some(vec![policy]),
            Kind::Scp => layers.scp = Some(vec![level(policy)]),
            Kind::Rcp => layers.rcp = vec![level(policy)],
            Kind::Resource | Kind::Trust => layers.resource = Some(policy),
            Kind::Vpce => layers.vpce = Some(vec![policy]),
        }
        Self(layers)
    }

    pub(crate) fn decide(&self, request: &Request) -> Decision {
        decide(&self.0, request)
    }
}

fn level(policy: Arc<Policy>) -> Level {
    Level {
        target: "account".into(),
        policies: vec![policy],
    }
}

fn everything() -> Result<Arc<Policy>, DocumentError> {
    Policy::parse("everything", EVERYTHING, Kind::Identity)
}
