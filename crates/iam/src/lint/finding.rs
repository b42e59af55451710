//! One finding.

use crate::Span;

/// Something to say about a place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of finding it is.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// The place in the document's source.
    pub span: Span,
    /// What is found, and why it matters.
    pub message: String,
    /// What to write instead.
    pub fix: Option<String>,
}

/// The groups of findings, as IAM Access Analyzer has them; graver ones are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A part cannot work as it stands.
    Error,
    /// Something is given that should not be.
    SecurityWarning,
    /// Something probably does not do what was meant.
    Warning,
    /// Something can be said better.
    Suggestion,
}

impl Severity {
    /// Every group, the gravest first.
    pub const ALL: [Self; 4] = [
        Self::Error,
        Self::SecurityWarning,
        Self::Warning,
        Self::Suggestion,
    ];

    /// The words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::SecurityWarning => "security warning",
            Self::Warning => "warning",
            Self::Suggestion => "suggestion",
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What findings are about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// The code that reports show.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

rules! {
    /// No action has the name or matches the pattern.
    UnknownAction = "unknown-action",
    /// A wildcard in the part of an action that names the service.
    ServiceWildcard = "service-wildcard",
    /// Every action, or every action of a service.
    BroadAction = "broad-action",
    /// `NotAction` in an Allow.
    NotActionAllow = "not-action-allow",
    /// The action is deprecated.
    DeprecatedAction = "deprecated-action",
    /// No action of the statement can apply to the resource.
    ResourceWithoutAction = "resource-without-action",
    /// The action cannot apply to any resource of the statement.
    ActionWithoutResource = "action-without-resource",
    /// `*` where the actions take ARNs.
    NeedlessStar = "needless-star",
    /// `NotResource` in an Allow.
    NotResourceAllow = "not-resource-allow",
    /// An ARN with an impossible part.
    MalformedArn = "malformed-arn",
    /// An ARN with fewer than six parts.
    ShortArn = "short-arn",
    /// A wildcard in the word that names the type of resource.
    TypeWildcard = "type-wildcard",
    /// Text that was meant to be replaced.
    Placeholder = "placeholder",
    /// A role may be passed to any service.
    PassRole = "pass-role-without-service",
    /// No condition key has the name.
    UnknownKey = "unknown-condition-key",
    /// No action of the statement comes with the key.
    UnsupportedKey = "unsupported-condition-key",
    /// The operator does not fit the key's type.
    OperatorType = "operator-type",
    /// The operator cannot read the value.
    UnreadableValue = "unreadable-value",
    /// A set operator where it does not do what it seems to, or none where one is needed.
    SetOperator = "set-operator",
    /// A condition that no request can meet.
    NeverHolds = "condition-never-holds",
    /// Anyone may use what the statement gives.
    Everyone = "everyone",
    /// `NotPrincipal` in an Allow.
    NotPrincipalAllow = "not-principal-allow",
    /// A principal that names nobody.
    MalformedPrincipal = "malformed-principal",
    /// A service may act for anyone.
    ConfusedDeputy = "confused-deputy",
    /// An action that has no place in a trust policy.
    TrustAction = "trust-action",
    /// No version, or the old one.
    MissingVersion = "missing-version",
    /// A variable that is plain text, or that no request gives a value.
    Variable = "variable",
    /// Something that is said already.
    Redundant = "redundant",
    /// An element without a value.
    EmptyElement = "empty-element",
    /// More characters than the place takes.
    Size = "size",
}
