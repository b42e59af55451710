//! Policies that lack one right.

use deploy::calls::{Call, Scope, of};
use deploy::policy::of_calls;
use serde_json::Value;

/// The policies of a part that lacks one right: without its row, and with a row whose conditions do not hold.
pub(crate) fn one_less(call: &Call, scope: &Scope) -> Vec<Value> {
    let rest = of(call.part, scope).filter(|other| *other != call);
    let without = of_calls(rest, scope).to_value();
    let refused = call.conditions.iter().map(|condition| {
        let mut refused = of_calls([call], scope).to_value()["Statement"][0].take();
        let written = condition.written(scope);
        refused["Condition"][written.operator][&written.key] = condition.refused_value().into();
        refused["Sid"] = "Refused".into();
        let mut policy = without.clone();
        policy["Statement"].as_array_mut().unwrap().push(refused);
        policy
    });
    [without.clone()].into_iter().chain(refused).collect()
}
