//! Managed policies on users, groups and roles: Attach, Detach, ListAttached.

use std::marker::PhantomData;

use iam::limits::check_one_more;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::holder::Holder;
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, names};
use crate::services::query::{Parameters, QueryCall, Xml};

#[derive(Debug)]
pub(super) struct Attach<H> {
    holder: String,
    policy_arn: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for Attach<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::ATTACH;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for Attach<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy_arn: names::policy_arn(parameters, "PolicyArn")?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about_change(iam, &self.holder).key("iam:PolicyARN", &self.policy_arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                if directory.policy(&call.policy_arn).is_none() {
                    return Err(ApiError::not_found(
                        "NoSuchEntity",
                        format!(
                            "Policy {} does not exist or is not attachable.",
                            call.policy_arn
                        ),
                    ));
                }
                H::change(directory, &call.holder, |_, policies| {
                    // Attaching again what is attached is no error.
                    if !policies.attached.contains(&call.policy_arn) {
                        let (most, quota) = H::ATTACHED;
                        check_one_more(policies.attached.len(), most, quota)?;
                    }
                    policies.attached.insert(call.policy_arn);
                    Ok(())
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct Detach<H> {
    holder: String,
    policy_arn: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for Detach<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::DETACH;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for Detach<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy_arn: names::policy_arn(parameters, "PolicyArn")?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about_change(iam, &self.holder).key("iam:PolicyARN", &self.policy_arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::change(directory, &call.holder, |_, policies| {
                    if policies.attached.remove(&call.policy_arn) {
                        return Ok(());
                    }
                    Err(ApiError::not_found(
                        "NoSuchEntity",
                        format!("Policy {} was not found.", call.policy_arn),
                    ))
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListAttached<H> {
    holder: String,
    path_prefix: String,
    page: PageRequest,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for ListAttached<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::LIST_ATTACHED;
    const READ_ONLY: bool = true;
}

impl<H: Holder> QueryCall<Iam> for ListAttached<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            path_prefix: names::path_prefix(parameters)?,
            page: PageRequest::read(parameters)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let (_, policies) = H::existing(&directory, &call.holder)?;
        let attached = policies
            .attached
            .iter()
            .filter_map(|arn| directory.policy(arn))
            .filter(|policy| policy.path.starts_with(&call.path_prefix));
        let page = call.page.take(attached, |policy| policy.arn.clone());
        let mut xml = Xml::new();
        xml.members("AttachedPolicies", &page.items, |xml, policy| {
            xml.text("PolicyName", &policy.name)
                .text("PolicyArn", &policy.arn);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
