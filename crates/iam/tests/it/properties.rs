//! What holds whatever the policies are.

use std::sync::Arc;

use iam::case::Case;
use iam::message::{self, Style};
use iam::policy::{Document, Effect, Kind};
use iam::{Decision, DenialKind, Layers, Policy, Record, Request};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generate;

fn read(case: &Value) -> (Layers, Request) {
    let case = Case::parse(&case.to_string()).unwrap();
    (case.layers, case.request)
}

fn decide(layers: &Layers, request: &Request) -> Record {
    iam::evaluate(layers, request)
}

fn policy(document: &Value, kind: Kind) -> Arc<Policy> {
    Policy::parse("added", &document.to_string(), kind).unwrap()
}

fn one(statement: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statement })
}

fn with_effect(mut statement: Value, effect: &str) -> Value {
    statement["Effect"] = json!(effect);
    statement
}

/// The policy without one of its statements; `None` if none is left.
fn without(policy: &Policy, index: usize) -> Option<Arc<Policy>> {
    let document = policy.document();
    let mut value: Value = serde_json::from_str(&document.to_json()).unwrap();
    value["Statement"].as_array_mut().unwrap().remove(index);
    let document = Document::parse(&value.to_string(), document.kind()).ok()?;
    Some(Policy::inline(policy.name(), document))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deny_never_widens_and_an_allow_never_narrows(case in generate::case(), statement in generate::statement("identity")) {
        let (layers, request) = read(&case);
        let before = decide(&layers, &request).decision;
        let mut denying = layers.clone();
        denying.identity.push(policy(&one(&with_effect(statement.clone(), "Deny")), Kind::Identity));
        prop_assert!(before.is_allowed() || !decide(&denying, &request).decision.is_allowed());
        let mut allowing = layers;
        allowing.identity.push(policy(&one(&with_effect(statement, "Allow")), Kind::Identity));
        prop_assert!(!before.is_allowed() || decide(&allowing, &request).decision.is_allowed());
    }

    #[test]
    fn a_further_layer_never_widens(
        case in generate::case(),
        boundary in generate::document("boundary"),
        session in generate::document("session"),
        scp in generate::document("scp"),
        rcp in generate::document("rcp"),
    ) {
        let (layers, request) = read(&case);
        let level = |document: &Value, kind| iam::Level { target: "x".into(), policies: vec![policy(document, kind)] };
        let mut more = [layers.clone(), layers.clone(), layers.clone(), layers.clone()];
        more[0].boundary.get_or_insert(policy(&boundary, Kind::Boundary));
        // What a federated session passes is all that it has.
        if !matches!(request.caller.kind(), iam::CallerKind::FederatedUser { .. }) {
            more[1].session.get_or_insert(vec![policy(&session, Kind::Session)]);
        }
        more[2].scp.get_or_insert_default().push(level(&scp, Kind::Scp));
        more[3].rcp.push(level(&rcp, Kind::Rcp));
        let before = decide(&layers, &request).decision;
        for layers in more {
            prop_assert!(before.is_allowed() || !decide(&layers, &request).decision.is_allowed());
        }
    }

    #[test]
    fn order_does_not_matter(case in generate::case()) {
        // Also that of an organization's levels, all of which must allow.
        fn reverse(value: &mut Value) {
            match value {
                Value::Array(list) => {
                    list.iter_mut().for_each(reverse);
                    list.reverse();
                }
                Value::Object(map) => map.values_mut().for_each(reverse),
                _ => {}
            }
        }
        let (layers, request) = read(&case);
        let mut reversed = case;
        reverse(&mut reversed["policies"]);
        let (reversed_layers, _) = read(&reversed);
        let (left, right) = (decide(&layers, &request), decide(&reversed_layers, &request));
        prop_assert_eq!(left.decision, right.decision);
        prop_assert_eq!(left.denied_by, right.denied_by);
        prop_assert_eq!(left.missing_keys, right.missing_keys);
    }

    #[test]
    fn everything_allows_at_least_what_anything_allows(case in generate::case()) {
        let (layers, request) = read(&case);
        let mut all = layers.clone();
        all.identity.push(policy(&one(&json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })), Kind::Identity));
        prop_assert!(!decide(&layers, &request).decision.is_allowed() || decide(&all, &request).decision.is_allowed());
    }

    #[test]
    fn a_statement_split_by_action_and_resource_says_the_same(case in generate::case()) {
        let (layers, request) = read(&case);
        let mut split = case;
        let split_document = |document: &mut Value| {
            let statements = document["Statement"].as_array().unwrap().clone();
            let mut parts = Vec::new();
            for statement in statements {
                if statement.get("Action").is_none() || !statement["Resource"].is_array() {
                    parts.push(statement);
                    continue;
                }
                for action in statement["Action"].as_array().unwrap() {
                    for resource in statement["Resource"].as_array().unwrap() {
                        let mut part = statement.clone();
                        part["Action"] = action.clone();
                        part["Resource"] = resource.clone();
                        parts.push(part);
                    }
                }
            }
            document["Statement"] = json!(parts);
        };
        for policy in split["policies"].get_mut("identity").and_then(Value::as_array_mut).into_iter().flatten() {
            split_document(&mut policy["document"]);
        }
        let (split, _) = read(&split);
        let (left, right) = (decide(&layers, &request), decide(&split, &request));
        prop_assert_eq!((left.decision, left.denied_by), (right.decision, right.denied_by));
    }

    #[test]
    fn records_hold_their_reasons(case in generate::case()) {
        let (layers, request) = read(&case);
        let record = decide(&layers, &request);
        let kinds: Vec<_> = record.denied_by.iter().map(|denial| denial.kind).collect();
        match record.decision {
            Decision::Allowed => {
                prop_assert!(kinds.is_empty() && record.named.is_none());
                prop_assert!(record.matched.iter().all(|matched| matched.effect() == Effect::Allow));
                let needs_no_statement = matches!(request.caller.kind(), iam::CallerKind::Root(_));
                prop_assert!(needs_no_statement || request.action.service() == "sts" || !record.matched.is_empty());
            }
            Decision::ImplicitDeny => {
                prop_assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == DenialKind::Implicit));
            }
            Decision::ExplicitDeny => {
                prop_assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == DenialKind::Explicit));
                prop_assert!(record.matched.iter().all(|matched| matched.effect() == Effect::Deny));
                for denial in &record.denied_by {
                    prop_assert!(record.matched.iter().any(|matched| matched.layer == denial.layer));
                }
            }
        }
        for matched in &record.matched {
            let text = matched.span().of(matched.policy.document().source());
            prop_assert_eq!(text.chars().next(), Some('{'));
        }
        let message = message::denial(&record, &request, Style::of_service(request.action.service()));
        prop_assert_eq!(message.is_none(), record.decision.is_allowed());
    }

    #[test]
    fn without_its_only_deny_the_verdict_changes(case in generate::case()) {
        let (mut layers, request) = read(&case);
        let record = decide(&layers, &request);
        let [only] = record.matched.as_slice() else { return Ok(()) };
        if record.decision != Decision::ExplicitDeny || only.layer != iam::Layer::Identity {
            return Ok(());
        }
        let place = layers.identity.iter().position(|policy| Arc::ptr_eq(policy, &only.policy)).unwrap();
        match without(&only.policy, only.index) {
            Some(policy) => layers.identity[place] = policy,
            None => drop(layers.identity.remove(place)),
        }
        prop_assert_ne!(decide(&layers, &request).decision, Decision::ExplicitDeny);
    }
}
