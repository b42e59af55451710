//! One consistent view of all principals and policies.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use iam::{Layers, Policy};

use crate::identity::entity::{
    AccessKey, Group, InstanceProfile, ManagedPolicy, Policies, Principal, Role, User,
};

/// All principals and policies of the account at one moment.
///
/// Names are unique whatever their case, so entries are found by their lower-case names. Copies
/// share their entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    pub(super) users: BTreeMap<String, Arc<User>>,
    pub(super) groups: BTreeMap<String, Arc<Group>>,
    pub(super) roles: BTreeMap<String, Arc<Role>>,
    pub(super) instance_profiles: BTreeMap<String, Arc<InstanceProfile>>,
    pub(super) policies: BTreeMap<String, Arc<ManagedPolicy>>,
    // Derived from `users` by `index`.
    key_owners: HashMap<String, Arc<User>>,
    // Derived from `groups` by `index`: the groups of a user, by its id.
    memberships: HashMap<String, Vec<Arc<Group>>>,
    // Derived from `policies` by `index`.
    names_by_arn: HashMap<String, String>,
}

impl Directory {
    /// A user by name, whatever its case.
    pub(crate) fn user(&self, name: &str) -> Option<&Arc<User>> {
        self.users.get(&name.to_lowercase())
    }

    /// A group by name, whatever its case.
    pub(crate) fn group(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.get(&name.to_lowercase())
    }

    /// A role by name, whatever its case.
    pub(crate) fn role(&self, name: &str) -> Option<&Arc<Role>> {
        self.roles.get(&name.to_lowercase())
    }

    /// A role by its whole ARN.
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Arc<Role>> {
        let name = arn.rsplit('/').next()?;
        self.role(name).filter(|role| role.principal.arn == arn)
    }

    /// An instance profile by name, whatever its case.
    pub(crate) fn instance_profile(&self, name: &str) -> Option<&Arc<InstanceProfile>> {
        self.instance_profiles.get(&name.to_lowercase())
    }

    /// A managed policy by its ARN.
    pub(crate) fn policy(&self, arn: &str) -> Option<&Arc<ManagedPolicy>> {
        self.policies.get(self.names_by_arn.get(arn)?)
    }

    /// A managed policy by name, whatever its case and path.
    pub(crate) fn policy_named(&self, name: &str) -> Option<&Arc<ManagedPolicy>> {
        self.policies.get(&name.to_lowercase())
    }

    /// Users, ascending by lower-case name.
    pub(crate) fn users(&self) -> impl Iterator<Item = &Arc<User>> {
        self.users.values()
    }

    /// Groups, ascending by lower-case name.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.values()
    }

    /// Roles, ascending by lower-case name.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.roles.values()
    }

    /// Instance profiles, ascending by lower-case name.
    pub(crate) fn instance_profiles(&self) -> impl Iterator<Item = &Arc<InstanceProfile>> {
        self.instance_profiles.values()
    }

    /// Managed policies, ascending by lower-case name.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Arc<ManagedPolicy>> {
        self.policies.values()
    }

    /// The groups that a user is in, ascending by lower-case name.
    pub(crate) fn groups_of<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a Arc<Group>> {
        self.groups()
            .filter(|group| group.members.contains(&user.principal.id))
    }

    /// The instance profiles of a role, ascending by lower-case name.
    pub(crate) fn instance_profiles_of<'a>(
        &'a self,
        role: &'a Role,
    ) -> impl Iterator<Item = &'a Arc<InstanceProfile>> {
        self.instance_profiles()
            .filter(|profile| profile.role.as_deref() == Some(role.principal.name.as_str()))
    }

    /// How many users, groups and roles a managed policy is attached to.
    pub(crate) fn attached_to(&self, policy_arn: &str) -> usize {
        let of_groups = self.groups.values().map(|group| &group.policies);
        self.principals()
            .map(|principal| &principal.policies)
            .chain(of_groups)
            .filter(|policies| policies.attached.contains(policy_arn))
            .count()
    }

    /// How many users and roles a managed policy bounds.
    pub(crate) fn bounded_by(&self, policy_arn: &str) -> usize {
        self.principals()
            .filter(|principal| principal.boundary.as_deref() == Some(policy_arn))
            .count()
    }

    fn principals(&self) -> impl Iterator<Item = &Principal> {
        let users = self.users.values().map(|user| &user.principal);
        let roles = self.roles.values().map(|role| &role.principal);
        users.chain(roles)
    }

    /// The long-term key with this id, and whose it is.
    pub(crate) fn access_key(&self, id: &str) -> Option<(&Arc<User>, &AccessKey)> {
        let owner = self.key_owners.get(id)?;
        let key = owner.keys.iter().find(|key| key.id == id)?;
        Some((owner, key))
    }

    /// The layers that bind a principal: its policies with those of its groups, and its boundary.
    /// Nothing if one of them cannot be found, in which case nothing may be allowed.
    pub(crate) fn layers(&self, principal: &Principal) -> Option<Layers> {
        let mut identity = self.compiled(&principal.policies)?;
        for group in self.memberships.get(&principal.id).into_iter().flatten() {
            identity.extend(self.compiled(&group.policies)?);
        }
        let boundary = match &principal.boundary {
            Some(arn) => Some(self.in_force(arn)?),
            None => None,
        };
        Some(Layers {
            identity,
            boundary,
            ..Layers::default()
        })
    }

    /// Inline policies and the versions in force of attached ones; nothing if one of these cannot
    /// be found.
    pub(crate) fn compiled(&self, policies: &Policies) -> Option<Vec<Arc<Policy>>> {
        let inline = policies
            .inline
            .values()
            .map(|inline| Some(Arc::clone(inline.policy())));
        let attached = policies.attached.iter().map(|arn| self.in_force(arn));
        inline.chain(attached).collect()
    }

    /// The version of a managed policy that is in force.
    pub(crate) fn in_force(&self, arn: &str) -> Option<Arc<Policy>> {
        Some(Arc::clone(self.policy(arn)?.in_force()?.document.policy()))
    }

    /// Puts a user in, in place of the one of that name.
    pub(crate) fn put_user(&mut self, user: User) {
        let key = user.principal.name.to_lowercase();
        self.users.insert(key, Arc::new(user));
    }

    /// Puts a group in, in place of the one of that name.
    pub(crate) fn put_group(&mut self, group: Group) {
        let key = group.name.to_lowercase();
        self.groups.insert(key, Arc::new(group));
    }

    /// Puts a role in, in place of the one of that name.
    pub(crate) fn put_role(&mut self, role: Role) {
        let key = role.principal.name.to_lowercase();
        self.roles.insert(key, Arc::new(role));
    }

    /// Puts an instance profile in, in place of the one of that name.
    pub(crate) fn put_instance_profile(&mut self, profile: InstanceProfile) {
        let key = profile.name.to_lowercase();
        self.instance_profiles.insert(key, Arc::new(profile));
    }

    /// Puts a managed policy in, in place of the one of that name.
    pub(crate) fn put_policy(&mut self, policy: ManagedPolicy) {
        let key = policy.name.to_lowercase();
        self.policies.insert(key, Arc::new(policy));
    }

    /// Takes a user out.
    pub(crate) fn remove_user(&mut self, name: &str) {
        self.users.remove(&name.to_lowercase());
    }

    /// Takes a group out.
    pub(crate) fn remove_group(&mut self, name: &str) {
        self.groups.remove(&name.to_lowercase());
    }

    /// Takes a role out.
    pub(crate) fn remove_role(&mut self, name: &str) {
        self.roles.remove(&name.to_lowercase());
    }

    /// Takes an instance profile out.
    pub(crate) fn remove_instance_profile(&mut self, name: &str) {
        self.instance_profiles.remove(&name.to_lowercase());
    }

    /// Takes a managed policy out.
    pub(crate) fn remove_policy(&mut self, name: &str) {
        self.policies.remove(&name.to_lowercase());
    }

    /// Brings what is derived up to date, before the view is published.
    pub(super) fn index(&mut self) {
        self.key_owners = self
            .users
            .values()
            .flat_map(|user| {
                user.keys
                    .iter()
                    .map(|key| (key.id.clone(), Arc::clone(user)))
            })
            .collect();
        self.memberships.clear();
        for group in self.groups.values() {
            for member in &group.members {
                self.memberships
                    .entry(member.clone())
                    .or_default()
                    .push(Arc::clone(group));
            }
        }
        self.names_by_arn = self
            .policies
            .iter()
            .map(|(name, policy)| (policy.arn.clone(), name.clone()))
            .collect();
    }
}
