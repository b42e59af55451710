//! Which condition keys policies ask for: what a simulation has to be given.

use std::collections::BTreeMap;
use std::sync::Arc;

use iam::Policy;
use iam::calls::Slot;
use iam::policy::Kind;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::services::iam::Iam;
use crate::services::iam::policy_source::PolicySource;
use crate::services::iam::simulate::policies;
use crate::services::query::{Parameters, QueryCall, Xml};

/// The keys that given policies ask for.
#[derive(Debug)]
pub(super) struct GetContextKeysForCustomPolicy {
    policies: Vec<Arc<Policy>>,
}

impl Operation for GetContextKeysForCustomPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetContextKeysForCustomPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetContextKeysForCustomPolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        let policies = policies(parameters, "PolicyInputList", Kind::Identity)?;
        if policies.is_empty() {
            parameters.required("PolicyInputList")?;
        }
        Ok(Self { policies })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new()
    }

    async fn run(_: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        Ok(Some(answer(&call.policies)))
    }
}

/// The keys that the policies of a principal ask for, and others that are given.
#[derive(Debug)]
pub(super) struct GetContextKeysForPrincipalPolicy {
    source_arn: String,
    added: Vec<Arc<Policy>>,
}

impl Operation for GetContextKeysForPrincipalPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetContextKeysForPrincipalPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetContextKeysForPrincipalPolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            source_arn: parameters.required("PolicySourceArn")?.to_owned(),
            added: policies(parameters, "PolicyInputList", Kind::Identity)?,
        })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new().name(Slot::PolicySourceArn, &self.source_arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let source = PolicySource::find(&iam.directory(), &call.source_arn)?;
        let mut policies = source.layers.identity;
        policies.extend(call.added.iter().cloned());
        Ok(Some(answer(&policies)))
    }
}

/// Each key once, however it is spelled, in the spelling that comes first.
fn answer(policies: &[Arc<Policy>]) -> Xml {
    let mut keys = BTreeMap::new();
    for key in policies.iter().flat_map(|policy| policy.context_keys()) {
        keys.entry(key.to_lowercase()).or_insert(key);
    }
    let mut xml = Xml::new();
    xml.within("ContextKeyNames", |xml| {
        for key in keys.values() {
            xml.text("member", key);
        }
    });
    xml
}
