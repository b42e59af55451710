//! What setup would do, before it does anything.

use std::fmt;

/// The steps in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Those that change something and those that are done.
    pub steps: Vec<Step>,
}

/// One thing that there should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub what: What,
    /// How it stands.
    pub state: State,
}

/// A thing that setup makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A managed policy, by its name.
    Policy(String),
    /// A role, by its name without path.
    Role(String),
    /// A managed policy of a role.
    RolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
    },
    /// The instance profile around a role, by their name.
    InstanceProfile(String),
    /// A user, by its name.
    User(String),
    /// A managed policy of a user.
    UserPolicy {
        /// The user's name.
        user: String,
        /// The policy's name.
        policy: String,
    },
    /// An access key of a user.
    Key(String),
    /// The budget.
    Budget,
}

/// How a thing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Done,
    /// It is not there and will be made.
    Missing,
    /// It is ours and will be corrected; says what differs.
    Differs(String),
    /// It differs and carries no tag of ours: it is not touched. Says what differs.
    Foreign(String),
}

/// Something is in the way that is not ours to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} not ours to change: {}", if .0.len() == 1 { "this is" } else { "these are" }, .0.join("; "))]
pub struct Foreign(pub Vec<String>);

impl Plan {
    /// The steps that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        let is_change = |step: &&Step| matches!(step.state, State::Missing | State::Differs(_));
        self.steps.iter().filter(is_change)
    }

    /// Refuses a plan that would have to change what is not ours.
    ///
    /// # Errors
    /// [`Foreign`] names all of it.
    pub fn permitted(&self) -> Result<(), Foreign> {
        let foreign: Vec<_> = self
            .steps
            .iter()
            .filter_map(|step| match &step.state {
                State::Foreign(why) => Some(format!("{} {why}", step.what)),
                _ => None,
            })
            .collect();
        if foreign.is_empty() {
            Ok(())
        } else {
            Err(Foreign(foreign))
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(name) => write!(f, "policy {name}"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::RolePolicy { role, policy } => write!(f, "policy {policy} of role {role}"),
            Self::InstanceProfile(name) => write!(f, "instance profile {name}"),
            Self::User(name) => write!(f, "user {name}"),
            Self::UserPolicy { user, policy } => write!(f, "policy {policy} of user {user}"),
            Self::Key(user) => write!(f, "access key of user {user}"),
            Self::Budget => write!(f, "budget {}", super::BUDGET_NAME),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("is there"),
            Self::Missing => f.write_str("will be made"),
            Self::Differs(what) => write!(f, "will be corrected: {what}"),
            Self::Foreign(what) => write!(f, "is not ours, and {what}"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.state)
    }
}
