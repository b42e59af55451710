//! One invocation of a renderer, and what its stream says.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    InvokeWithResponseStreamCompleteEvent, InvokeWithResponseStreamResponseEvent as Event,
};
use protocol::framing::Decoder;
use protocol::message::Message;
use protocol::payload::Payload;
use protocol::state::RecordedAttempt;
use tokio::sync::mpsc::UnboundedSender;

use super::event::{Ended, Observation};
use super::hands::Hands;
use crate::clock::now_unix_ms;
use crate::invoke::is_throttled;

/// A message is a small JSON document.
const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// How long after its deadline the end of an invocation may be told.
const AFTER_DEADLINE: Duration = Duration::from_secs(5);

/// Invokes a renderer, passes on what it says, and tells how it ended.
pub(super) async fn render(
    hands: &Hands,
    attempt: &RecordedAttempt,
    payload: Payload,
    tell: &UnboundedSender<Observation>,
) -> Observation {
    let left = Duration::from_millis(attempt.deadline_unix_ms.saturating_sub(now_unix_ms()));
    let how =
        match tokio::time::timeout(left + AFTER_DEADLINE, follow(hands, attempt, payload, tell))
            .await
        {
            Ok(how) => how,
            Err(_) => Ended::Died("its deadline passed".to_owned()),
        };
    Observation::Ended {
        chunk: attempt.chunk,
        attempt: attempt.attempt,
        how,
    }
}

async fn follow(
    hands: &Hands,
    attempt: &RecordedAttempt,
    payload: Payload,
    tell: &UnboundedSender<Observation>,
) -> Ended {
    let payload = match serde_json::to_vec(&payload) {
        Ok(payload) => payload,
        Err(error) => return Ended::Refused(error.to_string()),
    };
    let call = hands
        .function
        .clients
        .lambda()
        .invoke_with_response_stream()
        .function_name(&hands.function.environment.function_name)
        .payload(Blob::new(payload));
    let mut stream = match Box::pin(call.send()).await {
        Ok(output) => output.event_stream,
        Err(error) if is_throttled(&error) => return Ended::Throttled,
        Err(error) => {
            let reason = store::in_a_line(&error);
            return match error
                .raw_response()
                .map(|response| response.status().as_u16())
            {
                Some(400..500) => Ended::Refused(reason),
                Some(_) => Ended::Died(reason),
                None => Ended::Lost(reason),
            };
        }
    };
    let mut decoder = Decoder::new(MAX_MESSAGE_BYTES);
    loop {
        match stream.recv().await {
            Ok(Some(Event::PayloadChunk(chunk))) => {
                decoder.push(
                    chunk
                        .payload
                        .as_ref()
                        .map_or(&[], |payload| payload.as_ref()),
                );
                if let Err(reason) = drain(&mut decoder, attempt, tell) {
                    return Ended::Died(reason);
                }
            }
            Ok(Some(Event::InvokeComplete(complete))) => return completed(&complete),
            // Events of a later version of the service.
            Ok(Some(_)) => {}
            Ok(None) => return Ended::Lost("the stream broke off".to_owned()),
            Err(error) => return Ended::Lost(store::causes(&error)),
        }
    }
}

/// Passes on the messages that are complete.
fn drain(
    decoder: &mut Decoder,
    attempt: &RecordedAttempt,
    tell: &UnboundedSender<Observation>,
) -> Result<(), String> {
    while let Some(frame) = decoder.next_frame().map_err(|error| error.to_string())? {
        let message = Message::decode(&frame).map_err(|error| error.to_string())?;
        let said = Observation::Said {
            chunk: attempt.chunk,
            attempt: attempt.attempt,
            message,
        };
        // A driver that has ended needs no message.
        let _ended = tell.send(said);
    }
    Ok(())
}

fn completed(complete: &InvokeWithResponseStreamCompleteEvent) -> Ended {
    match complete.error_code() {
        None => Ended::Answered,
        Some(code) => Ended::Died(format!(
            "{code}: {}",
            complete.error_details().unwrap_or_default()
        )),
    }
}
