//! What was removed and added, put so that each change is said once.

use std::fmt;

use crate::meaning::{Comparison, Meaning, Said, Unit};
use crate::policy::{Condition, Effect};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether the second document has it or lacks it.
    pub direction: Direction,
    /// The effect of the statements concerned.
    pub effect: Effect,
    /// What changed.
    pub what: What,
    /// The statement, in the document that has it, from 0.
    pub statement: usize,
}

/// Which of two documents has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// The first alone.
    Removed,
    /// The second alone.
    Added,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An action that the other document does not have at all.
    Action {
        /// The action as written.
        action: String,
        /// The resources that it is on.
        resources: Vec<String>,
    },
    /// A resource, for actions that the other document has on others.
    Resource {
        /// The resource as written.
        resource: String,
        /// The actions.
        actions: Vec<String>,
    },
    /// Conditions that are not those of the other document, on the same action and resource.
    Conditions {
        /// The conditions, as `operator key values`; none if there are none.
        conditions: Vec<String>,
        /// The actions.
        actions: Vec<String>,
        /// The resources.
        resources: Vec<String>,
    },
    /// Principals that the other document does not have, on the same action and resource.
    Principal {
        /// The actions.
        actions: Vec<String>,
        /// The resources.
        resources: Vec<String>,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.direction {
            Direction::Removed => '-',
            Direction::Added => '+',
        };
        write!(f, "{sign} {} ", self.effect.as_str())?;
        match &self.what {
            What::Action { action, resources } => {
                write!(f, "action {action} on {}", resources.join(", "))
            }
            What::Resource { resource, actions } => {
                write!(f, "resource {resource} for {}", actions.join(", "))
            }
            What::Conditions {
                conditions,
                actions,
                resources,
            } => {
                let under = match conditions.as_slice() {
                    [] => "without condition".to_owned(),
                    some => format!("if {}", some.join(" and ")),
                };
                write!(
                    f,
                    "{under}: {} on {}",
                    actions.join(", "),
                    resources.join(", ")
                )
            }
            What::Principal { actions, resources } => write!(
                f,
                "for other principals: {} on {}",
                actions.join(", "),
                resources.join(", ")
            ),
        }
    }
}

pub(super) fn changes(
    before: &Meaning<'_>,
    after: &Meaning<'_>,
    found: &Comparison<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for unit in &found.removed {
        add(&mut changes, Direction::Removed, unit, after);
    }
    for unit in &found.added {
        add(&mut changes, Direction::Added, unit, before);
    }
    changes
}

fn add(changes: &mut Vec<Change>, direction: Direction, unit: &Unit<'_>, other: &Meaning<'_>) {
    let new = what(unit, other);
    let effect = unit.said.effect();
    let same_place =
        |change: &&mut Change| change.direction == direction && change.effect == effect;
    let merged = changes
        .iter_mut()
        .filter(same_place)
        .any(|change| merge(&mut change.what, &new));
    if !merged {
        changes.push(Change {
            direction,
            effect,
            what: new,
            statement: unit.said.index,
        });
    }
}

fn what(unit: &Unit<'_>, other: &Meaning<'_>) -> What {
    let (action, resource) = (unit.action_text(), unit.resource_text());
    let same_effect = || {
        other
            .said
            .iter()
            .filter(|said| said.effect() == unit.said.effect())
    };
    let on_pair: Vec<&Said<'_>> = same_effect()
        .filter(|said| said.covers_pair(unit))
        .collect();
    if on_pair
        .iter()
        .any(|said| said.has_wider_principal(unit.said))
    {
        return What::Conditions {
            conditions: unit.said.statement.conditions.iter().map(shown).collect(),
            actions: vec![action],
            resources: vec![resource],
        };
    }
    if !on_pair.is_empty() {
        return What::Principal {
            actions: vec![action],
            resources: vec![resource],
        };
    }
    let is_known =
        same_effect().any(|said| said.actions.iter().any(|part| part.overlaps(unit.action())));
    if is_known {
        What::Resource {
            resource,
            actions: vec![action],
        }
    } else {
        What::Action {
            action,
            resources: vec![resource],
        }
    }
}

pub(super) fn shown(condition: &Condition) -> String {
    let values: Vec<&str> = condition.values.iter().map(|value| &*value.value).collect();
    format!(
        "{} {} {}",
        condition.operator,
        condition.key.value,
        values.join("|")
    )
}

/// Adds `new` to a change of the same thing; whether it is one.
fn merge(known: &mut What, new: &What) -> bool {
    match (known, new) {
        (
            What::Action { action, resources },
            What::Action {
                action: new_action,
                resources: more,
            },
        ) if action.eq_ignore_ascii_case(new_action) => extend(resources, more),
        (
            What::Resource { resource, actions },
            What::Resource {
                resource: new_resource,
                actions: more,
            },
        ) if resource == new_resource => extend(actions, more),
        (
            What::Conditions {
                conditions,
                actions,
                resources,
            },
            What::Conditions {
                conditions: new_conditions,
                actions: more_actions,
                resources: more_resources,
            },
        ) if conditions == new_conditions
            && (actions == more_actions || resources == more_resources) =>
        {
            extend(actions, more_actions) && extend(resources, more_resources)
        }
        (
            What::Principal { actions, resources },
            What::Principal {
                actions: more_actions,
                resources: more_resources,
            },
        ) if actions == more_actions || resources == more_resources => {
            extend(actions, more_actions) && extend(resources, more_resources)
        }
        _ => false,
    }
}

fn extend(known: &mut Vec<String>, more: &[String]) -> bool {
    for one in more {
        if !known.contains(one) {
            known.push(one.clone());
        }
    }
    true
}
