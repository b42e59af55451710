//! SQS's errors, with its texts.
//!
//! Clients of the older protocol knew some of them under other names, which go along in a header.

use crate::api_error::ApiError;

/// The header with the older name.
const OLDER_NAME: &str = "x-amzn-query-error";

/// A queue that is not there.
pub(super) fn no_such_queue() -> ApiError {
    named(
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.",
    )
}

/// A queue that is there with other attributes.
pub(super) fn queue_exists(attribute: &str) -> ApiError {
    named(
        "QueueNameExists",
        "QueueAlreadyExists",
        &format!(
            "A queue already exists with the same name and a different value for attribute \
             {attribute}"
        ),
    )
}

/// A parameter that cannot be.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("InvalidParameterValue", message)
}

/// An attribute of a queue that cannot have this value.
pub(super) fn invalid_attribute(name: &str) -> ApiError {
    ApiError::bad_request(
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}."),
    )
}

/// An attribute that queues do not have.
pub(super) fn unknown_attribute(name: &str) -> ApiError {
    ApiError::bad_request("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

/// A receipt handle that no queue gave.
pub(super) fn invalid_receipt(handle: &str) -> ApiError {
    ApiError::bad_request(
        "ReceiptHandleIsInvalid",
        format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
    )
}

/// A message whose visibility cannot be changed any more.
pub(super) fn not_in_flight(handle: &str) -> ApiError {
    invalid(format!(
        "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or \
         is not available for visibility timeout change."
    ))
}

/// A body that no message may have.
pub(super) fn invalid_contents() -> ApiError {
    ApiError::bad_request(
        "InvalidMessageContents",
        "Invalid binary character was found in the message body, the set of allowed characters is \
         #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    )
}

/// A message that is larger than its queue takes.
pub(super) fn too_long(limit: u32) -> ApiError {
    invalid(format!(
        "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
    ))
}

/// A batch that cannot be, under the two names of its error.
pub(super) fn bad_batch(code: &'static str, message: impl AsRef<str>) -> ApiError {
    named(
        code,
        &format!("AWS.SimpleQueueService.{code}"),
        message.as_ref(),
    )
}

fn named(code: &'static str, older: &str, message: &str) -> ApiError {
    ApiError::bad_request(code, message).with_header(OLDER_NAME, format!("{older};Sender"))
}
