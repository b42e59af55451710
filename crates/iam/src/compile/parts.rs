//! What each part of a statement says to a request, apart from the others.

use super::Silent;
use super::action::Actions;
use super::condition::Condition;
use super::principal::{Principals, Way};
use super::resource::Resources;
use super::statement::CompiledStatement;
use crate::Request;
use crate::policy::{Document, Statement};
use crate::truth::Truth;

/// The answers of a statement's parts.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) action: bool,
    /// `None` if the statement names no principals.
    pub(crate) principal: Option<Option<Way>>,
    /// `None` if the statement names no resources.
    pub(crate) resource: Option<Truth>,
    /// One answer for each condition, in their order.
    pub(crate) conditions: Vec<Truth>,
    /// Whether the statement takes part in the decision.
    pub(crate) applies: bool,
}

impl Parts {
    pub(crate) fn of(
        statement: &Statement,
        document: &Document,
        request: &Request,
        has_boundary: bool,
    ) -> Self {
        let (version, kind) = (document.version(), document.kind());
        let context = &request.context;
        let principal = statement.principal.as_ref();
        let resource = statement.resource.as_ref();
        let condition = |condition| Condition::of(condition, version).holds(context, &mut Silent);
        let compiled = CompiledStatement::of(statement, document);
        Self {
            action: Actions::of(&statement.action).cover(&statement.action, &request.action),
            principal: principal.map(|element| {
                Principals::of(element).cover(statement.effect, &request.caller, has_boundary)
            }),
            resource: resource.map(|element| {
                Resources::of(element, version, kind).cover(
                    element,
                    &request.resource,
                    context,
                    &mut Silent,
                )
            }),
            conditions: statement.conditions.iter().map(condition).collect(),
            applies: compiled
                .meet(statement, request, has_boundary, &mut Silent)
                .is_some(),
        }
    }
}
