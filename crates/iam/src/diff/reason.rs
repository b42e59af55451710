//! Where the second document is tighter than the first, statement by statement, and why.

use std::fmt;

use super::change::shown;
use crate::meaning::{Comparison, Meaning, Said, Unit};
use crate::policy::Effect;

/// What a statement of the first document allows and the second does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tightening {
    /// The statement, in the first document, from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// The actions, as written.
    pub actions: Vec<String>,
    /// The resources, as written.
    pub resources: Vec<String>,
    /// Why the second allows less.
    pub reasons: Vec<Reason>,
}

/// Why the second document allows less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It has no such action.
    NoSuchAction,
    /// It names these actions, the first a pattern.
    NamedActions(Vec<String>),
    /// It names these resources, the first all.
    NamedResources(Vec<String>),
    /// It names this region, the first a pattern.
    Region(String),
    /// It names this account, the first a pattern.
    Account(String),
    /// It names narrower resources of the same kind.
    NarrowerNames(Vec<String>),
    /// It has the action on resources that the first does not mean here.
    OtherResources(Vec<String>),
    /// It has these conditions, the first none or others.
    Conditions(Vec<String>),
    /// It names other principals.
    Principals,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchAction => f.write_str("the second has no such action"),
            Self::NamedActions(actions) => {
                write!(f, "a pattern of actions; the second names {}", few(actions))
            }
            Self::NamedResources(resources) => {
                write!(f, "every resource; the second names {}", few(resources))
            }
            Self::Region(region) => write!(f, "every region; the second names {region}"),
            Self::Account(account) => write!(f, "every account; the second names {account}"),
            Self::NarrowerNames(names) => {
                write!(f, "broader names; the second has {}", few(names))
            }
            Self::OtherResources(resources) => {
                write!(
                    f,
                    "the second has it on other resources: {}",
                    few(resources)
                )
            }
            Self::Conditions(conditions) => write!(
                f,
                "without the condition of the second: {}",
                conditions.join(" and ")
            ),
            Self::Principals => f.write_str("for principals that the second does not name"),
        }
    }
}

/// How many names are shown of a list.
const SHOWN: usize = 4;

fn few(names: &[String]) -> String {
    match names.get(SHOWN..) {
        Some(more) if !more.is_empty() => {
            format!("{} and {} more", names[..SHOWN].join(", "), more.len())
        }
        _ => names.join(", "),
    }
}

/// What the units that are gone have in common, by statement.
pub(super) fn tightenings(after: &Meaning<'_>, found: &Comparison<'_>) -> Vec<Tightening> {
    let mut told: Vec<Tightening> = Vec::new();
    let allowed = |unit: &&Unit<'_>| unit.said.effect() == Effect::Allow;
    for unit in found.removed.iter().filter(allowed) {
        let (action, resource) = (unit.action_text(), unit.resource_text());
        let reasons = reasons(unit, after);
        let known = told.iter_mut().find(|known| {
            known.statement == unit.said.index
                && known.reasons == reasons
                && (known.resources == [resource.as_str()] || known.actions == [action.as_str()])
        });
        match known {
            Some(known) => {
                add(&mut known.actions, action);
                add(&mut known.resources, resource);
            }
            None => told.push(Tightening {
                statement: unit.said.index,
                sid: sid(unit.said),
                actions: vec![action],
                resources: vec![resource],
                reasons,
            }),
        }
    }
    told
}

fn sid(said: &Said<'_>) -> Option<String> {
    said.statement.sid.as_ref().map(|sid| sid.value.to_string())
}

fn add(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn reasons(unit: &Unit<'_>, after: &Meaning<'_>) -> Vec<Reason> {
    let near: Vec<Unit<'_>> = after
        .units()
        .filter(|other| other.said.effect() == Effect::Allow)
        .filter(|other| other.action().overlaps(unit.action()) && !other.is_impossible())
        .collect();
    if near.is_empty() {
        return vec![Reason::NoSuchAction];
    }
    let mut reasons = Vec::new();
    if !near
        .iter()
        .any(|other| other.action().covers(unit.action()))
    {
        reasons.push(Reason::NamedActions(texts(&near, Unit::action_text)));
    }
    let meeting: Vec<Unit<'_>> = near
        .iter()
        .filter(|other| other.resource().overlaps(unit.resource()))
        .copied()
        .collect();
    if meeting.is_empty() {
        reasons.push(Reason::OtherResources(texts(&near, Unit::resource_text)));
        return reasons;
    }
    if !meeting
        .iter()
        .any(|other| other.resource().covers(unit.resource()))
    {
        reasons.extend(about_names(
            &unit.resource_text(),
            &texts(&meeting, Unit::resource_text),
        ));
    }
    let is_free = |other: &&Unit<'_>| other.said.has_wider_conditions(unit.said);
    let held = meeting.iter().filter(|other| !is_free(other));
    let mut conditions = Vec::new();
    for condition in held.flat_map(|other| &other.said.statement.conditions) {
        add(&mut conditions, shown(condition));
    }
    if !meeting.iter().any(|other| is_free(&other)) && !conditions.is_empty() {
        reasons.push(Reason::Conditions(conditions));
    }
    if !meeting
        .iter()
        .any(|other| other.said.has_wider_principal(unit.said))
    {
        reasons.push(Reason::Principals);
    }
    reasons
}

fn texts<'m>(units: &[Unit<'m>], text: impl Fn(&Unit<'m>) -> String) -> Vec<String> {
    let mut found = Vec::new();
    for unit in units {
        add(&mut found, text(unit));
    }
    found
}

/// How a resource is broader than those that it meets.
fn about_names(broad: &str, narrow: &[String]) -> Vec<Reason> {
    if broad == "*" {
        return vec![Reason::NamedResources(narrow.to_vec())];
    }
    let part = |text: &str, index: usize| {
        text.splitn(6, ':')
            .nth(index)
            .unwrap_or_default()
            .to_owned()
    };
    let named = |index: usize| {
        let mut names = Vec::new();
        narrow
            .iter()
            .for_each(|text| add(&mut names, part(text, index)));
        let is_pattern = part(broad, index).contains(['*', '?']);
        let is_named = names
            .iter()
            .all(|name| !name.contains(['*', '?']) && !name.is_empty());
        (is_pattern && is_named).then(|| names.join(", "))
    };
    let mut reasons = Vec::new();
    reasons.extend(named(3).map(Reason::Region));
    reasons.extend(named(4).map(Reason::Account));
    let is_same_name = narrow.iter().any(|text| part(text, 5) == part(broad, 5));
    if !is_same_name || reasons.is_empty() {
        reasons.push(Reason::NarrowerNames(narrow.to_vec()));
    }
    reasons
}
