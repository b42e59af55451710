//! Statements, read for what they cover.

use super::part::Part;
use crate::condition::Quantifier;
use crate::cover::{ActionPattern, ResourcePattern};
use crate::policy::{
    ActionElement, Condition, Document, Effect, PrincipalElement, PrincipalMap, ResourceElement,
    Statement,
};

/// A document's statements, read for what they cover.
#[derive(Debug)]
pub(crate) struct Meaning<'d> {
    pub(crate) said: Vec<Said<'d>>,
}

/// One statement: each action on each resource.
#[derive(Debug)]
pub(crate) struct Said<'d> {
    /// The statement's place in its document.
    pub(crate) index: usize,
    pub(crate) statement: &'d Statement,
    pub(crate) actions: Vec<Part<ActionPattern>>,
    pub(crate) resources: Vec<Part<ResourcePattern>>,
}

/// One action part of a statement on one of its resource parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<'m> {
    pub(crate) said: &'m Said<'m>,
    pub(crate) action: usize,
    pub(crate) resource: usize,
}

impl<'d> Meaning<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        let said = |(index, statement)| Said::of(document, index, statement);
        Self {
            said: document.statements().iter().enumerate().map(said).collect(),
        }
    }

    /// Every unit, statement by statement.
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        self.said.iter().flat_map(Said::units)
    }

    /// How many units there are.
    pub(crate) fn count(&self) -> usize {
        self.said
            .iter()
            .map(|said| said.actions.len().saturating_mul(said.resources.len()))
            .fold(0, usize::saturating_add)
    }
}

impl<'d> Said<'d> {
    pub(crate) fn of(document: &Document, index: usize, statement: &'d Statement) -> Self {
        let action = |text: &crate::policy::Text| ActionPattern::parse(&text.value);
        let resource = |text: &crate::policy::Text| {
            ResourcePattern::parse(&text.value, document.version(), document.kind())
        };
        let actions = match &statement.action {
            ActionElement::Action(texts) => texts.iter().map(action).map(Part::One).collect(),
            ActionElement::NotAction(texts) => {
                vec![Part::Others(texts.iter().map(action).collect())]
            }
        };
        let resources = match &statement.resource {
            None => vec![Part::One(ResourcePattern::Everything)],
            Some(ResourceElement::Resource(texts)) => {
                texts.iter().map(resource).map(Part::One).collect()
            }
            Some(ResourceElement::NotResource(texts)) => {
                vec![Part::Others(texts.iter().map(resource).collect())]
            }
        };
        Self {
            index,
            statement,
            actions,
            resources,
        }
    }

    pub(crate) fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        (0..self.actions.len()).flat_map(move |action| {
            (0..self.resources.len()).map(move |resource| Unit {
                said: self,
                action,
                resource,
            })
        })
    }

    /// Whether the statement has the effect of `unit` and applies wherever that does.
    pub(crate) fn covers(&self, unit: &Unit<'_>) -> bool {
        self.effect() == unit.said.effect()
            && self.covers_pair(unit)
            && self.has_wider_principal(unit.said)
            && self.has_wider_conditions(unit.said)
    }

    /// Whether it is about the action and the resource of `unit`.
    pub(crate) fn covers_pair(&self, unit: &Unit<'_>) -> bool {
        self.actions.iter().any(|part| part.covers(unit.action()))
            && self
                .resources
                .iter()
                .any(|part| part.covers(unit.resource()))
    }

    pub(crate) fn effect(&self) -> Effect {
        self.statement.effect
    }

    /// Whether every principal of `other` is one of this.
    pub(crate) fn has_wider_principal(&self, other: &Said<'_>) -> bool {
        match (&self.statement.principal, &other.statement.principal) {
            (None, None) => true,
            (Some(PrincipalElement::Principal(PrincipalMap::Everyone)), Some(_)) => true,
            (
                Some(PrincipalElement::Principal(ours)),
                Some(PrincipalElement::Principal(theirs)),
            ) => lists_all(ours, theirs),
            (
                Some(PrincipalElement::NotPrincipal(ours)),
                Some(PrincipalElement::NotPrincipal(theirs)),
            ) => lists_all(ours, theirs) && lists_all(theirs, ours),
            _ => false,
        }
    }

    /// Whether every condition here is met wherever those of `other` are.
    pub(crate) fn has_wider_conditions(&self, other: &Said<'_>) -> bool {
        self.statement.conditions.iter().all(|ours| {
            other
                .statement
                .conditions
                .iter()
                .any(|theirs| is_met_with(ours, theirs))
        })
    }
}

impl<'m> Unit<'m> {
    pub(crate) fn action(&self) -> &'m Part<ActionPattern> {
        &self.said.actions[self.action]
    }

    pub(crate) fn resource(&self) -> &'m Part<ResourcePattern> {
        &self.said.resources[self.resource]
    }

    /// The action as written; of `NotAction` all that it lists.
    pub(crate) fn action_text(&self) -> String {
        match &self.said.statement.action {
            ActionElement::Action(texts) => texts[self.action].value.to_string(),
            ActionElement::NotAction(texts) => format!("NotAction {}", joined(texts)),
        }
    }

    /// The resource as written; of `NotResource` all that it lists.
    pub(crate) fn resource_text(&self) -> String {
        match &self.said.statement.resource {
            None => "*".to_owned(),
            Some(ResourceElement::Resource(texts)) => texts[self.resource].value.to_string(),
            Some(ResourceElement::NotResource(texts)) => format!("NotResource {}", joined(texts)),
        }
    }

    /// Whether the table of actions says that no request can be about both.
    pub(crate) fn is_impossible(&self) -> bool {
        is_impossible(self.action(), self.resource())
    }
}

/// Whether the table of actions says that no request can be about both; `false` where it does not decide.
pub(crate) fn is_impossible(
    action: &Part<ActionPattern>,
    resource: &Part<ResourcePattern>,
) -> bool {
    let (Part::One(action), Part::One(resource)) = (action, resource) else {
        return false;
    };
    let Some(mut known) = action.known() else {
        return false;
    };
    let mut any = false;
    let none_meets = known.all(|known| {
        any = true;
        !known.can_meet(resource)
    });
    any && none_meets
}

fn joined(texts: &[crate::policy::Text]) -> String {
    texts
        .iter()
        .map(|text| &*text.value)
        .collect::<Vec<_>>()
        .join(", ")
}

fn lists_all(ours: &PrincipalMap, theirs: &PrincipalMap) -> bool {
    match (ours, theirs) {
        (PrincipalMap::Everyone, PrincipalMap::Everyone) => true,
        (PrincipalMap::Named(ours), PrincipalMap::Named(theirs)) => {
            theirs.iter().all(|(kind, names)| {
                names.iter().all(|name| {
                    ours.iter()
                        .any(|(our_kind, our_names)| our_kind == kind && our_names.contains(name))
                })
            })
        }
        _ => false,
    }
}

/// Whether `ours` holds wherever `theirs` does.
fn is_met_with(ours: &Condition, theirs: &Condition) -> bool {
    let (left, right) = (ours.operator, theirs.operator);
    let same_test = (left.quantifier, left.test, left.negated, left.if_exists)
        == (right.quantifier, right.test, right.negated, right.if_exists);
    if !same_test || !ours.key.value.eq_ignore_ascii_case(&theirs.key.value) {
        return false;
    }
    let lists = |all: &Condition, some: &Condition| {
        some.values.iter().all(|value| all.values.contains(value))
    };
    // Of a positive operator more values are wider; of a negated one fewer are. An empty list has a meaning of its own.
    if ours.values.is_empty() || theirs.values.is_empty() || left.quantifier != Quantifier::Single {
        lists(ours, theirs) && lists(theirs, ours)
    } else if left.negated {
        lists(theirs, ours)
    } else {
        lists(ours, theirs)
    }
}
