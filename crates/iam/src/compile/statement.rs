//! One statement, compiled.

use super::Notes;
use super::action::Actions;
use super::condition::Condition;
use super::principal::{Principals, Way};
use super::resource::Resources;
use crate::Request;
use crate::policy::{Document, Effect, Statement};
use crate::truth::Truth;

/// What the statement's own text does not tell at once. Where the text is enough, it is compared as it stands in the
/// document, which the policy keeps.
#[derive(Debug)]
pub(crate) struct CompiledStatement {
    effect: Effect,
    actions: Actions,
    principals: Option<Principals>,
    resources: Option<Resources>,
    conditions: Box<[Condition]>,
}

/// A statement that matches: its effect and in which way it is about the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) effect: Effect,
    pub(crate) way: Way,
}

impl CompiledStatement {
    pub(crate) fn of(statement: &Statement, document: &Document) -> Self {
        let (version, kind) = (document.version(), document.kind());
        Self {
            effect: statement.effect,
            actions: Actions::of(&statement.action),
            principals: statement.principal.as_ref().map(Principals::of),
            resources: statement
                .resource
                .as_ref()
                .map(|element| Resources::of(element, version, kind)),
            conditions: statement
                .conditions
                .iter()
                .map(|condition| Condition::of(condition, version))
                .collect(),
        }
    }

    /// As [`Resources::named`], of the resources of `statement`, from which this was compiled.
    pub(super) fn named<'t>(
        &self,
        statement: &'t Statement,
    ) -> Option<impl Iterator<Item = &'t str>> {
        let resources = self.resources.as_ref()?;
        resources.named(statement.resource.as_ref()?)
    }

    /// Whether `statement`, from which this was compiled, takes part in deciding `request`.
    ///
    /// A part whose meaning AWS does not document counts as matching in a Deny and as not matching in an Allow.
    // spec: iam/evaluation-logic#statement
    pub(crate) fn meet<'p>(
        &'p self,
        statement: &'p Statement,
        request: &Request,
        has_boundary: bool,
        notes: &mut impl Notes<'p>,
    ) -> Option<Match> {
        if !self.actions.cover(&statement.action, &request.action) {
            return None;
        }
        let way = match &self.principals {
            None => Way::Direct,
            Some(principals) => principals.cover(self.effect, &request.caller, has_boundary)?,
        };
        let resource = match (&self.resources, &statement.resource) {
            (Some(resources), Some(element)) => {
                resources.cover(element, &request.resource, &request.context, notes)
            }
            _ => Truth::Yes,
        };
        if resource == Truth::No {
            return None;
        }
        // All of them, not only up to the first that fails, so that every absent key is noted.
        let conditions = self
            .conditions
            .iter()
            .map(|condition| condition.holds(&request.context, notes));
        let applies = match (
            resource.and(conditions.fold(Truth::Yes, Truth::and)),
            self.effect,
        ) {
            (Truth::Yes, _) | (Truth::Unclear, Effect::Deny) => true,
            (Truth::No, _) | (Truth::Unclear, Effect::Allow) => false,
        };
        applies.then_some(Match {
            effect: self.effect,
            way,
        })
    }
}
