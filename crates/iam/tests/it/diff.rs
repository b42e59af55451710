//! Differences in meaning.

use iam::diff::{Equality, diff};
use iam::policy::{Document, Kind};

use crate::seeds;

fn document(statements: &str) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    Document::parse(&text, Kind::Identity).unwrap()
}

#[track_caller]
fn check(before: &str, after: &str, changes: &[&str], equality: Equality) {
    let found = diff(&document(before), &document(after));
    let shown: Vec<String> = found.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        (shown, found.equality),
        (
            changes.iter().map(|&change| change.to_owned()).collect(),
            equality
        )
    );
    let back = diff(&document(after), &document(before));
    assert_eq!(back.equality, equality);
    assert_eq!(back.changes.len(), changes.len());
}

const READ: &str = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;

#[test]
fn setup_against_roles() {
    let found = diff(
        &seeds::document(seeds::SETUP, 1),
        &seeds::document(seeds::ROLES, 1),
    );
    let shown: Vec<String> = found.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "- Allow action s3:PutLifecycleConfiguration on arn:aws:s3:::remotionlambda-*",
            "- Allow action lambda:TagResource on arn:aws:lambda:*:*:function:remotion-render-*",
            "- Allow resource arn:aws:lambda:*:580247275435:layer:LambdaInsightsExtension* for lambda:GetLayerVersion",
        ]
    );
    assert_eq!(found.equality, Equality::Refuted);
    let mut calls: Vec<String> = found
        .verdicts
        .iter()
        .flat_map(|verdict| &verdict.calls)
        .map(|call| {
            format!(
                "{}:{} {}",
                call.service,
                call.operation,
                call.when.unwrap_or("always")
            )
        })
        .collect();
    calls.sort();
    for call in [
        "s3:PutBucketLifecycleConfiguration always",
        "s3:DeleteBucketLifecycle always",
        "lambda:CreateFunction tags are given",
        "lambda:CreateFunction layers are named",
        "lambda:GetLayerVersion always",
    ] {
        assert!(
            calls.contains(&call.to_owned()),
            "{call} is not in {calls:?}"
        );
    }
    assert!(
        found
            .verdicts
            .iter()
            .all(|verdict| verdict.before.is_allowed() && !verdict.after.is_allowed())
    );
}

#[test]
fn order_case_and_grouping_mean_nothing() {
    let put = r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}"#;
    let both = r#"{"Sid":"Both","Effect":"Allow","Action":["s3:putobject","s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}"#;
    check(&format!("{READ},{put}"), both, &[], Equality::Proven);
    check(READ, &format!("{READ},{READ}"), &[], Equality::Proven);
    let idle = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]}"#;
    check(READ, idle, &[], Equality::Proven);
}

#[test]
fn changes_of_each_kind() {
    let held = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    check(
        READ,
        held,
        &["- Allow without condition: s3:GetObject on arn:aws:s3:::b/*"],
        Equality::Refuted,
    );
    let elsewhere = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/*"}"#;
    check(
        READ,
        elsewhere,
        &[
            "- Allow resource arn:aws:s3:::b/* for s3:GetObject",
            "+ Allow resource arn:aws:s3:::c/* for s3:GetObject",
        ],
        Equality::Refuted,
    );
    let deny = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/secret"}"#;
    check(
        READ,
        &format!("{READ},{deny}"),
        &["+ Deny action s3:GetObject on arn:aws:s3:::b/secret"],
        Equality::Refuted,
    );
}

#[test]
fn what_cannot_be_shown_is_said() {
    // Two patterns that together cover a third: no part covers it alone, and no sample tells them apart.
    let split = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/?*","arn:aws:s3:::b/"]}"#;
    let found = diff(&document(READ), &document(split));
    assert_eq!((found.equality, found.verdicts.len()), (Equality::Open, 0));
}

#[test]
fn large_documents_are_left_open() {
    let resources: Vec<String> = (0..1_500)
        .map(|n| format!("\"arn:aws:s3:::b{n}/*\""))
        .collect();
    let statement = |last: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":[{},{last}]}}"#,
            resources.join(",")
        )
    };
    let found = diff(
        &document(&statement("\"arn:aws:s3:::x/*\"")),
        &document(&statement("\"arn:aws:s3:::y/*\"")),
    );
    assert!(matches!(
        found.equality,
        Equality::TooLarge | Equality::Refuted
    ));
}

/// What is said of each statement of the first document.
fn tighter(before: &Document, after: &Document) -> Vec<String> {
    let found = diff(before, after);
    let said = |one: &iam::diff::Tightening| {
        let reasons: Vec<String> = one.reasons.iter().map(ToString::to_string).collect();
        format!(
            "{}: {} on {}: {}",
            one.sid.as_deref().unwrap_or("?"),
            one.actions.join(", "),
            one.resources.join(", "),
            reasons.join("; ")
        )
    };
    found.tightenings.iter().map(said).collect()
}

#[test]
fn each_tightening_has_its_reason() {
    let before = document(
        r#"{"Sid":"Acl","Effect":"Allow","Action":["s3:PutBucketAcl","s3:PutObject"],"Resource":["arn:aws:s3:::app-*","arn:aws:s3:::app-*/*"]},
        {"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/r"},
        {"Sid":"Logs","Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"arn:aws:logs:*:*:log-group:/a/*"},
        {"Sid":"All","Effect":"Allow","Action":"sqs:*","Resource":"*"},
        {"Sid":"Same","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}"#,
    );
    let after = document(
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::app-one/*"},
        {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/r","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},
        {"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"arn:aws:logs:us-east-1:111122223333:log-group:/a/*"},
        {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:111122223333:q"},
        {"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}"#,
    );
    assert_eq!(
        tighter(&before, &after),
        [
            "Acl: s3:PutBucketAcl on arn:aws:s3:::app-*: the second has no such action",
            "Acl: s3:PutObject on arn:aws:s3:::app-*, arn:aws:s3:::app-*/*: broader names; the second has arn:aws:s3:::app-one/*",
            "Pass: iam:PassRole on arn:aws:iam::*:role/r: every account; the second names 111122223333; without the condition of the second: StringEquals iam:PassedToService lambda.amazonaws.com",
            "Logs: logs:CreateLogGroup on arn:aws:logs:*:*:log-group:/a/*: every region; the second names us-east-1; every account; the second names 111122223333",
            "All: sqs:* on *: a pattern of actions; the second names sqs:SendMessage; every resource; the second names arn:aws:sqs:us-east-1:111122223333:q",
        ]
    );
}

#[test]
fn a_call_that_is_denied_on_some_resources_is_so_called() {
    let both = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}"#;
    let partial = |before: &str, after: &str| {
        let found = diff(&document(before), &document(after));
        let calls = found.verdicts.iter().flat_map(|verdict| &verdict.calls);
        let get = calls
            .filter(|call| call.operation == "GetObject")
            .map(|call| call.is_partial);
        get.collect::<Vec<_>>()
    };
    assert_eq!(partial(both, READ), [true]);
    let none = r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#;
    assert_eq!(partial(READ, none), [false]);
}
