//! What was done to shorten a document.

use std::fmt;

/// One change; statements are counted from 0 in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A pattern that another of its list covers was left out.
    Covered {
        /// The statement.
        statement: usize,
        /// The pattern.
        pattern: String,
        /// What covers it.
        by: String,
    },
    /// A resource that no action of its statement can be about was left out.
    WithoutAction {
        /// The statement.
        statement: usize,
        /// The resource.
        resource: String,
    },
    /// An action that can be about no resource of its statement was left out.
    WithoutResource {
        /// The statement.
        statement: usize,
        /// The action.
        action: String,
    },
    /// A statement was left out that no request can be about.
    Idle {
        /// The statement.
        statement: usize,
    },
    /// A statement was added to another.
    Merged {
        /// The statement that is gone.
        statement: usize,
        /// The one that says it now.
        into: usize,
    },
    /// A statement that another covers was left out.
    Said {
        /// The statement.
        statement: usize,
        /// What covers it.
        by: usize,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Covered {
                statement,
                pattern,
                by,
            } => write!(f, "statement {statement}: {pattern} is covered by {by}"),
            Self::WithoutAction {
                statement,
                resource,
            } => write!(
                f,
                "statement {statement}: no action can apply to {resource}"
            ),
            Self::WithoutResource { statement, action } => {
                write!(
                    f,
                    "statement {statement}: {action} can apply to no resource of it"
                )
            }
            Self::Idle { statement } => {
                write!(
                    f,
                    "statement {statement}: no action of it can apply to a resource of it"
                )
            }
            Self::Merged { statement, into } => {
                write!(f, "statement {statement} is part of statement {into}")
            }
            Self::Said { statement, by } => {
                write!(f, "statement {statement} is covered by statement {by}")
            }
        }
    }
}
