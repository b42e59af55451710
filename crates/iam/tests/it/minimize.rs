//! Shorter documents that mean the same.

use iam::diff::{Equality, diff};
use iam::minimize::{Proof, minimize};
use iam::policy::{Document, Kind};
use proptest::prelude::*;

use crate::seeds;

fn document(statements: &str) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    Document::parse(&text, Kind::Identity).unwrap()
}

#[track_caller]
fn check(statements: &str, expected: &str, steps: &[&str]) {
    let original = document(statements);
    let minimized = minimize(&original);
    let shown: Vec<String> = minimized.steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        (minimized.document.to_compact_json(), shown),
        (
            document(expected).to_compact_json(),
            steps.iter().map(|&step| step.to_owned()).collect()
        )
    );
    assert_eq!(
        diff(&original, &minimized.document).equality,
        Equality::Proven
    );
    assert!(minimized.counted_after <= minimized.counted_before);
}

#[test]
fn lists_and_statements_are_put_together() {
    check(
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:Get*","s3:getobject"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b/a"]}"#,
        r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#,
        &[
            "statement 0: s3:getobject is covered by s3:getobject",
            "statement 0: s3:GetObject is covered by s3:Get*",
            "statement 0: arn:aws:s3:::b/a is covered by arn:aws:s3:::b/*",
        ],
    );
    check(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
           {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"},
           {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}"#,
        r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]}"#,
        &[
            "statement 1 is part of statement 0",
            "statement 2 is part of statement 0",
        ],
    );
    check(
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}"#,
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}"#,
        &["statement 0: no action can apply to arn:aws:s3:::b"],
    );
}

#[test]
fn what_would_give_more_stays_apart() {
    let statements = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},
           {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}"#;
    check(statements, statements, &[]);
    let held = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},
           {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::a/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    check(held, held, &[]);
    let opposed = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"},
           {"Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::a/*"}"#;
    check(opposed, opposed, &[]);
}

#[test]
fn what_the_table_lacks_is_named() {
    let statements = r#"{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:us-east-1:111122223333:table/t"},
           {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}"#;
    let minimized = minimize(&document(statements));
    assert_eq!(minimized.document.statements().len(), 2);
    assert!(minimized.undecided.contains("dynamodb:GetItem"));
    assert_eq!(minimized.proof, Proof::Unchanged);
}

#[test]
fn no_wildcard_appears() {
    for (text, number) in [
        (seeds::SETUP, 1),
        (seeds::ROLES, 1),
        (seeds::ROLES, 2),
        (seeds::FIX, 1),
    ] {
        let original = seeds::document(text, number);
        let minimized = minimize(&original);
        assert!(minimized.counted_after <= minimized.counted_before);
        let written = original.to_json();
        for statement in minimized.document.statements() {
            let resources = statement.resource.as_ref().unwrap().patterns().0;
            for text in statement.action.patterns().0.iter().chain(resources) {
                assert!(written.contains(&*text.value), "{}", text.value);
            }
        }
        let equality = diff(&original, &minimized.document).equality;
        assert_eq!(equality, Equality::Proven);
    }
}

fn statement() -> impl Strategy<Value = String> {
    let actions = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:Get*",
        "s3:ListBucket",
        "lambda:InvokeFunction",
        "sqs:SendMessage",
        "*",
    ];
    let resources = [
        "*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/a*",
        "arn:aws:lambda:us-east-1:111122223333:function:f",
        "arn:aws:sqs:us-east-1:111122223333:q",
    ];
    let list = |from: Vec<&'static str>| prop::collection::vec(prop::sample::select(from), 1..4);
    (prop::bool::weighted(0.8), list(actions.to_vec()), list(resources.to_vec()), any::<bool>()).prop_map(
        |(allow, actions, resources, held)| {
            let effect = if allow { "Allow" } else { "Deny" };
            let condition = if held { r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"# } else { "" };
            format!(r#"{{"Effect":"{effect}","Action":{actions:?},"Resource":{resources:?}{condition}}}"#)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_result_is_equal_and_no_longer(statements in prop::collection::vec(statement(), 1..6)) {
        let original = document(&statements.join(","));
        let minimized = minimize(&original);
        prop_assert!(minimized.counted_after <= minimized.counted_before);
        prop_assert_eq!(diff(&original, &minimized.document).equality, Equality::Proven);
        let again = minimize(&minimized.document);
        prop_assert_eq!(again.counted_after, minimized.counted_after);
    }
}
