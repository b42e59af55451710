//! The parts of a document, as they were written.

use std::sync::Arc;

use super::Kind;
use crate::condition::Operator;
use crate::{Position, Span};

/// A policy document that obeys the grammar of its kind.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) source: Arc<str>,
    pub(super) span: Span,
    pub(super) kind: Kind,
    pub(super) version: Version,
    pub(super) id: Option<Text>,
    pub(super) statements: Vec<Statement>,
}

impl Document {
    /// What the document is used as.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text that it was read from, which may hold more than the document.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Where the document stands in its source.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The language version; absent means [`Version::V2008`].
    pub fn version(&self) -> Version {
        self.version
    }

    /// The `Id`, which only resource policies carry.
    pub fn id(&self) -> Option<&Text> {
        self.id.as_ref()
    }

    /// The statements, in the order written.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// First and last position of a span of this document.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        (span.start_in(&self.source), span.end_in(&self.source))
    }

    /// The size that AWS holds against its quotas: characters without white space.
    pub fn counted_characters(&self) -> usize {
        super::counted_characters(self.span.of(&self.source))
    }
}

/// Versions of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// `2008-10-17`, or none: variables are plain text.
    #[default]
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Version {
    /// The version as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

impl Effect {
    /// The effect as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// A string of a document with its place; numbers and booleans among condition values are held as their text.
#[derive(Debug, Clone)]
pub struct Text {
    /// The string, escapes resolved.
    pub value: Box<str>,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Texts are equal when their strings are, wherever they stand.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Text {}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The statement's own id.
    pub sid: Option<Text>,
    /// Allow or deny.
    pub effect: Effect,
    /// Whom it is about; only in kinds that name principals.
    pub principal: Option<PrincipalElement>,
    /// Which actions.
    pub action: ActionElement,
    /// Which resources; none in trust policies.
    pub resource: Option<ResourceElement>,
    /// Conditions, all of which must hold: one entry per operator and key.
    pub conditions: Vec<Condition>,
    /// From the opening to after the closing brace.
    pub span: Span,
}

impl Statement {
    /// Resource patterns and condition values: the texts in which variables count.
    pub(crate) fn texts_with_variables(&self) -> impl Iterator<Item = &Text> {
        let resources = self
            .resource
            .iter()
            .flat_map(|element| element.patterns().0);
        let values = self
            .conditions
            .iter()
            .flat_map(|condition| &condition.values);
        resources.chain(values)
    }
}

/// Statements are equal when they say the same in the same order, wherever they stand.
impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        let parts = |s: &Self| {
            (
                s.sid.clone(),
                s.effect,
                s.principal.clone(),
                s.action.clone(),
                s.resource.clone(),
            )
        };
        parts(self) == parts(other) && self.conditions == other.conditions
    }
}

impl Eq for Statement {}

/// `Action` or `NotAction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionElement {
    /// The actions that a pattern covers.
    Action(Vec<Text>),
    /// Every action that no pattern covers.
    NotAction(Vec<Text>),
}

impl ActionElement {
    /// The patterns, and whether they are excluded.
    pub fn patterns(&self) -> (&[Text], bool) {
        match self {
            Self::Action(patterns) => (patterns, false),
            Self::NotAction(patterns) => (patterns, true),
        }
    }
}

/// `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceElement {
    /// The resources that a pattern covers.
    Resource(Vec<Text>),
    /// Every resource that no pattern covers.
    NotResource(Vec<Text>),
}

impl ResourceElement {
    /// The patterns, and whether they are excluded.
    pub fn patterns(&self) -> (&[Text], bool) {
        match self {
            Self::Resource(patterns) => (patterns, false),
            Self::NotResource(patterns) => (patterns, true),
        }
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalElement {
    /// Those named.
    Principal(PrincipalMap),
    /// Everyone but those named.
    NotPrincipal(PrincipalMap),
}

/// The principals that an element names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalMap {
    /// The bare `"*"`.
    Everyone,
    /// Names by kind, in the order written.
    Named(Vec<(PrincipalKind, Vec<Text>)>),
}

impl PrincipalMap {
    /// Whether it names everyone: `"*"` or `{"AWS": "*"}` alone.
    pub fn is_everyone(&self) -> bool {
        match self {
            Self::Everyone => true,
            Self::Named(named) => matches!(
                named.as_slice(),
                [(PrincipalKind::Aws, names)] if matches!(names.as_slice(), [name] if &*name.value == "*")
            ),
        }
    }
}

/// The keys of a principal map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// Accounts, users, roles, sessions.
    Aws,
    /// AWS services.
    Service,
    /// Identity providers.
    Federated,
    /// S3 canonical user ids.
    CanonicalUser,
}

impl PrincipalKind {
    /// The key as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// One operator with one key and the values it is compared with.
#[derive(Debug, Clone)]
pub struct Condition {
    /// How to compare.
    pub operator: Operator,
    /// The key, as written.
    pub key: Text,
    /// The values; any of them satisfies a positive operator, none of them may equal under a negated one.
    pub values: Vec<Text>,
    /// From the key to the last value.
    pub span: Span,
}

/// Conditions are equal when they say the same, wherever they stand.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.operator == other.operator && self.key == other.key && self.values == other.values
    }
}

impl Eq for Condition {}
