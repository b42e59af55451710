//! Entities in XML.

use iam::AccountId;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock::iso8601;
use crate::identity::{
    Directory, Group, InstanceProfile, ManagedPolicy, PolicyVersion, Principal, Role, Tags, User,
};
use crate::services::query::Xml;

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A policy document as answers carry it: percent-encoded.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, ENCODED).to_string()
}

/// `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`
pub(super) fn arn(account: AccountId, kind: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{path}{name}")
}

pub(super) fn time(xml: &mut Xml, name: &str, at: Timestamp) {
    xml.text(name, &iso8601(at));
}

/// The members of a user; tags and boundary where a single one is shown.
pub(super) fn user(xml: &mut Xml, user: &User, whole: bool) {
    let principal = &user.principal;
    xml.text("Path", &principal.path)
        .text("UserName", &principal.name)
        .text("UserId", &principal.id)
        .text("Arn", &principal.arn);
    time(xml, "CreateDate", principal.created_at);
    if whole {
        boundary(xml, principal);
        tags(xml, &principal.tags);
    }
}

/// The members of a group.
pub(super) fn group(xml: &mut Xml, group: &Group) {
    xml.text("Path", &group.path)
        .text("GroupName", &group.name)
        .text("GroupId", &group.id)
        .text("Arn", &group.arn);
    time(xml, "CreateDate", group.created_at);
}

/// The members of an instance profile; tags where a single one is shown.
pub(super) fn instance_profile(
    xml: &mut Xml,
    profile: &InstanceProfile,
    directory: &Directory,
    whole: bool,
) {
    xml.text("Path", &profile.path)
        .text("InstanceProfileName", &profile.name)
        .text("InstanceProfileId", &profile.id)
        .text("Arn", &profile.arn);
    time(xml, "CreateDate", profile.created_at);
    let held = profile
        .role
        .as_deref()
        .and_then(|name| directory.role(name));
    xml.members("Roles", held, |xml, held| role(xml, held, directory, false));
    if whole {
        tags(xml, &profile.tags);
    }
}

/// The members of a role; tags and boundary where a single one is shown.
pub(super) fn role(xml: &mut Xml, role: &Role, directory: &Directory, whole: bool) {
    let principal = &role.principal;
    xml.text("Path", &principal.path)
        .text("RoleName", &principal.name)
        .text("RoleId", &principal.id)
        .text("Arn", &principal.arn);
    time(xml, "CreateDate", principal.created_at);
    xml.text(
        "AssumeRolePolicyDocument",
        &encoded(&role.trust.shown(directory)),
    )
    .text_if("Description", role.description.as_deref())
    .text("MaxSessionDuration", &role.max_session_seconds.to_string());
    if whole {
        boundary(xml, principal);
        tags(xml, &principal.tags);
    }
}

/// The members of a managed policy; description and tags where a single one is shown.
pub(super) fn managed_policy(
    xml: &mut Xml,
    policy: &ManagedPolicy,
    directory: &Directory,
    whole: bool,
) {
    xml.text("PolicyName", &policy.name)
        .text("PolicyId", &policy.id)
        .text("Arn", &policy.arn)
        .text("Path", &policy.path)
        .text("DefaultVersionId", &policy.default_version)
        .text(
            "AttachmentCount",
            &directory.attached_to(&policy.arn).to_string(),
        )
        .text(
            "PermissionsBoundaryUsageCount",
            &directory.bounded_by(&policy.arn).to_string(),
        )
        .text("IsAttachable", "true");
    time(xml, "CreateDate", policy.created_at);
    time(xml, "UpdateDate", policy.updated_at);
    if whole {
        xml.text_if("Description", policy.description.as_deref());
        tags(xml, &policy.tags);
    }
}

/// The members of a version; the document where a single one is shown.
pub(super) fn policy_version(
    xml: &mut Xml,
    policy: &ManagedPolicy,
    version: &PolicyVersion,
    document: bool,
) {
    if document {
        xml.text("Document", &encoded(version.document.text()));
    }
    let in_force = version.id == policy.default_version;
    xml.text("VersionId", &version.id)
        .text("IsDefaultVersion", if in_force { "true" } else { "false" });
    time(xml, "CreateDate", version.created_at);
}

pub(super) fn boundary(xml: &mut Xml, principal: &Principal) {
    if let Some(arn) = &principal.boundary {
        xml.within("PermissionsBoundary", |xml| {
            xml.text("PermissionsBoundaryType", "Policy")
                .text("PermissionsBoundaryArn", arn);
        });
    }
}

pub(super) fn tags(xml: &mut Xml, tags: &Tags) {
    if tags.is_empty() {
        return;
    }
    xml.members("Tags", tags, |xml, (key, value)| tag(xml, key, value));
}

/// The members of a tag.
pub(super) fn tag(xml: &mut Xml, key: &str, value: &str) {
    xml.text("Key", key).text("Value", value);
}
