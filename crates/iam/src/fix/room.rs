//! Whether a policy fits where it belongs.

use crate::lint::Home;
use crate::policy::{Document, counted_characters};
use crate::{CallerKind, Layer, Policy, Request};

/// What a proposed policy takes, and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Where it is to stand: managed where it does not fit inline.
    pub home: Home,
    /// Characters that it takes.
    pub takes: usize,
    /// Characters that are taken there already; `None` if that is not known.
    pub taken: Option<usize>,
    /// Characters that the place takes; `None` if no quota is documented.
    pub limit: Option<usize>,
    /// Whether it was to stand inline and does not fit there.
    pub is_full_inline: bool,
}

impl Room {
    pub(super) fn of(
        layer: Layer,
        request: &Request,
        document: &Document,
        taken: Option<usize>,
    ) -> Self {
        let home = home(layer, request);
        let takes = home.count(&document.to_compact_json());
        let is_inline = matches!(home, Home::User | Home::Role);
        let taken = taken.filter(|_| is_inline);
        let limit = home.limit();
        let is_full = limit.is_some_and(|limit| taken.unwrap_or(0) + takes > limit);
        if is_inline && is_full {
            return Self {
                home: Home::Managed,
                takes: counted_characters(&document.to_compact_json()),
                taken: Some(0),
                limit: Home::Managed.limit(),
                is_full_inline: true,
            };
        }
        Self {
            home,
            takes,
            taken,
            limit,
            is_full_inline: false,
        }
    }

    /// The room for what a policy grows by when `extended` takes its place.
    pub(super) fn of_growth(
        layer: Layer,
        request: &Request,
        policy: &Policy,
        extended: &Document,
        inline_counted: Option<usize>,
    ) -> Self {
        let home = match policy.arn() {
            Some(_) => Home::Managed,
            None => home(layer, request),
        };
        let count = |document: &Document| home.count(&document.to_compact_json());
        let before = count(policy.document());
        let is_shared = matches!(home, Home::User | Home::Role);
        Self {
            home,
            takes: count(extended).saturating_sub(before),
            taken: if is_shared {
                inline_counted
            } else {
                Some(before)
            },
            limit: home.limit(),
            is_full_inline: false,
        }
    }

    /// Whether the place takes it, as far as is known.
    pub(super) fn fits(&self) -> bool {
        self.limit
            .is_none_or(|limit| self.taken.unwrap_or(0) + self.takes <= limit)
    }

    /// What is left afterwards; `None` if it is not known.
    pub fn left(&self) -> Option<usize> {
        self.limit?.checked_sub(self.taken? + self.takes)
    }
}

fn home(layer: Layer, request: &Request) -> Home {
    match layer {
        Layer::Identity if matches!(request.caller.kind(), CallerKind::RoleSession { .. }) => {
            Home::Role
        }
        Layer::Identity => Home::User,
        Layer::Boundary => Home::Managed,
        Layer::Session => Home::Session,
        Layer::Scp | Layer::Rcp => Home::Organization,
        Layer::Vpce => Home::Endpoint,
        Layer::Resource if super::trial::is_trust(request) => Home::Trust,
        Layer::Resource if request.action.service() == "lambda" => Home::Function,
        Layer::Resource => Home::Bucket,
    }
}
