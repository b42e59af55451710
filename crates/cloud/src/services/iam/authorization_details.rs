//! GetAccountAuthorizationDetails: everybody with all policies, in one list.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Group, ManagedPolicy, Policies, Role, User};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, shapes};
use crate::services::query::{Parameters, QueryCall, Xml, check_one_of};

const KINDS: [&str; 5] = [
    "User",
    "Role",
    "Group",
    "LocalManagedPolicy",
    "AWSManagedPolicy",
];

#[derive(Debug)]
pub(super) struct GetAccountAuthorizationDetails {
    // Empty for all.
    kinds: Vec<String>,
    page: PageRequest,
}

/// One entry of the list.
enum Entry<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(&'a ManagedPolicy),
}

impl Entry<'_> {
    /// Ascending in the order in which entries are listed.
    fn key(&self) -> String {
        match self {
            Self::User(user) => format!("1/{}", user.principal.name.to_lowercase()),
            Self::Group(group) => format!("2/{}", group.name.to_lowercase()),
            Self::Role(role) => format!("3/{}", role.principal.name.to_lowercase()),
            Self::Policy(policy) => format!("4/{}", policy.name.to_lowercase()),
        }
    }
}

impl Operation for GetAccountAuthorizationDetails {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetAccountAuthorizationDetails";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetAccountAuthorizationDetails {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let kinds = parameters.list("Filter");
        for kind in &kinds {
            check_one_of("filter", kind, &KINDS)?;
        }
        Ok(Self {
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new()
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let wants = |kind: &str| call.kinds.is_empty() || call.kinds.iter().any(|one| one == kind);
        let users = directory.users().map(|user| Entry::User(user));
        let groups = directory.groups().map(|group| Entry::Group(group));
        let roles = directory.roles().map(|role| Entry::Role(role));
        // AWS has policies of its own; this cloud has none.
        let policies = directory.policies().map(|policy| Entry::Policy(policy));
        let entries = users
            .filter(|_| wants("User"))
            .chain(groups.filter(|_| wants("Group")))
            .chain(roles.filter(|_| wants("Role")))
            .chain(policies.filter(|_| wants("LocalManagedPolicy")));
        let page = call.page.take(entries, Entry::key);
        let mut xml = Xml::new();
        write(&mut xml, &page.items, &directory);
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

fn write(xml: &mut Xml, entries: &[Entry<'_>], directory: &Directory) {
    let users = entries.iter().filter_map(|entry| match entry {
        Entry::User(user) => Some(user),
        _ => None,
    });
    xml.members("UserDetailList", users, |xml, user| {
        write_user(xml, user, directory);
    });
    let groups = entries.iter().filter_map(|entry| match entry {
        Entry::Group(group) => Some(group),
        _ => None,
    });
    xml.members("GroupDetailList", groups, |xml, group| {
        shapes::group(xml, group);
        write_policies(xml, "GroupPolicyList", &group.policies, directory);
    });
    let roles = entries.iter().filter_map(|entry| match entry {
        Entry::Role(role) => Some(role),
        _ => None,
    });
    xml.members("RoleDetailList", roles, |xml, role| {
        write_role(xml, role, directory);
    });
    let policies = entries.iter().filter_map(|entry| match entry {
        Entry::Policy(policy) => Some(policy),
        _ => None,
    });
    xml.members("Policies", policies, |xml, policy| {
        shapes::managed_policy(xml, policy, directory, false);
        xml.text_if("Description", policy.description.as_deref());
        // The newest first.
        let versions = policy.versions.iter().rev();
        xml.members("PolicyVersionList", versions, |xml, version| {
            shapes::policy_version(xml, policy, version, true);
        });
    });
}

fn write_user(xml: &mut Xml, user: &User, directory: &Directory) {
    shapes::user(xml, user, true);
    xml.within("GroupList", |xml| {
        for group in directory.groups_of(user) {
            xml.text("member", &group.name);
        }
    });
    let policies = &user.principal.policies;
    write_policies(xml, "UserPolicyList", policies, directory);
}

fn write_role(xml: &mut Xml, role: &Role, directory: &Directory) {
    shapes::role(xml, role, directory, true);
    let profiles = directory.instance_profiles_of(role);
    xml.members("InstanceProfileList", profiles, |xml, profile| {
        shapes::instance_profile(xml, profile, directory, false);
    });
    let policies = &role.principal.policies;
    write_policies(xml, "RolePolicyList", policies, directory);
}

fn write_policies(xml: &mut Xml, inline: &str, policies: &Policies, directory: &Directory) {
    xml.members(inline, &policies.inline, |xml, (name, policy)| {
        xml.text("PolicyName", name)
            .text("PolicyDocument", &shapes::encoded(policy.text()));
    });
    let attached = policies
        .attached
        .iter()
        .filter_map(|arn| directory.policy(arn));
    xml.members("AttachedManagedPolicies", attached, |xml, policy| {
        xml.text("PolicyName", &policy.name)
            .text("PolicyArn", &policy.arn);
    });
}
