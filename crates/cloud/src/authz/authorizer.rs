//! Taking the decisions of a call.

use std::sync::Arc;

use iam::calls::{Call, Need, Place, Slot, Template};
use iam::message::{Style, denial, kms_denial};
use iam::{
    AccountId, Action, Arn, Caller as Principal, Context, Layers, Policy, Record, Request, Resource,
};

use crate::authn::Authenticated;
use crate::authz::authorized::{Authorized, Operation, PerItem, Permit};
use crate::authz::context::of_request;
use crate::authz::denied::Denied;
use crate::authz::own_calls::own_call;
use crate::authz::particulars::{Particulars, ResourceSide};
use crate::events::{Outcome, RecordedDecision, Trail};
use crate::service::Service;

/// Takes decisions; a handle.
#[derive(Debug, Clone)]
pub(crate) struct Authorizer {
    account: AccountId,
}

/// What a service asks about a role before it does that with the role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfRole<'a> {
    pub(crate) action: &'a str,
    /// An ARN, or `*`.
    pub(crate) resource: &'a str,
    pub(crate) region: &'a str,
    /// The record of the request that this is for.
    pub(crate) trail: Option<&'a Trail>,
}

impl Authorizer {
    pub(crate) fn new(account: AccountId) -> Self {
        Self { account }
    }

    /// Takes all decisions of a call, in the table's order. It is authorized if each allows it.
    ///
    /// # Errors
    /// The first denial. Every decision up to it goes into the request's record.
    pub(crate) fn decide<Op: Operation>(
        &self,
        request: &Authenticated,
        operation: Op,
        particulars: &Particulars,
    ) -> Result<Authorized<Op>, Denied> {
        request.trail().operation(Op::NAME, Op::READ_ONLY);
        self.decide_call::<Op>(request, particulars)?;
        Ok(Authorized::new(operation, request.clone()))
    }

    /// Decides on each item of a call that answers item by item, such as the keys of DeleteObjects.
    ///
    /// The call itself is authorized with whichever items may be; a denied one carries its denial.
    pub(crate) fn decide_each<Op: Operation, Item>(
        &self,
        request: &Authenticated,
        operation: Op,
        items: impl IntoIterator<Item = (Item, Particulars)>,
    ) -> (Authorized<Op>, Vec<PerItem<Item>>) {
        request.trail().operation(Op::NAME, Op::READ_ONLY);
        let items = items
            .into_iter()
            .map(|(item, particulars)| PerItem {
                item,
                outcome: self
                    .decide_call::<Op>(request, &particulars)
                    .map(|()| Permit::new(request.clone())),
            })
            .collect();
        (Authorized::new(operation, request.clone()), items)
    }

    /// The denial of something that the caller did not ask for, if it may not do that: a missing
    /// object is 404 for those only who may list its bucket. Not recorded.
    pub(crate) fn would_deny(
        &self,
        request: &Authenticated,
        action: Action,
        resource: Resource,
        side: &ResourceSide,
    ) -> Option<Denied> {
        let (layers, question) =
            self.question(request, action, resource, Some(side), of_request(request));
        let record = iam::evaluate(&layers, &question);
        let style = Style::of_service(request.service().signing_name());
        let message = denial(&record, &question, style)?;
        Some(Denied::new(request.service(), message))
    }

    /// Whether a service may assume a role with this trust policy, on behalf of `source`.
    pub(crate) fn service_may_assume(
        &self,
        service: &str,
        role: &Arn,
        trust: &Arc<Policy>,
        source: &str,
    ) -> bool {
        let asked = self.of_service(
            service,
            "sts:AssumeRole",
            role.as_str(),
            Some(Arc::clone(trust)),
            source,
        );
        asked.is_some_and(|(layers, question)| iam::decide(&layers, &question).is_allowed())
    }

    /// Whether a service may do something with a resource that has this policy, on behalf of
    /// `source`. The decision goes into the record of the request that led to it.
    pub(crate) fn service_may(
        &self,
        trail: &Trail,
        service: &str,
        action: &str,
        resource: &str,
        policy: Option<Arc<Policy>>,
        source: &str,
    ) -> bool {
        let Some((layers, question)) = self.of_service(service, action, resource, policy, source)
        else {
            return false;
        };
        let record = iam::evaluate(&layers, &question);
        trail.decided(recorded(&question, &record));
        record.decision == iam::Decision::Allowed
    }

    /// Whether a session of a role may do something with a resource, by all policies of both.
    ///
    /// It goes into the record of a request that asks for it; where nothing is asked for yet, nothing is recorded.
    pub(crate) fn role_may(
        &self,
        role: &crate::identity::Principal,
        session: &str,
        layers: &Layers,
        asked: &OfRole<'_>,
    ) -> bool {
        let parsed = (
            Arn::parse(&role.arn)
                .ok()
                .and_then(|arn| Principal::role_session(arn, session).ok()),
            Action::parse(asked.action),
            asked.resource.parse::<Resource>(),
        );
        let (Some(caller), Ok(action), Ok(resource)) = parsed else {
            return false;
        };
        let question = Request {
            caller: caller.with_unique_id(&role.id),
            action,
            resource,
            resource_account: self.account,
            context: Context::new()
                .with("aws:PrincipalArn", role.arn.as_str())
                .with("aws:PrincipalAccount", self.account.as_str())
                .with("aws:ResourceAccount", self.account.as_str())
                .with("aws:RequestedRegion", asked.region),
        };
        let record = iam::evaluate(layers, &question);
        if let Some(trail) = asked.trail {
            trail.decided(recorded(&question, &record));
        }
        record.decision == iam::Decision::Allowed
    }

    /// What a service asks on behalf of `source`; nothing where that cannot be put in words.
    fn of_service(
        &self,
        service: &str,
        action: &str,
        resource: &str,
        policy: Option<Arc<Policy>>,
        source: &str,
    ) -> Option<(Layers, Request)> {
        let layers = Layers {
            resource: policy,
            ..Layers::default()
        };
        let question = Request {
            caller: Principal::service(service),
            action: Action::parse(action).ok()?,
            resource: Arn::parse(resource).ok()?.into(),
            resource_account: self.account,
            context: Context::new()
                .with("aws:SourceAccount", self.account.as_str())
                .with("aws:SourceArn", source),
        };
        Some((layers, question))
    }

    fn decide_call<Op: Operation>(
        &self,
        request: &Authenticated,
        particulars: &Particulars,
    ) -> Result<(), Denied> {
        let unmapped = |reason: &str| {
            tracing::warn!(
                service = Op::SERVICE,
                call = Op::NAME,
                reason,
                "denied: not decidable"
            );
            Denied::new(
                request.service(),
                format!(
                    "User: {} is not authorized to perform: {}:{}",
                    request.caller().arn(),
                    Op::SERVICE,
                    Op::NAME
                ),
            )
        };
        let call: &Call = iam::calls::call(Op::SERVICE, Op::NAME)
            .or_else(|| own_call(Op::SERVICE, Op::NAME))
            .ok_or_else(|| unmapped("the table of calls lacks it"))?;
        let common = of_request(request);
        for need in call.needs_under(&particulars.circumstances) {
            let action =
                Action::parse(need.action).map_err(|error| unmapped(&error.to_string()))?;
            let resources = self
                .resources(request, need.resource, particulars)
                .map_err(|error| unmapped(&error.to_string()))?;
            for resource in resources {
                let context = with_keys_of(need, particulars, common.clone());
                let side = particulars.side_of(need.resource);
                let (layers, question) =
                    self.question(request, action.clone(), resource, side, context);
                let record = iam::evaluate(&layers, &question);
                request.trail().decided(recorded(&question, &record));
                let message = if matches!(need.resource, Template::Key | Template::SourceKey) {
                    kms_denial(&record, &question)
                } else {
                    denial(&record, &question, Style::of_service(Op::SERVICE))
                };
                if let Some(message) = message {
                    return Err(Denied::new(request.service(), message));
                }
            }
        }
        Ok(())
    }

    /// The resources of a decision: one, or one for each value of a slot that is named repeatedly.
    fn resources(
        &self,
        request: &Authenticated,
        template: Template,
        particulars: &Particulars,
    ) -> Result<Vec<Resource>, iam::calls::TemplateError> {
        let place = Place {
            partition: "aws",
            region: request.region().as_str(),
            account: self.account,
        };
        let values = |slot: Slot| {
            particulars
                .names
                .iter()
                .filter(move |(named, _)| *named == slot)
                .map(|(_, value)| value.as_str())
        };
        let repeated = if template == Template::LayerVersion {
            values(Slot::LayerVersionArn).count()
        } else {
            1
        };
        (0..repeated)
            .map(|index| {
                template.fill(place, |slot| {
                    let skipped = if slot == Slot::LayerVersionArn {
                        index
                    } else {
                        0
                    };
                    values(slot).nth(skipped)
                })
            })
            .collect()
    }

    fn question(
        &self,
        request: &Authenticated,
        action: Action,
        resource: Resource,
        side: Option<&ResourceSide>,
        mut context: Context,
    ) -> (Layers, Request) {
        let owner = side.and_then(|side| side.owner).unwrap_or(self.account);
        context.set("aws:ResourceAccount", owner.as_str());
        if request.service() == Service::S3 {
            context.set("s3:ResourceAccount", owner.as_str());
        }
        let mut layers = request.caller().layers().clone();
        if let Some(side) = side {
            layers.resource.clone_from(&side.policy);
            layers.settings.s3_restrict_public_buckets = side.restrict_public_buckets;
        }
        let question = Request {
            caller: request.caller().principal().clone(),
            action,
            resource,
            resource_account: owner,
            context,
        };
        (layers, question)
    }
}

/// The request's keys with those of the call that this decision takes.
fn with_keys_of(need: &Need, particulars: &Particulars, mut context: Context) -> Context {
    for (key, values) in particulars.context.iter() {
        if need.takes(key) {
            match values {
                iam::Values::One(value) => context.set(key, value),
                iam::Values::Many(values) => context.set_list(key, values),
            };
        }
    }
    context
}

fn recorded(question: &Request, record: &Record) -> RecordedDecision {
    RecordedDecision {
        action: question.action.as_str().to_owned(),
        resource: question.resource.as_str().to_owned(),
        outcome: match record.decision {
            iam::Decision::Allowed => Outcome::Allowed,
            iam::Decision::ImplicitDeny => Outcome::ImplicitDeny,
            iam::Decision::ExplicitDeny => Outcome::ExplicitDeny,
        },
        layer: record
            .deciding()
            .map(|denial| denial.layer.as_str().to_owned()),
        matched_statements: record
            .matched
            .iter()
            .map(|matched| {
                let index = matched.index.to_string();
                let statement = matched.sid().unwrap_or(&index);
                format!("{}/{statement}", matched.policy.name())
            })
            .collect(),
        missing_keys: record
            .missing_keys
            .iter()
            .map(|key| key.to_string())
            .collect(),
    }
}
