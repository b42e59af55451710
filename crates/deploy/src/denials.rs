//! Who was denied what of late, from the account's event history.
//!
//! On AWS the history of CloudTrail holds what is done with an account, not what is done with its data: a function
//! that is invoked or an object that is read is not in it. An event shows up to 15 minutes after its call.

use std::collections::VecDeque;

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::types::Event;
use jiff::Timestamp;
use serde_json::Value;

use crate::call::{CallFailed, is_denial};

/// The largest page that CloudTrail gives.
const PAGE: i32 = 50;

/// A call that was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denied {
    /// The event's id.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// The ARN of whoever made it, where the event tells it.
    pub caller: Option<String>,
    /// The call as AWS names it, for example `lambda:CreateFunction`.
    pub call: String,
    /// What AWS said.
    pub message: String,
    /// The whole event, as JSON.
    pub event: String,
}

/// What was found, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denials {
    /// Calls that were denied.
    pub found: Vec<Denied>,
    /// How many events were looked at.
    pub seen: usize,
    /// Whether older events were not looked at any more.
    pub has_more: bool,
}

/// Looks for up to `wanted` denials among the newest `pages` × 50 events of the region of `config`.
///
/// # Errors
/// Where the caller may not look, or AWS does not answer.
pub async fn recent(
    config: &SdkConfig,
    wanted: usize,
    pages: usize,
) -> Result<Denials, CallFailed> {
    let trail = aws_sdk_cloudtrail::Client::new(config);
    let mut denials = Denials {
        found: Vec::new(),
        seen: 0,
        has_more: false,
    };
    let mut next = None;
    for _ in 0..pages {
        let asked = trail
            .lookup_events()
            .max_results(PAGE)
            .set_next_token(next.take());
        let page = asked.send().await;
        let page = page.map_err(CallFailed::of("look for denials in the event history"))?;
        next = page.next_token;
        let mut events = VecDeque::from(page.events.unwrap_or_default());
        while let Some(event) = events.pop_front() {
            denials.seen += 1;
            denials.found.extend(denied(&event));
            if denials.found.len() >= wanted {
                denials.has_more = !events.is_empty() || next.is_some();
                return Ok(denials);
            }
        }
        if next.is_none() {
            return Ok(denials);
        }
    }
    denials.has_more = true;
    Ok(denials)
}

/// The denial that an event tells of, if it tells of one.
fn denied(event: &Event) -> Option<Denied> {
    let text = event.cloud_trail_event()?;
    let told: Value = serde_json::from_str(text).ok()?;
    let member = |name: &str| told[name].as_str();
    let code = member("errorCode")?;
    // EC2 and some others say whose fault it is before they say what it is.
    if !is_denial(code.strip_prefix("Client.").unwrap_or(code)) {
        return None;
    }
    let source = member("eventSource").unwrap_or_default();
    let service = source.split('.').next().unwrap_or_default();
    let at = event.event_time()?;
    Some(Denied {
        id: event.event_id()?.to_owned(),
        at: Timestamp::from_second(at.secs()).ok()?,
        caller: told["userIdentity"]["arn"].as_str().map(str::to_owned),
        call: format!("{service}:{}", member("eventName").unwrap_or_default()),
        message: member("errorMessage").unwrap_or_default().to_owned(),
        event: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudtrail::primitives::DateTime;
    use aws_sdk_cloudtrail::types::Event;

    use super::denied;

    fn event(code: Option<&str>) -> Event {
        let told = serde_json::json!({
            "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeVpcs",
            "userIdentity": { "arn": "arn:aws:iam::111122223333:user/u" },
            "errorCode": code,
            "errorMessage": "You are not authorized to perform this operation.",
        });
        Event::builder()
            .event_id("e")
            .event_time(DateTime::from_secs(1))
            .cloud_trail_event(told.to_string())
            .build()
    }

    #[test]
    fn denials_are_told_from_other_events() {
        for code in ["AccessDenied", "Client.UnauthorizedOperation"] {
            let denied = denied(&event(Some(code))).unwrap();
            assert_eq!(denied.call, "ec2:DescribeVpcs");
            assert_eq!(
                denied.caller.as_deref(),
                Some("arn:aws:iam::111122223333:user/u")
            );
        }
        assert_eq!(denied(&event(Some("ThrottlingException"))), None);
        assert_eq!(denied(&event(None)), None);
        assert_eq!(denied(&Event::builder().event_id("e").build()), None);
    }
}
