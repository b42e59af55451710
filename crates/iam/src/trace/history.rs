//! The embedded cloud's event history.

use super::{Recorded, Trace, text};
use crate::json::Value;
use crate::{Context, Decision, Layer};

/// Reads one record.
pub(super) fn read(record: &Value<'_>, line: usize, trace: &mut Trace) {
    let service = text(record, &["eventSource"]).and_then(|source| source.split('.').next());
    let call = service
        .zip(text(record, &["eventName"]))
        .map(|(service, name)| format!("{service}:{name}"));
    let decisions = record
        .get("decisions")
        .and_then(Value::as_array)
        .unwrap_or_default();
    if decisions.is_empty() {
        return trace.skip(line, "records no decision".to_owned());
    }
    for decision in decisions {
        let (Some(action), Some(resource)) =
            (text(decision, &["action"]), text(decision, &["resource"]))
        else {
            trace.skip(line, "a decision names no action or no resource".to_owned());
            continue;
        };
        let outcome = match text(decision, &["outcome"]) {
            Some("allowed") => Some(Decision::Allowed),
            Some("implicitDeny") => Some(Decision::ImplicitDeny),
            Some("explicitDeny") => Some(Decision::ExplicitDeny),
            _ => None,
        };
        let layer = text(decision, &["layer"]);
        trace.recorded.push(Recorded {
            call: call.clone(),
            principal: text(record, &["principal", "arn"]).map(str::to_owned),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: known_context(action, call.as_deref()),
            outcome,
            layer: layer
                .and_then(|word| Layer::ALL.into_iter().find(|layer| layer.as_str() == word)),
            message: text(record, &["failure", "message"]).map(str::to_owned),
            line,
        });
    }
}

/// What follows from the call itself: to which service a role is passed.
pub(super) fn known_context(action: &str, call: Option<&str>) -> Context {
    let service = call.and_then(|call| call.split(':').next());
    match service {
        Some(service) if action.eq_ignore_ascii_case("iam:PassRole") => {
            Context::new().with("iam:PassedToService", format!("{service}.amazonaws.com"))
        }
        _ => Context::new(),
    }
}
