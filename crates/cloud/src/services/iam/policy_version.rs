//! Versions of managed policies: Create, Get, List, Delete, SetDefault.

use iam::names::Name;
use iam::policy::{Document, Kind};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{ManagedPolicy, PolicyVersion};
use crate::services::iam::limits::{LIMITS, limit_exceeded};
use crate::services::iam::managed_policy::{compiled, existing};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, document, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml};

fn existing_version<'a>(
    policy: &'a ManagedPolicy,
    id: &str,
) -> Result<&'a PolicyVersion, ApiError> {
    policy.version(id).ok_or_else(|| {
        ApiError::not_found(
            "NoSuchEntity",
            format!(
                "Policy {} version {id} does not exist or is not attachable.",
                policy.arn
            ),
        )
    })
}

#[derive(Debug)]
pub(super) struct CreatePolicyVersion {
    arn: String,
    document: Document,
    set_default: bool,
}

impl Operation for CreatePolicyVersion {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreatePolicyVersion";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreatePolicyVersion {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            document: document::document(parameters, "PolicyDocument", Kind::Identity)?,
            set_default: parameters.flag("SetAsDefault"),
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let now = permit.request().at();
        let (policy, version) = iam
            .identities
            .change(&permit, move |directory| {
                let mut policy = existing(directory, &call.arn)?.clone();
                if policy.versions.len() >= LIMITS.versions_per_policy {
                    return Err(limit_exceeded(format!(
                        "A managed policy can have up to {} versions. Before you create a new version, you must \
                         delete an existing version.",
                        LIMITS.versions_per_policy
                    )));
                }
                let version = PolicyVersion {
                    id: format!("v{}", policy.next_version),
                    created_at: now,
                    document: compiled(&policy.name, &policy.arn, call.document)?,
                };
                policy.next_version += 1;
                policy.updated_at = now;
                if call.set_default {
                    policy.default_version.clone_from(&version.id);
                }
                policy.versions.push(version.clone());
                directory.put_policy(policy.clone());
                Ok((policy, version))
            })
            .await?;
        let mut xml = Xml::new();
        xml.within("PolicyVersion", |xml| {
            shapes::policy_version(xml, &policy, &version, false);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetPolicyVersion {
    arn: String,
    version: String,
}

impl Operation for GetPolicyVersion {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetPolicyVersion";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetPolicyVersion {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            version: names::name(parameters, "VersionId", Name::PolicyVersion)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let policy = existing(&directory, &call.arn)?;
        let version = existing_version(policy, &call.version)?;
        let mut xml = Xml::new();
        xml.within("PolicyVersion", |xml| {
            shapes::policy_version(xml, policy, version, true);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListPolicyVersions {
    arn: String,
    page: PageRequest,
}

impl Operation for ListPolicyVersions {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListPolicyVersions";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListPolicyVersions {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let policy = existing(&directory, &call.arn)?;
        // The newest first.
        let versions = policy.versions.iter().rev().enumerate();
        let page = call.page.take(versions, |(place, _)| place.to_string());
        let mut xml = Xml::new();
        xml.members("Versions", &page.items, |xml, (_, version)| {
            shapes::policy_version(xml, policy, version, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeletePolicyVersion {
    arn: String,
    version: String,
}

impl Operation for DeletePolicyVersion {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeletePolicyVersion";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeletePolicyVersion {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            version: names::name(parameters, "VersionId", Name::PolicyVersion)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let mut policy = existing(directory, &call.arn)?.clone();
                existing_version(&policy, &call.version)?;
                if policy.default_version == call.version {
                    return Err(ApiError::conflict(
                        "DeleteConflict",
                        "Cannot delete the default version of a policy.",
                    ));
                }
                policy.versions.retain(|version| version.id != call.version);
                directory.put_policy(policy);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct SetDefaultPolicyVersion {
    arn: String,
    version: String,
}

impl Operation for SetDefaultPolicyVersion {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "SetDefaultPolicyVersion";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for SetDefaultPolicyVersion {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            arn: names::policy_arn(parameters, "PolicyArn")?,
            version: names::name(parameters, "VersionId", Name::PolicyVersion)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let now = permit.request().at();
        iam.identities
            .change(&permit, move |directory| {
                let mut policy = existing(directory, &call.arn)?.clone();
                existing_version(&policy, &call.version)?;
                policy.default_version = call.version;
                policy.updated_at = now;
                directory.put_policy(policy);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
