//! SimulatePrincipalPolicy: what a principal could do.

use std::sync::Arc;

use iam::calls::Slot;
use iam::policy::Kind;
use iam::{
    AccountId, Action, Arn, Caller, Context, Decision, Layer, Layers, Matched, Policy, Record,
    Request, Resource,
};

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Principal};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, document};
use crate::services::query::{Parameters, QueryCall, Xml, parameter_error};

#[derive(Debug)]
pub(super) struct SimulatePrincipalPolicy {
    source_arn: String,
    added: Vec<Arc<Policy>>,
    boundary: Option<Arc<Policy>>,
    actions: Vec<Action>,
    resources: Vec<Resource>,
    resource_policy: Option<Arc<Policy>>,
    resource_owner: Option<AccountId>,
    context: Context,
    page: PageRequest,
}

impl Operation for SimulatePrincipalPolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "SimulatePrincipalPolicy";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for SimulatePrincipalPolicy {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        for absent in [
            "PolicyExclusionList.member.1",
            "ResourceHandlingOption",
            "CallerArn",
        ] {
            if parameters.get(absent).is_some() {
                return Err(ApiError::not_implemented(&format!(
                    "simulation with {absent}"
                )));
            }
        }
        let boundaries = policies(
            parameters,
            "PermissionsBoundaryPolicyInputList",
            Kind::Boundary,
        )?;
        if boundaries.len() > 1 {
            return Err(invalid_input(
                "Only one permissions boundary policy can be given.",
            ));
        }
        let actions = parameters
            .list("ActionNames")
            .into_iter()
            .map(|name| {
                Action::parse(name).map_err(|_| invalid_input(&format!("Invalid Entity: {name}")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if actions.is_empty() {
            parameters.required("ActionNames")?;
        }
        let mut resources = parameters
            .list("ResourceArns")
            .into_iter()
            .map(|arn| {
                arn.parse()
                    .map_err(|_| invalid_input(&format!("Invalid ARN: {arn}")))
            })
            .collect::<Result<Vec<Resource>, _>>()?;
        if resources.is_empty() {
            resources.push(Resource::UNNAMED);
        }
        let resource_policy = match parameters.get("ResourcePolicy") {
            None => None,
            Some(_) => {
                let document = document::document(parameters, "ResourcePolicy", Kind::Resource)?;
                Some(Policy::inline("ResourcePolicy", document))
            }
        };
        Ok(Self {
            source_arn: parameters.required("PolicySourceArn")?.to_owned(),
            added: policies(parameters, "PolicyInputList", Kind::Identity)?,
            boundary: boundaries.into_iter().next(),
            actions,
            resources,
            resource_policy,
            resource_owner: owner(parameters)?,
            context: context(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new().name(Slot::PolicySourceArn, &self.source_arn)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let (principal, caller) = source(&directory, &call.source_arn)?;
        let mut layers = directory
            .layers(principal)
            .ok_or_else(|| invalid_input("A policy of the principal cannot be found."))?;
        layers.identity.extend(call.added.iter().cloned());
        if let Some(boundary) = &call.boundary {
            layers.boundary = Some(Arc::clone(boundary));
        }
        layers.resource.clone_from(&call.resource_policy);
        let owner = call.resource_owner.unwrap_or(iam.account);
        let results = call.actions.iter().enumerate().map(|(place, action)| {
            let records = call.resources.iter().map(|resource| {
                let request = Request {
                    caller: caller.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    resource_account: owner,
                    context: call.context.clone(),
                };
                (resource, iam::evaluate(&layers, &request))
            });
            (place, action, records.collect::<Vec<_>>())
        });
        let page = call.page.take(results, |(place, ..)| format!("{place:06}"));
        let mut xml = Xml::new();
        xml.members(
            "EvaluationResults",
            &page.items,
            |xml, (_, action, records)| {
                write_result(xml, action, records, &layers);
            },
        );
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}

/// The principal that is asked about, and how it would call.
fn source<'a>(directory: &'a Directory, arn: &str) -> Result<(&'a Principal, Caller), ApiError> {
    let invalid = || invalid_input(&format!("Invalid Entity Arn: {arn}"));
    let parsed = Arn::parse(arn).map_err(|_| invalid())?;
    let name = arn.rsplit('/').next().unwrap_or_default();
    let gone = |kind: &str| {
        ApiError::not_found(
            "NoSuchEntity",
            format!("The {kind} with name {name} cannot be found."),
        )
    };
    match parsed.resource().split_once('/') {
        Some(("user", _)) => {
            let user = directory
                .user(name)
                .filter(|user| user.principal.arn == arn)
                .ok_or_else(|| gone("user"))?;
            let caller = Caller::parse(arn).map_err(|_| invalid())?;
            Ok((&user.principal, caller.with_unique_id(&user.principal.id)))
        }
        Some(("role", _)) => {
            let role = directory.role_by_arn(arn).ok_or_else(|| gone("role"))?;
            let caller = Caller::role_session(parsed, "simulation").map_err(|_| invalid())?;
            Ok((&role.principal, caller.with_unique_id(&role.principal.id)))
        }
        _ => Err(invalid()),
    }
}

fn policies(parameters: &Parameters, list: &str, kind: Kind) -> Result<Vec<Arc<Policy>>, ApiError> {
    (1..=parameters.list(list).len())
        .map(|index| {
            let document = document::document(parameters, &format!("{list}.member.{index}"), kind)?;
            Ok(Policy::inline(&format!("{list}.{index}"), document))
        })
        .collect()
}

fn owner(parameters: &Parameters) -> Result<Option<AccountId>, ApiError> {
    let Some(owner) = parameters.get("ResourceOwner") else {
        return Ok(None);
    };
    let account = match Arn::parse(owner) {
        Ok(arn) => arn.account().parse(),
        Err(_) => owner.parse(),
    };
    account
        .map(Some)
        .map_err(|_| invalid_input(&format!("Invalid ResourceOwner: {owner}")))
}

fn context(parameters: &Parameters) -> Result<Context, ApiError> {
    let mut context = Context::new();
    for prefix in parameters.structures("ContextEntries") {
        let key = parameters.required(&format!("{prefix}ContextKeyName"))?;
        let values = parameters.list(&format!("{prefix}ContextKeyValues"));
        let kind = parameters.required(&format!("{prefix}ContextKeyType"))?;
        match (kind.strip_suffix("List"), values.as_slice()) {
            (Some(_), values) => {
                context.set_list(key, values.iter().copied());
            }
            (None, [value]) => {
                context.set(key, *value);
            }
            (None, _) => {
                return Err(parameter_error(&format!(
                    "Value at 'contextEntries' failed to satisfy constraint: {key} of type {kind} takes one value"
                )));
            }
        }
    }
    Ok(context)
}

/// One result per action: the most restrictive of its resources, then each of them.
fn write_result(xml: &mut Xml, action: &Action, records: &[(&Resource, Record)], layers: &Layers) {
    let decision = records
        .iter()
        .map(|(_, record)| record.decision)
        .max_by_key(|decision| match decision {
            Decision::Allowed => 0,
            Decision::ImplicitDeny => 1,
            Decision::ExplicitDeny => 2,
        })
        .unwrap_or(Decision::ImplicitDeny);
    let name = match records {
        [(only, _)] => only.as_str(),
        _ => "*",
    };
    xml.text("EvalActionName", action.as_str())
        .text("EvalResourceName", name)
        .text("EvalDecision", decision.as_str());
    write_reasons(xml, records.iter().map(|(_, record)| record));
    write_boundary(xml, layers, records.iter().map(|(_, record)| record));
    xml.members(
        "ResourceSpecificResults",
        records,
        |xml, (resource, record)| {
            xml.text("EvalResourceName", resource.as_str())
                .text("EvalResourceDecision", record.decision.as_str());
            write_reasons(xml, [record]);
            write_boundary(xml, layers, [record]);
        },
    );
}

fn write_reasons<'a>(xml: &mut Xml, records: impl IntoIterator<Item = &'a Record> + Clone) {
    let matched = records
        .clone()
        .into_iter()
        .flat_map(|record| &record.matched);
    xml.members("MatchedStatements", matched, write_statement);
    let mut missing: Vec<&str> = records
        .into_iter()
        .flat_map(|record| record.missing_keys.iter().map(AsRef::as_ref))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    xml.within("MissingContextValues", |xml| {
        for key in missing {
            xml.text("member", key);
        }
    });
}

fn write_statement(xml: &mut Xml, matched: &Matched) {
    let kind = match (matched.layer, matched.policy.arn()) {
        (Layer::Resource, _) => "resource",
        (_, Some(_)) => "user-managed",
        (_, None) => "none",
    };
    let (start, end) = matched.positions();
    xml.text("SourcePolicyId", matched.policy.name())
        .text("SourcePolicyType", kind);
    for (name, position) in [("StartPosition", start), ("EndPosition", end)] {
        xml.within(name, |xml| {
            xml.text("Line", &position.line.to_string())
                .text("Column", &position.column.to_string());
        });
    }
}

fn write_boundary<'a>(
    xml: &mut Xml,
    layers: &Layers,
    records: impl IntoIterator<Item = &'a Record>,
) {
    if layers.boundary.is_none() {
        return;
    }
    let denied = records.into_iter().any(|record| {
        record
            .denied_by
            .iter()
            .any(|denial| denial.layer == Layer::Boundary)
    });
    xml.within("PermissionsBoundaryDecisionDetail", |xml| {
        let allowed = if denied { "false" } else { "true" };
        xml.text("AllowedByPermissionsBoundary", allowed);
    });
}

fn invalid_input(message: &str) -> ApiError {
    ApiError::bad_request("InvalidInput", message)
}
