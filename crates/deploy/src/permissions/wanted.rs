//! What is asked for.

use super::{caller_policy, caller_role};
use crate::calls::{Caller, Compute, Part, Scope};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    // INVARIANT: its caller is what `caller` says
    scope: Scope,
    pub(super) caller: CallerChoice,
    pub(super) clip: bool,
    pub(super) budget: Option<Budget>,
}

/// Who is to start renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerChoice {
    /// Nobody, for now.
    Nobody,
    /// The user that the scope names, who deploys as well.
    User,
    /// A role that is made for what runs with it.
    Made(Compute),
    /// A role that exists, path included, and what runs with it where that is known.
    Existing {
        /// For example `team/api`.
        role: String,
        /// What runs with it.
        compute: Option<Compute>,
    },
}

impl CallerChoice {
    /// The managed policy that a role gets by which renders are started.
    pub(super) fn role_policy(&self) -> &'static str {
        caller_policy(match self {
            Self::Made(compute) => Some(*compute),
            Self::Existing { compute, .. } => *compute,
            Self::Nobody | Self::User => None,
        })
    }
}

/// A monthly budget, and who is told when most of it is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// US dollars a month, as a decimal number.
    pub usd: String,
    /// A mail address.
    pub notify: String,
}

impl Wanted {
    /// Permissions in `scope` for `caller`.
    #[must_use]
    pub fn new(mut scope: Scope, caller: CallerChoice) -> Self {
        scope.caller = match &caller {
            CallerChoice::Nobody | CallerChoice::User => Caller::User,
            CallerChoice::Made(compute) => Caller::Role {
                name: caller_role(*compute).to_owned(),
                compute: Some(*compute),
            },
            CallerChoice::Existing { role, compute } => Caller::Role {
                name: role.clone(),
                compute: *compute,
            },
        };
        Self {
            scope,
            caller,
            clip: false,
            budget: None,
        }
    }

    /// With the clip cutter's role, and the right to have clips cut.
    #[must_use]
    pub fn with_clip(mut self, clip: bool) -> Self {
        self.clip = clip;
        self
    }

    /// With a budget.
    #[must_use]
    pub fn with_budget(mut self, budget: Option<Budget>) -> Self {
        self.scope.budget = budget.is_some();
        self.budget = budget;
        self
    }

    /// Who is to start renders.
    #[must_use]
    pub fn caller(&self) -> &CallerChoice {
        &self.caller
    }

    /// Where, and in which variants.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The parts that the caller plays.
    #[must_use]
    pub fn parts_of_caller(&self) -> Vec<Part> {
        let mut parts = match self.caller {
            CallerChoice::Nobody => return Vec::new(),
            CallerChoice::User => vec![Part::Deployer, Part::Trigger],
            CallerChoice::Made(_) | CallerChoice::Existing { .. } => vec![Part::Trigger],
        };
        if self.clip {
            parts.push(Part::ClipInvoker);
        }
        parts
    }
}
