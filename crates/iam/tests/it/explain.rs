//! Explanations.

use iam::explain::{Answer, Explanation, PartName, explain};
use iam::policy::Kind;
use iam::trace::parse_request;
use iam::{Layers, Policy};

use crate::seeds;

fn explained(layers: &Layers, words: &str) -> Explanation {
    let request = parse_request(&words.split(' ').collect::<Vec<_>>()).unwrap();
    explain(layers, &request)
}

fn advice(explanation: &Explanation) -> Vec<String> {
    explanation
        .advice
        .iter()
        .map(|advice| format!("{}: {}", advice.layer.as_str(), advice.text))
        .collect()
}

fn policy(name: &str, statement: &str, kind: Kind) -> std::sync::Arc<Policy> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    Policy::parse(name, &text, kind).unwrap()
}

#[test]
fn every_part_says_why() {
    let statement = r#"{"Sid":"Own","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    let layers = Layers {
        identity: vec![policy("p", statement, Kind::Identity)],
        ..Layers::default()
    };
    let user = "arn:aws:iam::111122223333:user/u";
    let found = explained(
        &layers,
        &format!("{user} s3:GetObject arn:aws:s3:::c/k aws:SecureTransport=false"),
    );
    let view = &found.policies[0].statements[0];
    let parts: Vec<_> = view
        .parts
        .iter()
        .map(|part| (part.name.clone(), part.answer, part.why.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            (
                PartName::Action,
                Answer::Yes,
                "`s3:Get*` covers s3:GetObject"
            ),
            (
                PartName::Resource,
                Answer::No,
                "`arn:aws:s3:::b/*` differs in the resource"
            ),
            (
                PartName::Condition("Bool aws:SecureTransport".to_owned()),
                Answer::No,
                "`aws:SecureTransport` is `false`; `true` is asked for"
            ),
        ]
    );
    assert_eq!(view.failing().count(), 2);
    assert_eq!(
        advice(&found),
        [
            "identity: a statement in an identity policy of the caller that allows s3:GetObject on arn:aws:s3:::c/k"
        ]
    );
    let found = explained(&layers, &format!("{user} s3:GetObject arn:aws:s3:::b/k"));
    assert_eq!(
        advice(&found)[0],
        "identity: statement 0 (Own) of `p` would allow it, but `aws:SecureTransport` is absent; `true` is asked for"
    );
    let found = explained(
        &layers,
        &format!("{user} s3:GetObject arn:aws:s3:::b/k aws:SecureTransport=true"),
    );
    assert!(found.record.decision.is_allowed() && found.advice.is_empty());
    assert!(found.policies[0].statements[0].applies);
}

#[test]
fn denying_statements_are_told_with_their_conditions() {
    let layers = Layers {
        identity: vec![policy(
            "all",
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            Kind::Identity,
        )],
        resource: Some(policy(
            "bucket",
            r#"{"Sid":"Tls","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
            Kind::Resource,
        )),
        ..Layers::default()
    };
    let found = explained(
        &layers,
        "arn:aws:iam::111122223333:user/u s3:GetObject arn:aws:s3:::b/k aws:SecureTransport=false",
    );
    assert_eq!(
        advice(&found),
        [
            "resource: statement 0 (Tls) of `bucket` must not deny this, or the request must not meet its conditions: `aws:SecureTransport` is `false`; `false` is asked for"
        ]
    );
}

#[test]
fn the_deployer_cannot_invoke_the_clip_cutter() {
    let layers = Layers {
        identity: vec![Policy::inline("deployer", seeds::document(seeds::SETUP, 1))],
        ..Layers::default()
    };
    let found = explained(
        &layers,
        "arn:aws:iam::281502313273:user/remotion_user lambda:InvokeFunction arn:aws:lambda:us-east-1:281502313273:function:ffmpeg-clip-cutter",
    );
    assert_eq!(
        advice(&found)[0],
        "identity: statement 6 (FunctionManagement) of `deployer` would allow it, but `arn:aws:lambda:*:*:function:remotion-render-*` differs in the resource"
    );
}

#[test]
fn parts_agree_with_the_decision() {
    // In every case of the corpus a statement applies exactly where none of its parts says no or leaves it open.
    for line in include_str!("../data/iam-doc-cases.jsonl").lines() {
        let case = iam::case::Case::parse(line).unwrap();
        let found = explain(&case.layers, &case.request);
        for policy in &found.policies {
            for view in &policy.statements {
                let is_deny = policy.statement(view).effect == iam::policy::Effect::Deny;
                let meets = view.parts.iter().all(|part| {
                    part.answer == Answer::Yes || (is_deny && part.answer == Answer::Unclear)
                });
                assert_eq!(view.applies, meets, "{} statement {}", case.id, view.index);
            }
        }
        assert_eq!(
            found.advice.is_empty(),
            found.record.decision.is_allowed(),
            "{}",
            case.id
        );
    }
}
