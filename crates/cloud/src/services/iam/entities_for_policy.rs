//! ListEntitiesForPolicy: whom a managed policy is attached to, and whom it bounds.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Principal};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, managed_policy, names};
use crate::services::query::{Parameters, QueryCall, Xml, one_of};

#[derive(Debug)]
pub(super) struct ListEntitiesForPolicy {
    arn: String,
    kind: Option<String>,
    usage: Option<String>,
    path_prefix: String,
    page: PageRequest,
}

/// A user, group or role.
struct Entity<'a> {
    kind: Kind,
    name: &'a str,
    id: &'a str,
    path: &'a str,
    attached: bool,
    bounded: bool,
}

// In the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group,
    Role,
    User,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Group => "Group",
            Self::Role => "Role",
            Self::User => "User",
        }
    }
}

impl Operation for ListEntitiesForPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListEntitiesForPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListEntitiesForPolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let kinds = [
            "User",
            "Role",
            "Group",
            "LocalManagedPolicy",
            "AWSManagedPolicy",
        ];
        let usages = ["PermissionsPolicy", "PermissionsBoundary"];
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            kind: one_of(parameters, "EntityFilter", &kinds)?,
            usage: one_of(parameters, "PolicyUsageFilter", &usages)?,
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        managed_policy::existing(&directory, &call.arn)?;
        let found = entities(&directory, &call.arn).filter(|entity| call.wants(entity));
        let page = call.page.take(found, |entity| {
            format!("{}/{}", entity.kind.as_str(), entity.name.to_lowercase())
        });
        let mut xml = Xml::new();
        for kind in [Kind::Group, Kind::User, Kind::Role] {
            let name = kind.as_str();
            let of_kind = page.items.iter().filter(|entity| entity.kind == kind);
            xml.members(&format!("Policy{name}s"), of_kind, |xml, entity| {
                xml.text(&format!("{name}Name"), entity.name)
                    .text(&format!("{name}Id"), entity.id);
            });
        }
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

impl ListEntitiesForPolicy {
    fn wants(&self, entity: &Entity<'_>) -> bool {
        let used = match self.usage.as_deref() {
            Some("PermissionsPolicy") => entity.attached,
            Some("PermissionsBoundary") => entity.bounded,
            _ => entity.attached || entity.bounded,
        };
        used && entity.path.starts_with(&self.path_prefix)
            && self
                .kind
                .as_deref()
                .is_none_or(|kind| kind == entity.kind.as_str())
    }
}

/// All groups, roles and users, and what the policy is to them.
fn entities<'a>(directory: &'a Directory, arn: &'a str) -> impl Iterator<Item = Entity<'a>> {
    let groups = directory.groups().map(move |group| Entity {
        kind: Kind::Group,
        name: &group.name,
        id: &group.id,
        path: &group.path,
        attached: group.policies.attached.contains(arn),
        bounded: false,
    });
    let roles = directory
        .roles()
        .map(move |role| principal(Kind::Role, &role.principal, arn));
    let users = directory
        .users()
        .map(move |user| principal(Kind::User, &user.principal, arn));
    groups.chain(roles).chain(users)
}

fn principal<'a>(kind: Kind, principal: &'a Principal, arn: &str) -> Entity<'a> {
    Entity {
        kind,
        name: &principal.name,
        id: &principal.id,
        path: &principal.path,
        attached: principal.policies.attached.contains(arn),
        bounded: principal.boundary.as_deref() == Some(arn),
    }
}
