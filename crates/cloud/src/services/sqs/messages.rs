//! What happens to messages inside a transaction.

use super::message::Message;
use super::queue::{Queue, Redrive};
use super::receipt::Receipt;
use super::table;
use crate::state::{Change, StateError};

/// How many visible messages are looked at for one call, which gives out at most ten.
const LOOKED_AT: usize = 1000;

/// A message that was given out.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) message: Message,
    pub(super) handle: String,
}

/// What a receiver got.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    pub(super) given: Vec<Given>,
    /// Whether messages went to another queue.
    pub(super) moved: bool,
}

/// Gives out up to `most` visible messages for `invisible_ms`.
///
/// What is older than its queue keeps it goes on the way, and what was received too often goes to
/// the queue for that, if there is one.
pub(super) fn take(
    change: &mut Change<'_>,
    queue: &Queue,
    source_arn: &str,
    now: i64,
    most: usize,
    invisible_ms: i64,
) -> Result<Taken, StateError> {
    let mut taken = Taken::default();
    let dead_letters = match &queue.settings.redrive {
        Some(redrive) => dead_letter_queue(change, redrive)?.map(|target| (redrive, target)),
        None => None,
    };
    for place in table::visible(change, queue, now, LOOKED_AT)? {
        if taken.given.len() == most {
            break;
        }
        let Some(mut message) = table::message(change, queue, place)? else {
            continue;
        };
        if message.sent_at + i64::from(queue.settings.retention) * 1000 <= now {
            table::remove(change, queue, place, &message)?;
            continue;
        }
        if let Some((redrive, target)) = &dead_letters
            && message.received >= redrive.max_receive_count
        {
            table::remove(change, queue, place, &message)?;
            message.received = 0;
            message.first_received_at = None;
            message.visible_at = now;
            message.given_up_by = Some(source_arn.to_owned());
            table::add(change, target, &message)?;
            taken.moved = true;
            continue;
        }
        table::undue(change, queue, place, &message)?;
        message.received += 1;
        message.first_received_at.get_or_insert(now);
        message.visible_at = now + invisible_ms;
        message.token = rand::random();
        table::put(change, queue, place, &message)?;
        let receipt = Receipt {
            queue: queue.id.clone(),
            place,
            token: message.token,
        };
        taken.given.push(Given {
            message,
            handle: receipt.handle(),
        });
    }
    Ok(taken)
}

fn dead_letter_queue(change: &Change<'_>, redrive: &Redrive) -> Result<Option<Queue>, StateError> {
    match iam::Arn::parse(&redrive.dead_letter_target_arn) {
        Ok(arn) => table::queue_in(change, arn.region(), arn.resource()),
        Err(_) => Ok(None),
    }
}

/// Removes what a receipt is for. A receipt that a later one has replaced removes nothing.
pub(super) fn delete(
    change: &mut Change<'_>,
    queue: &Queue,
    receipt: &Receipt,
) -> Result<(), StateError> {
    match table::message(change, queue, receipt.place)? {
        Some(message) if message.token == receipt.token => {
            table::remove(change, queue, receipt.place, &message)
        }
        _ => Ok(()),
    }
}

/// Makes what a receipt is for invisible for `invisible_ms` from now on; whether it was in flight.
pub(super) fn hide(
    change: &mut Change<'_>,
    queue: &Queue,
    receipt: &Receipt,
    now: i64,
    invisible_ms: i64,
) -> Result<bool, StateError> {
    let Some(mut message) = table::message(change, queue, receipt.place)? else {
        return Ok(false);
    };
    if message.token != receipt.token || message.visible_at <= now {
        return Ok(false);
    }
    table::undue(change, queue, receipt.place, &message)?;
    message.visible_at = now + invisible_ms;
    table::put(change, queue, receipt.place, &message)?;
    Ok(true)
}
