//! Services with their actions and resource types.

use std::fmt;

use super::condition_key::{ConditionKey, global};
use super::marks;
use crate::cover::ResourcePattern;
use crate::{Arn, Resource};

/// A service of the table.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    pub(super) keys: Vec<ConditionKey>,
    pub(super) key_sets: Vec<Vec<usize>>,
    pub(super) types: Vec<ResourceType>,
    // INVARIANT: ascending by the name in lower case.
    pub(super) actions: Vec<ActionRow>,
}

#[derive(Debug)]
pub(super) struct ActionRow {
    pub(super) name: &'static str,
    // INVARIANT: `prefix:name` in lower case.
    pub(super) lower: Box<str>,
    pub(super) levels: &'static str,
    pub(super) key_set: usize,
    pub(super) types: Vec<usize>,
}

/// A kind of resource and the form of its ARNs.
#[derive(Debug)]
pub struct ResourceType {
    name: &'static str,
    written: &'static str,
    pattern: ResourcePattern,
    key_set: usize,
}

/// An action of the table.
#[derive(Debug, Clone, Copy)]
pub struct KnownAction {
    service: &'static Service,
    row: &'static ActionRow,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Lists resources.
    List,
    /// Reads.
    Read,
    /// Changes.
    Write,
    /// Changes who may do what.
    Permissions,
    /// Changes tags alone.
    Tagging,
}

impl Service {
    pub(super) fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            keys: Vec::new(),
            key_sets: Vec::new(),
            types: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// The prefix of its actions.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// Every action, ascending by name.
    pub fn actions(&'static self) -> impl Iterator<Item = KnownAction> {
        self.actions
            .iter()
            .map(move |row| KnownAction { service: self, row })
    }

    /// The action with this name, in whatever case.
    pub fn action(&'static self, name: &str) -> Option<KnownAction> {
        let found = self
            .actions
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(name));
        found.map(|row| KnownAction { service: self, row })
    }

    /// Its resource types.
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.types
    }

    /// Its condition keys.
    pub fn condition_keys(&self) -> &[ConditionKey] {
        &self.keys
    }

    fn keys_of(&self, set: usize) -> impl Iterator<Item = &ConditionKey> {
        let places = self
            .key_sets
            .get(set)
            .map(Vec::as_slice)
            .unwrap_or_default();
        places.iter().filter_map(|place| self.keys.get(*place))
    }
}

impl ResourceType {
    pub(super) fn new(name: &'static str, written: &'static str, key_set: usize) -> Self {
        Self {
            name,
            written,
            pattern: ResourcePattern::of_type(written),
            key_set,
        }
    }

    /// AWS's name of the type, such as `object`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The form of its ARNs, every gap a `*`.
    pub fn arn_form(&self) -> String {
        format!("arn:*:{}", self.written.replace('~', "*"))
    }

    /// The form of its ARNs as AWS's reference writes it, but for the names of the gaps in the last part, which are
    /// all `${Name}` here.
    pub fn arn_template(&self) -> String {
        let mut parts = self.written.splitn(4, ':');
        let mut part = |gap: &str| parts.next().unwrap_or_default().replace(['*', '~'], gap);
        let service = part("${Service}");
        let (region, account) = (part("${Region}"), part("${Account}"));
        let resource = part("${Name}");
        format!("arn:${{Partition}}:{service}:{region}:{account}:{resource}")
    }

    /// Whether an ARN has the form.
    pub fn has_form_of(&self, arn: &Arn) -> bool {
        self.pattern
            .overlaps(&ResourcePattern::exactly(arn.as_str()))
    }

    pub(crate) fn pattern(&self) -> &ResourcePattern {
        &self.pattern
    }
}

impl KnownAction {
    /// The service.
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// The name without the prefix.
    pub fn name(&self) -> &'static str {
        self.row.name
    }

    /// What it does; some do several things.
    pub fn levels(&self) -> impl Iterator<Item = Level> + use<> {
        self.row.levels.chars().filter_map(|letter| match letter {
            'l' => Some(Level::List),
            'r' => Some(Level::Read),
            'w' => Some(Level::Write),
            'p' => Some(Level::Permissions),
            't' => Some(Level::Tagging),
            _ => None,
        })
    }

    /// The types of resource that it acts on; none if requests name no resource, so that only `*` covers them.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static ResourceType> + use<> {
        let (service, row) = (self.service, self.row);
        row.types
            .iter()
            .filter_map(|place| service.types.get(*place))
    }

    /// Whether a request for it can name `resource`.
    pub fn applies_to(&self, resource: &Resource) -> bool {
        match resource.arn() {
            None => self.row.types.is_empty(),
            Some(arn) => self.resource_types().any(|kind| kind.has_form_of(arn)),
        }
    }

    /// Whether a request for it can name a resource that the pattern covers.
    pub(crate) fn can_meet(&self, pattern: &ResourcePattern) -> bool {
        match pattern {
            ResourcePattern::Everything => true,
            _ => self
                .resource_types()
                .any(|kind| kind.pattern().overlaps(pattern)),
        }
    }

    /// The condition keys that it supports besides the global ones.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static ConditionKey> + use<> {
        let (service, row) = (self.service, self.row);
        let of_types = self
            .resource_types()
            .flat_map(|kind| service.keys_of(kind.key_set));
        service.keys_of(row.key_set).chain(of_types)
    }

    /// Whether it can come with the condition key `key`.
    pub fn supports(&self, key: &str) -> bool {
        let is_global = key
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
        (is_global && global(key).is_some()) || self.condition_keys().any(|known| known.is(key))
    }

    /// Why nobody should use it any more.
    pub fn deprecated(&self) -> Option<&'static str> {
        marks::deprecated(self.service.prefix, self.row.name)
    }

    /// Whether no API call has its name: it is asked for as part of other calls.
    pub fn is_permission_only(&self) -> bool {
        marks::is_permission_only(self.service.prefix, self.row.name)
    }

    /// `prefix:name` in lower case.
    pub(crate) fn lower(&self) -> &'static str {
        &self.row.lower
    }
}

impl fmt::Display for KnownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.prefix, self.row.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::action;

    #[test]
    fn actions_know_their_resources() {
        for (name, resource, applies) in [
            ("s3:PutObject", "arn:aws:s3:::b/k", true),
            ("s3:PutObject", "arn:aws:s3:::b", false),
            ("s3:ListBucket", "arn:aws:s3:::b", true),
            ("s3:ListBucket", "arn:aws:s3:::b/k", false),
            ("s3:ListAllMyBuckets", "*", true),
            ("s3:ListAllMyBuckets", "arn:aws:s3:::b", false),
            (
                "lambda:InvokeFunction",
                "arn:aws:lambda:us-east-1:111122223333:function:f:prod",
                true,
            ),
            (
                "lambda:InvokeFunction",
                "arn:aws:lambda:us-east-1:111122223333:layer:f",
                false,
            ),
            (
                "iam:PassRole",
                "arn:aws-cn:iam::111122223333:role/a/b",
                true,
            ),
        ] {
            let known = action(name).unwrap();
            assert_eq!(
                known.applies_to(&resource.parse().unwrap()),
                applies,
                "{name} {resource}"
            );
        }
    }

    #[test]
    fn actions_know_their_keys() {
        let pass = action("iam:PassRole").unwrap();
        assert!(pass.supports("iam:passedtoservice") && pass.supports("aws:SourceIp"));
        assert!(!pass.supports("s3:prefix") && !pass.supports("aws:Nonesuch"));
        assert!(pass.is_permission_only());
        assert!(action("s3:ListBucket").unwrap().supports("s3:prefix"));
    }
}
