//! What a decision was and why.

use std::sync::Arc;

use super::Layer;
use crate::policy::{Effect, Statement};
use crate::{Policy, Position, Span};

/// The three answers, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Every layer that must allow does, and none denies.
    Allowed,
    /// A layer that must allow does not.
    ImplicitDeny,
    /// A statement denies.
    ExplicitDeny,
}

impl Decision {
    /// `allowed`, `implicitDeny` or `explicitDeny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "implicitDeny",
            Self::ExplicitDeny => "explicitDeny",
        }
    }

    /// Whether the request may go on.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}

/// A decision with its reasons. Enforcement, simulation, explanation and the denial message all read this.
#[derive(Debug, Clone)]
pub struct Record {
    /// The answer.
    pub decision: Decision,
    /// The layers that stood against it, in the order of [`Layer::ALL`]; empty exactly when allowed.
    ///
    /// On an explicit denial every layer with a denying statement, else every required layer without an allowing one.
    pub denied_by: Vec<Denial>,
    /// The one layer that a denial message names. Between accounts AWS names the resource's policy in some
    /// cases where it is the identity side that lacks.
    pub named: Option<Layer>,
    /// On an explicit denial the denying statements, else every statement that allowed in its layer.
    pub matched: Vec<Matched>,
    /// Condition keys that statements about this action and resource asked for and the request lacked, in lower
    /// case, ascending.
    pub missing_keys: Vec<Box<str>>,
}

impl Record {
    /// A call that any valid credential may make.
    pub(super) fn without_policies() -> Self {
        Self {
            decision: Decision::Allowed,
            denied_by: Vec::new(),
            named: None,
            matched: Vec::new(),
            missing_keys: Vec::new(),
        }
    }

    /// The layer that decided against the request: the first that stood against it.
    pub fn deciding(&self) -> Option<Denial> {
        self.denied_by.first().copied()
    }
}

/// A layer that stood against a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Denial {
    /// The layer.
    pub layer: Layer,
    /// Whether by a statement or by the lack of one.
    pub kind: DenialKind,
}

/// How a layer stands against a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenialKind {
    /// No statement allows.
    Implicit,
    /// A statement denies.
    Explicit,
}

/// A statement that matched the request.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The layer in which its policy took part.
    pub layer: Layer,
    /// The policy.
    pub policy: Arc<Policy>,
    /// The statement's place in it, from 0.
    pub index: usize,
}

impl Matched {
    /// The statement.
    pub fn statement(&self) -> &Statement {
        // INVARIANT: `index` came from compiling this very document.
        &self.policy.document().statements()[self.index]
    }

    /// Allow or deny.
    pub fn effect(&self) -> Effect {
        self.statement().effect
    }

    /// The statement's Sid.
    pub fn sid(&self) -> Option<&str> {
        self.statement().sid.as_ref().map(|sid| &*sid.value)
    }

    /// Where it stands in the policy's text.
    pub fn span(&self) -> Span {
        self.statement().span
    }

    /// First and last position in the policy's text.
    pub fn positions(&self) -> (Position, Position) {
        self.policy.document().positions(self.span())
    }
}
