//! Patterns of actions.

use super::Pattern;
use crate::catalog::{self, KnownAction, Service};
use crate::wildcard::Glob;

/// A pattern of actions, compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ActionPattern {
    written: Box<str>,
    lower: Pattern,
}

impl ActionPattern {
    pub(crate) fn parse(text: &str) -> Self {
        Self {
            written: text.into(),
            lower: Pattern::parse(&text.to_ascii_lowercase(), false),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.lower.covers(&other.lower)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.lower.overlaps(&other.lower)
    }

    /// Whether it names one action.
    pub(crate) fn is_literal(&self) -> bool {
        self.lower.is_literal()
    }

    /// The one service whose actions it covers; `None` if there is a wildcard in that part.
    pub(crate) fn prefix(&self) -> Option<&str> {
        let (prefix, _) = self.written.split_once(':')?;
        (!prefix.contains(['*', '?'])).then_some(prefix)
    }

    /// The service, where the table covers it.
    pub(crate) fn service(&self) -> Option<&'static Service> {
        catalog::service(self.prefix()?)
    }

    /// Every action of the table that it covers; `None` if it may cover others, of services that the table lacks.
    pub(crate) fn known(&self) -> Option<impl Iterator<Item = KnownAction> + use<>> {
        let service = self.service()?;
        let glob = Glob::parse(&self.written.to_ascii_lowercase());
        Some(
            service
                .actions()
                .filter(move |action| glob.matches(action.lower())),
        )
    }
}
