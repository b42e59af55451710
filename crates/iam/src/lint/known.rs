//! What the table says about the action patterns of a document, looked up once for each.

use std::collections::HashMap;
use std::rc::Rc;

use crate::catalog::{KnownAction, ResourceType};
use crate::cover::{ActionPattern, ResourcePattern};

/// Patterns that were looked up.
#[derive(Default)]
pub(super) struct Known(HashMap<Box<str>, Rc<Looked>>);

/// An action pattern with the actions of the table that it covers.
pub(super) struct Looked {
    pub(super) pattern: ActionPattern,
    /// `None` if the table does not cover all that the pattern does.
    pub(super) actions: Option<Vec<KnownAction>>,
    // INVARIANT: the types of `actions`, each once.
    types: Vec<&'static ResourceType>,
}

impl Looked {
    /// Whether one of the actions may apply to a resource that `resource` covers; what the table does not decide may.
    pub(super) fn may_meet(&self, resource: &ResourcePattern) -> bool {
        let is_open = self.actions.as_ref().is_none_or(Vec::is_empty);
        is_open
            || *resource == ResourcePattern::Everything
            || self
                .types
                .iter()
                .any(|kind| kind.pattern().overlaps(resource))
    }
}

impl Known {
    pub(super) fn look(&mut self, pattern: &str) -> Rc<Looked> {
        if let Some(known) = self.0.get(pattern) {
            return Rc::clone(known);
        }
        let compiled = ActionPattern::parse(pattern);
        let actions: Option<Vec<KnownAction>> = compiled.known().map(Iterator::collect);
        let mut types: Vec<&'static ResourceType> = Vec::new();
        for kind in actions
            .iter()
            .flatten()
            .flat_map(KnownAction::resource_types)
        {
            if !types.iter().any(|known| std::ptr::eq(*known, kind)) {
                types.push(kind);
            }
        }
        let looked = Rc::new(Looked {
            pattern: compiled,
            actions,
            types,
        });
        self.0.insert(pattern.into(), Rc::clone(&looked));
        looked
    }
}
