//! Inline policies of users, groups and roles: Put, Get, Delete, List.

use std::marker::PhantomData;

use iam::Policy;
use iam::limits::check_size;
use iam::names::Name;
use iam::policy::{Document, Kind};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::holder::Holder;
use crate::services::iam::page::PageRequest;
use crate::services::iam::shapes::encoded;
use crate::services::iam::{Iam, document, names};
use crate::services::query::{Parameters, QueryCall, Xml};

fn no_such_policy<H: Holder>(policy: &str) -> ApiError {
    ApiError::not_found(
        "NoSuchEntity",
        format!("The {} policy with name {policy} cannot be found.", H::KIND),
    )
}

#[derive(Debug)]
pub(super) struct PutPolicy<H> {
    holder: String,
    policy: String,
    document: Document,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for PutPolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::PUT;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for PutPolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            document: document::document(parameters, "PolicyDocument", Kind::Identity)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about_change(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::change(directory, &call.holder, |name, policies| {
                    let policy = Policy::inline(&call.policy, call.document);
                    policies.inline.insert(call.policy.clone(), policy.into());
                    let sizes = policies
                        .inline
                        .values()
                        .map(|inline| inline.policy().document().counted_characters());
                    let holder = format!("{} {name}", H::KIND);
                    Ok(check_size(sizes, H::INLINE_SIZE, &holder)?)
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct GetPolicy<H> {
    holder: String,
    policy: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for GetPolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::GET;
    const READ_ONLY: bool = true;
}

impl<H: Holder> QueryCall<Iam> for GetPolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let (name, policies) = H::existing(&directory, &call.holder)?;
        let policy = policies
            .inline
            .get(&call.policy)
            .ok_or_else(|| no_such_policy::<H>(&call.policy))?;
        let mut xml = Xml::new();
        xml.text(H::PARAMETER, name)
            .text("PolicyName", &call.policy)
            .text("PolicyDocument", &encoded(policy.text()));
        Ok(Some(xml))
    }
}

#[derive(Debug)]
pub(super) struct DeletePolicy<H> {
    holder: String,
    policy: String,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for DeletePolicy<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::DELETE;
    const READ_ONLY: bool = false;
}

impl<H: Holder> QueryCall<Iam> for DeletePolicy<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
            policy: names::name(parameters, "PolicyName", Name::Policy)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        H::about_change(iam, &self.holder)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                H::change(directory, &call.holder, |_, policies| {
                    match policies.inline.remove(&call.policy) {
                        Some(_) => Ok(()),
                        None => Err(no_such_policy::<H>(&call.policy)),
                    }
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListPolicies<H> {
    holder: String,
    page: PageRequest,
    of: PhantomData<H>,
}

impl<H: Holder> Operation for ListPolicies<H> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = H::LIST;
    const READ_ONLY: bool = true;
}

impl<H: Holder> QueryCall<Iam> for ListPolicies<H> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            holder: names::name(parameters, H::PARAMETER, H::NAME)?,
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
        let page = call
            .page
            .take(policies.inline.keys(), |name| (*name).clone());
        let mut xml = Xml::new();
        xml.within("PolicyNames", |xml| {
            for name in &page.items {
                xml.text("member", name);
            }
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
