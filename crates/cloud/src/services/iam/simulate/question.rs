//! What both simulations are asked.

use std::sync::Arc;

use iam::policy::Kind;
use iam::{AccountId, Action, Arn, Caller, Context, Layers, Policy, Request, Resource};

use super::answer::Asked;
use super::{invalid_input, policies, scenario};
use crate::api_error::ApiError;
use crate::services::iam::document;
use crate::services::iam::page::PageRequest;
use crate::services::iam::policy_source::{Inline, caller};
use crate::services::query::{Parameters, Xml, parameter_error};

/// The longest name of an action, in characters.
const LONGEST_ACTION: usize = 128;

/// The parameters that both simulations take.
#[derive(Debug)]
pub(super) struct Question {
    /// Identity policies beside those of the principal.
    pub(super) added: Vec<Arc<Policy>>,
    /// A boundary in place of the principal's.
    pub(super) boundary: Option<Arc<Policy>>,
    /// The policy that every resource is taken to have.
    pub(super) resource_policy: Option<Arc<Policy>>,
    /// Who calls, if it is not the principal whose policies are simulated.
    pub(super) caller: Option<Caller>,
    actions: Vec<Action>,
    resources: Vec<Resource>,
    account: AccountId,
    resource_owner: Option<AccountId>,
    context: Context,
    page: PageRequest,
}

impl Question {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `InvalidInput` for documents, names and ARNs that are none; `ValidationError` for lacking parameters.
    pub(super) fn read(account: AccountId, parameters: &Parameters) -> Result<Self, ApiError> {
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
        let resources = resources(parameters)?;
        if let Some(name) = parameters.get("ResourceHandlingOption") {
            scenario::check(name, &resources)?;
        }
        let resource_policy = resource_policy(parameters, &resources)?;
        Ok(Self {
            added: policies(parameters, "PolicyInputList", Kind::Identity)?,
            boundary: boundaries.into_iter().next(),
            resource_policy,
            caller: parameters.get("CallerArn").map(caller).transpose()?,
            actions: actions(parameters)?,
            resources,
            account,
            resource_owner: owner(parameters)?,
            context: context(parameters)?,
            page: PageRequest::read(parameters)?,
        })
    }

    /// Decides on each action and resource, and writes the part of the answer that is asked for.
    pub(super) fn answer(&self, mut layers: Layers, caller: &Caller, inline: &Inline) -> Xml {
        layers.resource.clone_from(&self.resource_policy);
        let asked = self
            .actions
            .iter()
            .enumerate()
            .map(|(place, action)| (place, self.ask(&layers, caller, action)));
        let page = self.page.take(asked, |(place, _)| format!("{place:06}"));
        let mut xml = Xml::new();
        xml.members("EvaluationResults", &page.items, |xml, (_, asked)| {
            asked.write(xml, &layers, inline);
        });
        page.write_end(&mut xml);
        xml
    }

    fn ask<'q>(&'q self, layers: &Layers, caller: &Caller, action: &'q Action) -> Asked<'q> {
        let requests = self.resources.iter().map(|resource| Request {
            caller: caller.clone(),
            action: action.clone(),
            resource: resource.clone(),
            resource_account: self.owner_of(resource, caller),
            context: self.context.clone(),
        });
        Asked::of(action, layers, requests)
    }

    /// The account in the resource's ARN, the one that is named for those without, or the caller's.
    fn owner_of(&self, resource: &Resource, caller: &Caller) -> AccountId {
        let in_arn = resource.arn().and_then(|arn| arn.account().parse().ok());
        let named = self.resource_owner.filter(|_| resource.arn().is_some());
        in_arn
            .or(named)
            .or_else(|| caller.account())
            .unwrap_or(self.account)
    }
}

fn actions(parameters: &Parameters) -> Result<Vec<Action>, ApiError> {
    let names = parameters.list("ActionNames");
    if names.is_empty() {
        parameters.required("ActionNames")?;
    }
    let action = |name: &str| {
        Action::parse(name)
            .ok()
            .filter(|_| name.chars().count() <= LONGEST_ACTION)
            .ok_or_else(|| invalid_input(&format!("Invalid Entity: {name}")))
    };
    names.into_iter().map(action).collect()
}

fn resources(parameters: &Parameters) -> Result<Vec<Resource>, ApiError> {
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
    Ok(resources)
}

fn resource_policy(
    parameters: &Parameters,
    resources: &[Resource],
) -> Result<Option<Arc<Policy>>, ApiError> {
    if parameters.get("ResourcePolicy").is_none() {
        return Ok(None);
    }
    let is_role = |arn: &Arn| arn.service() == "iam" && arn.resource().starts_with("role/");
    if resources.iter().filter_map(Resource::arn).any(is_role) {
        return Err(invalid_input(
            "Simulation of resource-based policies isn't supported for IAM roles.",
        ));
    }
    let document =
        document::document(parameters, "ResourcePolicy", Kind::Resource).map_err(super::invalid)?;
    Ok(Some(Policy::inline("ResourcePolicy", document)))
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
