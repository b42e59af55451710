//! SQS: standard queues.
//!
//! Queues and messages are kept in the state, and what a receiver was given is part of it: a message
//! that was received stays invisible for its time, and comes back after it, whether or not the cloud
//! crashed in between. So every message is delivered at least once, and seldom twice.

mod attributes;
mod batch;
mod call;
mod create_queue;
mod delete_message;
mod fault;
mod message;
mod messages;
mod queue;
mod queues;
mod receipt;
mod receive;
mod send;
mod store;
mod table;
mod tags;
mod visibility;

use self::attributes::{GetQueueAttributes, SetQueueAttributes};
use self::call::{Call, operation};
use self::create_queue::CreateQueue;
use self::delete_message::{DeleteMessage, DeleteMessageBatch};
pub(crate) use self::queue::Queue;
use self::queues::{DeleteQueue, GetQueueUrl, ListDeadLetterSourceQueues, ListQueues, PurgeQueue};
use self::receive::ReceiveMessage;
use self::send::{SendMessage, SendMessageBatch};
pub(crate) use self::store::QueueStore;
use self::tags::{ListQueueTags, TagQueue, UntagQueue};
use self::visibility::{ChangeMessageVisibility, ChangeMessageVisibilityBatch};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::identity::Identities;
use crate::incoming::query_pairs;
use crate::response::Response;
use crate::services::{Serve, json};

/// A mebibyte of messages, whose escapes in JSON can make it several times as long.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// SQS.
#[derive(Debug)]
pub(crate) struct Sqs {
    pub(crate) store: QueueStore,
    pub(crate) authorizer: Authorizer,
    pub(crate) identities: Identities,
}

impl Sqs {
    async fn carry_out<C: Call>(
        &self,
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        request.trail().operation(C::NAME, C::READ_ONLY);
        let call: C = json::input(body, MAX_BODY).await?;
        let particulars = call.particulars(self, request.region())?;
        let authorized = self.authorizer.decide(request, call, &particulars)?;
        json::output(&C::carry_out(self, authorized).await?)
    }
}

impl Serve for Sqs {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        if !request.head().headers.contains_key("x-amz-target") {
            return Err(older_protocol(request, body).await);
        }
        match operation(request)? {
            "CreateQueue" => self.carry_out::<CreateQueue>(request, body).await,
            "GetQueueUrl" => self.carry_out::<GetQueueUrl>(request, body).await,
            "DeleteQueue" => self.carry_out::<DeleteQueue>(request, body).await,
            "ListQueues" => self.carry_out::<ListQueues>(request, body).await,
            "ListDeadLetterSourceQueues" => {
                let answer = self.carry_out::<ListDeadLetterSourceQueues>(request, body);
                answer.await
            }
            "PurgeQueue" => self.carry_out::<PurgeQueue>(request, body).await,
            "GetQueueAttributes" => self.carry_out::<GetQueueAttributes>(request, body).await,
            "SetQueueAttributes" => self.carry_out::<SetQueueAttributes>(request, body).await,
            "SendMessage" => self.carry_out::<SendMessage>(request, body).await,
            "SendMessageBatch" => self.carry_out::<SendMessageBatch>(request, body).await,
            "ReceiveMessage" => self.carry_out::<ReceiveMessage>(request, body).await,
            "DeleteMessage" => self.carry_out::<DeleteMessage>(request, body).await,
            "DeleteMessageBatch" => self.carry_out::<DeleteMessageBatch>(request, body).await,
            "ChangeMessageVisibility" => {
                self.carry_out::<ChangeMessageVisibility>(request, body)
                    .await
            }
            "ChangeMessageVisibilityBatch" => {
                let answer = self.carry_out::<ChangeMessageVisibilityBatch>(request, body);
                answer.await
            }
            "TagQueue" => self.carry_out::<TagQueue>(request, body).await,
            "UntagQueue" => self.carry_out::<UntagQueue>(request, body).await,
            "ListQueueTags" => self.carry_out::<ListQueueTags>(request, body).await,
            other => Err(json::unknown_operation(other)),
        }
    }
}

/// The refusal of a call in the query protocol, in which clients asked until November 2023.
async fn older_protocol(request: &Authenticated, body: VerifiedBody) -> ApiError {
    let too_large = || ApiError::bad_request("SerializationException", "the body is too large");
    let form = match body.collect(MAX_BODY, too_large).await {
        Ok(form) => form,
        Err(error) => return error,
    };
    let form = String::from_utf8_lossy(&form);
    let mut fields = query_pairs(request.head().raw_query()).chain(query_pairs(&form));
    let action = fields.find_map(|(name, value)| (name == "Action").then_some(value));
    json::unknown_operation(&format!(
        "{} of SQS's query protocol: ask by AWS JSON 1.0, as newer clients do",
        action.unwrap_or_default()
    ))
}
