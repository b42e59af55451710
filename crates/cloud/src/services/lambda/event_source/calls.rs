//! Create-, Get-, List-, Update- and DeleteEventSourceMapping.

use http::StatusCode;
use iam::calls::Slot;
use serde_json::Value;
use uuid::Uuid;

use super::mapping::{self, Mapping, Settings};
use super::members::MappingMembers;
use crate::api_error::ApiError;
use crate::authz::{Authorized, OfRole, Operation, Particulars};
use crate::incoming::Head;
use crate::response::Response;
use crate::services::Queue;
use crate::services::lambda::Lambda;
use crate::services::lambda::call::Call;
use crate::services::lambda::fault::{invalid, validation};
use crate::services::lambda::function::Function;
use crate::services::lambda::name::FunctionName;
use crate::services::lambda::page::Page;
use crate::services::lambda::view::json_response;
use crate::state::ChangeError;

/// What a poller does with a queue.
const ON_QUEUES: [&str; 3] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
];

/// A mapping to be.
#[derive(Debug)]
pub(in crate::services::lambda) struct CreateEventSourceMapping {
    function: FunctionName,
    source_arn: String,
    members: MappingMembers,
}

impl CreateEventSourceMapping {
    /// Reads the call from its members.
    pub(in crate::services::lambda) fn read(mut members: MappingMembers) -> Result<Self, ApiError> {
        members.check()?;
        let missing = |name: &str| validation("null", name, "Member must not be null");
        let function = members.function_name.take();
        let function = function.ok_or_else(|| missing("functionName"))?;
        let source_arn = members.event_source_arn.take();
        let source_arn = source_arn.ok_or_else(|| missing("eventSourceArn"))?;
        if iam::Arn::parse(&source_arn).is_ok_and(|arn| arn.service() != "sqs") {
            return Err(invalid("this cloud has no event sources but queues of SQS"));
        }
        Ok(Self {
            function: FunctionName::parse(&function, None)?,
            source_arn,
            members,
        })
    }
}

impl Operation for CreateEventSourceMapping {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "CreateEventSourceMapping";
    const READ_ONLY: bool = false;
}

impl Call for CreateEventSourceMapping {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        let arn = lambda.home().qualified_arn(&self.function);
        Ok(Particulars::new().key("lambda:FunctionArn", arn))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let function = lambda.existing(&call.function)?;
        let queue = lambda.queues().queue_by_arn(&call.source_arn)?;
        let queue = queue.ok_or_else(|| {
            invalid(
                "Error occurred while ReceiveMessage. SQS Error Code: \
                 AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue \
                 does not exist.",
            )
        })?;
        check_pair(lambda, &function, &queue)?;
        let (region, id) = (lambda.home().region.to_string(), Uuid::new_v4().to_string());
        let mut mapping = Mapping {
            arn: format!(
                "arn:aws:lambda:{region}:{}:event-source-mapping:{id}",
                lambda.home().account
            ),
            region,
            id,
            source_arn: call.source_arn,
            function: function.name.clone(),
            function_arn: lambda.home().qualified_arn(&call.function),
            settings: Settings::default(),
            modified_at: lambda.now(),
        };
        call.members.apply(&mut mapping.settings)?;
        let created = mapping.clone();
        let change = lambda.state().change(&permit, move |change| {
            let there = mapping::mapping_of(change, &mapping.source_arn, &mapping.function_arn)?;
            match there {
                Some(there) => Err(ChangeError::Refused(exists(&there))),
                None => Ok(mapping::put(change, &mapping)?),
            }
        });
        change.await?;
        lambda.pollers().follow(&created);
        json_response(StatusCode::ACCEPTED, &created.shown("Creating"))
    }
}

/// Checks that a function's role may poll a queue, and that the queue gives the function its time.
fn check_pair(lambda: &Lambda, function: &Function, queue: &Queue) -> Result<(), ApiError> {
    let arn = queue.arn(lambda.home().account);
    for action in ON_QUEUES {
        let asked = OfRole {
            action,
            resource: &arn,
            region: lambda.home().region.as_str(),
            trail: None,
        };
        let may =
            lambda
                .executions()
                .role_may(&function.name, &function.role, &asked, queue.policy());
        if !may {
            let call = action.trim_start_matches("sqs:");
            return Err(invalid(format!(
                "The provided execution role does not have permissions to call {call} on SQS"
            )));
        }
    }
    let (invisible, timeout) = (queue.visibility_timeout_seconds(), function.timeout_seconds);
    if invisible < timeout {
        return Err(invalid(format!(
            "Queue visibility timeout: {invisible} seconds is less than Function timeout: \
             {timeout} seconds"
        )));
    }
    Ok(())
}

/// A mapping.
#[derive(Debug)]
pub(in crate::services::lambda) struct GetEventSourceMapping(
    pub(in crate::services::lambda) String,
);

impl Operation for GetEventSourceMapping {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetEventSourceMapping";
    const READ_ONLY: bool = true;
}

impl Call for GetEventSourceMapping {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        about(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let mapping = found(lambda, &call.0)?.ok_or_else(no_such_mapping)?;
        json_response(StatusCode::OK, &mapping.shown(mapping.state()))
    }
}

/// The mappings of a queue, of a function, or all.
#[derive(Debug)]
pub(in crate::services::lambda) struct ListEventSourceMappings {
    source_arn: Option<String>,
    function: Option<FunctionName>,
    page: Page,
}

impl ListEventSourceMappings {
    /// Reads the call from its query.
    pub(in crate::services::lambda) fn read(head: &Head) -> Result<Self, ApiError> {
        let function = head.query_parameter("FunctionName");
        let function = function.map(|name| FunctionName::parse(&name, None));
        Ok(Self {
            source_arn: head.query_parameter("EventSourceArn"),
            function: function.transpose()?,
            page: Page::read(head, 100)?,
        })
    }
}

impl Operation for ListEventSourceMappings {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "ListEventSourceMappings";
    const READ_ONLY: bool = true;
}

impl Call for ListEventSourceMappings {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let region = lambda.home().region.as_str();
        let function = call
            .function
            .as_ref()
            .map(|function| lambda.home().qualified_arn(function));
        let is =
            |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|asked| asked == is);
        let mut mappings = mapping::mappings(lambda.state())?;
        mappings.retain(|mapping| {
            mapping.region == region
                && is(&call.source_arn, &mapping.source_arn)
                && is(&function, &mapping.function_arn)
        });
        let (mappings, next) = call.page.of(mappings, |mapping| mapping.id.clone())?;
        let shown: Vec<Value> = mappings
            .iter()
            .map(|mapping| mapping.shown(mapping.state()))
            .collect();
        let answer = Page::answer("EventSourceMappings", &shown, next);
        json_response(StatusCode::OK, &answer)
    }
}

/// A mapping that changes.
#[derive(Debug)]
pub(in crate::services::lambda) struct UpdateEventSourceMapping {
    id: String,
    function: Option<FunctionName>,
    members: MappingMembers,
}

impl UpdateEventSourceMapping {
    /// Reads the call from its path and members.
    pub(in crate::services::lambda) fn read(
        id: String,
        mut members: MappingMembers,
    ) -> Result<Self, ApiError> {
        members.check()?;
        let function = members.function_name.take();
        let function = function.map(|name| FunctionName::parse(&name, None));
        Ok(Self {
            id,
            function: function.transpose()?,
            members,
        })
    }
}

impl Operation for UpdateEventSourceMapping {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "UpdateEventSourceMapping";
    const READ_ONLY: bool = false;
}

impl Call for UpdateEventSourceMapping {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        match &self.function {
            Some(function) => {
                let arn = lambda.home().qualified_arn(function);
                Ok(about(lambda, &self.id)?.key("lambda:FunctionArn", arn))
            }
            None => about(lambda, &self.id),
        }
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let kept = found(lambda, &call.id)?.ok_or_else(no_such_mapping)?;
        let function = match &call.function {
            Some(named) => {
                let function = lambda.existing(named)?;
                if let Some(queue) = lambda.queues().queue_by_arn(&kept.source_arn)? {
                    check_pair(lambda, &function, &queue)?;
                }
                Some((function.name, lambda.home().qualified_arn(named)))
            }
            None => None,
        };
        let now = lambda.now();
        let (region, id, members) = (kept.region, kept.id, call.members);
        let change = lambda.state().change(&permit, move |change| {
            let Some(mut mapping) = mapping::mapping_in(change, &region, &id)? else {
                return Err(ChangeError::Refused(no_such_mapping()));
            };
            members
                .apply(&mut mapping.settings)
                .map_err(ChangeError::Refused)?;
            if let Some((name, arn)) = &function {
                mapping.function.clone_from(name);
                mapping.function_arn.clone_from(arn);
            }
            mapping.modified_at = now;
            mapping::put(change, &mapping)?;
            Ok(mapping)
        });
        let mapping = change.await?;
        lambda.pollers().follow(&mapping);
        json_response(StatusCode::ACCEPTED, &mapping.shown("Updating"))
    }
}

/// A mapping that goes. What was received under it is finished.
#[derive(Debug)]
pub(in crate::services::lambda) struct DeleteEventSourceMapping(
    pub(in crate::services::lambda) String,
);

impl Operation for DeleteEventSourceMapping {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "DeleteEventSourceMapping";
    const READ_ONLY: bool = false;
}

impl Call for DeleteEventSourceMapping {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        about(lambda, &self.0)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let mapping = found(lambda, &call.0)?.ok_or_else(no_such_mapping)?;
        let removed = mapping.clone();
        let change = lambda.state().change(call.permit(), move |change| {
            Ok::<_, ChangeError<ApiError>>(mapping::remove(change, &removed)?)
        });
        change.await?;
        lambda.pollers().leave(&mapping.id);
        json_response(StatusCode::ACCEPTED, &mapping.shown("Deleting"))
    }
}

fn about(lambda: &Lambda, id: &str) -> Result<Particulars, ApiError> {
    let function = found(lambda, id)?.map(|mapping| mapping.function_arn);
    Ok(Particulars::new()
        .name(Slot::EventSourceMapping, id)
        .key_if("lambda:FunctionArn", function))
}

fn found(lambda: &Lambda, id: &str) -> Result<Option<Mapping>, ApiError> {
    let region = lambda.home().region.as_str();
    Ok(mapping::mapping(lambda.state(), region, id)?)
}

fn no_such_mapping() -> ApiError {
    ApiError::not_found(
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )
}

fn exists(there: &Mapping) -> ApiError {
    ApiError::conflict(
        "ResourceConflictException",
        format!(
            "An event source mapping with SQS arn (\" {} \") and function (\" {} \") already \
             exists. Please update or delete the existing mapping with UUID {}",
            there.source_arn, there.function, there.id
        ),
    )
}
