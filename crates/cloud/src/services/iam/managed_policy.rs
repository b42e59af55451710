//! Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy.

use iam::calls::Slot;
use iam::limits::check_one_more;
use iam::names::Name;
use iam::policy::{Document, Kind};
use iam::{Arn, Policy};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Compiled, Directory, IdKind, ManagedPolicy, PolicyVersion, Tags, unique_id};
use crate::services::iam::limits::{LIMITS, limit_exceeded};
use crate::services::iam::page::PageRequest;
use crate::services::iam::user::made_with;
use crate::services::iam::{Iam, document, names, shapes};
use crate::services::query::{Parameters, QueryCall, Xml, one_of};

/// The managed policy with an ARN.
///
/// # Errors
/// `NoSuchEntity`
pub(super) fn existing<'a>(
    directory: &'a Directory,
    arn: &str,
) -> Result<&'a ManagedPolicy, ApiError> {
    match directory.policy(arn) {
        Some(policy) => Ok(policy.as_ref()),
        None => Err(ApiError::not_found(
            "NoSuchEntity",
            format!("Policy {arn} was not found."),
        )),
    }
}

/// A document as a managed policy, in its bounds.
///
/// # Errors
/// `LimitExceeded`
pub(super) fn compiled(name: &str, arn: &str, document: Document) -> Result<Compiled, ApiError> {
    if document.counted_characters() > LIMITS.managed_policy {
        return Err(limit_exceeded(format!(
            "Cannot exceed quota for PolicySize: {}",
            LIMITS.managed_policy
        )));
    }
    let arn = Arn::parse(arn)
        .map_err(|error| ApiError::bad_request("InvalidInput", error.to_string()))?;
    Ok(Policy::managed(name, arn, document).into())
}

#[derive(Debug)]
pub(super) struct CreatePolicy {
    name: String,
    path: String,
    document: Document,
    description: Option<String>,
    tags: Tags,
}

impl Operation for CreatePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "CreatePolicy";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for CreatePolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: names::name(parameters, "PolicyName", Name::Policy)?,
            path: names::path(parameters, Name::PolicyPath)?,
            document: document::document(parameters, "PolicyDocument", Kind::Identity)?,
            description: parameters.get("Description").map(str::to_owned),
            tags: names::tags(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        let arn = iam.arn("policy", &self.path, &self.name);
        made_with(
            Particulars::new().name(Slot::PolicyArn, arn),
            &self.tags,
            None,
        )
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        let arn = iam.arn("policy", &call.path, &call.name);
        let now = permit.request().at();
        let made = iam
            .identities
            .change(&permit, move |directory| {
                if directory.policy_named(&call.name).is_some() {
                    return Err(ApiError::conflict(
                        "EntityAlreadyExists",
                        format!(
                            "A policy called {} already exists. Duplicate names are not allowed.",
                            call.name
                        ),
                    ));
                }
                check_one_more(
                    directory.policies().count(),
                    LIMITS.policies,
                    "PoliciesPerAccount",
                )?;
                let version = PolicyVersion {
                    id: "v1".to_owned(),
                    created_at: now,
                    document: compiled(&call.name, &arn, call.document)?,
                };
                let policy = ManagedPolicy {
                    name: call.name,
                    path: call.path,
                    arn,
                    id: unique_id(IdKind::ManagedPolicy),
                    description: call.description,
                    created_at: now,
                    updated_at: now,
                    tags: call.tags,
                    default_version: version.id.clone(),
                    versions: vec![version],
                    next_version: 2,
                };
                directory.put_policy(policy.clone());
                Ok(policy)
            })
            .await?;
        let directory = iam.directory();
        let mut xml = Xml::new();
        xml.within("Policy", |xml| {
            shapes::managed_policy(xml, &made, &directory, true);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct GetPolicy {
    arn: String,
}

impl Operation for GetPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetPolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let arn = names::policy_arn(parameters, "PolicyArn")?;
        Ok(Self { arn })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let policy = existing(&directory, &call.arn)?;
        let mut xml = Xml::new();
        xml.within("Policy", |xml| {
            shapes::managed_policy(xml, policy, &directory, true);
        });
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct ListPolicies {
    path_prefix: String,
    only_attached: bool,
    // AWS has policies of its own; this cloud has none.
    only_those_of_aws: bool,
    page: PageRequest,
}

impl Operation for ListPolicies {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListPolicies";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for ListPolicies {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let scope = one_of(parameters, "Scope", &["All", "AWS", "Local"])?;
        Ok(Self {
            path_prefix: names::path_prefix(parameters)?,
            only_attached: parameters.flag("OnlyAttached"),
            only_those_of_aws: scope.as_deref() == Some("AWS"),
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        Particulars::new().name(Slot::PolicyArn, iam.arn("policy", &self.path_prefix, ""))
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let policies = directory.policies().filter(|policy| {
            policy.path.starts_with(&call.path_prefix)
                && !call.only_those_of_aws
                && (!call.only_attached || directory.attached_to(&policy.arn) > 0)
        });
        let page = call
            .page
            .take(policies, |policy| policy.name.to_lowercase());
        let mut xml = Xml::new();
        xml.members("Policies", &page.items, |xml, policy| {
            shapes::managed_policy(xml, policy, &directory, false);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeletePolicy {
    arn: String,
}

impl Operation for DeletePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeletePolicy";
    const READ_ONLY: bool = false;
}

impl QueryCall<Iam> for DeletePolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let arn = names::policy_arn(parameters, "PolicyArn")?;
        Ok(Self { arn })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        iam.about_policy(&self.arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                let policy = existing(directory, &call.arn)?;
                let in_use =
                    directory.attached_to(&call.arn) > 0 || directory.bounded_by(&call.arn) > 0;
                if in_use {
                    return Err(ApiError::conflict(
                        "DeleteConflict",
                        "Cannot delete a policy attached to entities.",
                    ));
                }
                if policy.versions.len() > 1 {
                    return Err(ApiError::conflict(
                        "DeleteConflict",
                        "This policy has more than one version. Before you delete a policy, you must delete the \
                         policy's versions. The default version is deleted with the policy.",
                    ));
                }
                let name = policy.name.clone();
                directory.remove_policy(&name);
                Ok(())
            })
            .await?;
        Ok(None)
    }
}
