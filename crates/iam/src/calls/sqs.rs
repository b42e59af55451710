//! SQS: everything but listing queues is about one queue.

use super::table::need;
use super::{Call, Need, Template};
use Template::{Queue, Unnamed};

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "sqs",
        operation,
        needs,
    }
}

const fn on_queue(action: &'static str) -> Need {
    need(action, Queue)
}

// spec: iam/calls#sqs
pub(super) const CALLS: &[Call] = &[
    row(
        "CreateQueue",
        &[
            on_queue("sqs:CreateQueue").keys(&["aws:RequestTag/*", "aws:TagKeys"]),
            on_queue("sqs:TagQueue")
                .keys(&["aws:RequestTag/*", "aws:TagKeys"])
                .when(super::When::Tags),
        ],
    ),
    row("GetQueueUrl", &[on_queue("sqs:GetQueueUrl")]),
    row("DeleteQueue", &[on_queue("sqs:DeleteQueue")]),
    row("ListQueues", &[need("sqs:ListQueues", Unnamed)]),
    row("GetQueueAttributes", &[on_queue("sqs:GetQueueAttributes")]),
    row("SetQueueAttributes", &[on_queue("sqs:SetQueueAttributes")]),
    row("SendMessage", &[on_queue("sqs:SendMessage")]),
    row("SendMessageBatch", &[on_queue("sqs:SendMessage")]),
    row("ReceiveMessage", &[on_queue("sqs:ReceiveMessage")]),
    row("DeleteMessage", &[on_queue("sqs:DeleteMessage")]),
    row("DeleteMessageBatch", &[on_queue("sqs:DeleteMessage")]),
    row(
        "ChangeMessageVisibility",
        &[on_queue("sqs:ChangeMessageVisibility")],
    ),
    row(
        "ChangeMessageVisibilityBatch",
        &[on_queue("sqs:ChangeMessageVisibility")],
    ),
    row("PurgeQueue", &[on_queue("sqs:PurgeQueue")]),
    row(
        "TagQueue",
        &[on_queue("sqs:TagQueue").keys(&["aws:RequestTag/*", "aws:TagKeys"])],
    ),
    row(
        "UntagQueue",
        &[on_queue("sqs:UntagQueue").keys(&["aws:TagKeys"])],
    ),
    row("ListQueueTags", &[on_queue("sqs:ListQueueTags")]),
    row(
        "ListDeadLetterSourceQueues",
        &[on_queue("sqs:ListDeadLetterSourceQueues")],
    ),
];
