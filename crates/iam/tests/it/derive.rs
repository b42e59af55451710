//! Least privilege from recorded calls.

use iam::derive::{DeriveError, Derived, Options, derive};
use iam::trace::Trace;

fn options(names: &[&str]) -> Options {
    Options {
        names: names.iter().map(|name| name.parse().unwrap()).collect(),
        ..Options::default()
    }
}

#[track_caller]
fn check(text: &str, options: &Options, expected: &str) -> Derived {
    let trace = Trace::read(text);
    assert!(trace.skipped.is_empty(), "{:?}", trace.skipped);
    let derived = derive(&trace, options).unwrap();
    assert_eq!(
        derived.document.to_compact_json(),
        format!(r#"{{"Version":"2012-10-17","Statement":[{expected}]}}"#)
    );
    assert_eq!(derived.failing, [0; 0]);
    for removal in &derived.removals {
        assert!(
            !removal.fails.is_empty(),
            "statement {} is not needed",
            removal.statement
        );
    }
    derived
}

#[test]
fn lists_of_calls() {
    check(
        "# a comment\n\
         s3:GetObject arn:aws:s3:::b/a\n\
         s3:getobject arn:aws:s3:::b/a\n\
         s3:PutObject arn:aws:s3:::b/a\n\
         s3:ListAllMyBuckets *\n",
        &options(&[]),
        r#"{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/a"}"#,
    );
}

#[test]
fn only_declared_names_are_generalised() {
    let calls = "lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-a\n\
                 lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-b\n";
    check(
        calls,
        &options(&[]),
        r#"{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":["arn:aws:lambda:us-east-1:111122223333:function:remotion-render-a","arn:aws:lambda:us-east-1:111122223333:function:remotion-render-b"]}"#,
    );
    let derived = check(
        calls,
        &options(&["remotion-render-*"]),
        r#"{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:111122223333:function:remotion-render-*"}"#,
    );
    assert_eq!(derived.generalised.len(), 2);
}

#[test]
fn conditions_are_kept() {
    check(
        "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=lambda.amazonaws.com aws:CurrentTime=2026-01-01T00:00:00Z\n\
         iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=ecs-tasks.amazonaws.com\n",
        &options(&[]),
        r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/r","Condition":{"StringEquals":{"iam:passedtoservice":["ecs-tasks.amazonaws.com","lambda.amazonaws.com"]}}}"#,
    );
    check(
        "s3:PutObject arn:aws:s3:::b/a s3:RequestObjectTagKeys=x s3:RequestObjectTagKeys=y\n",
        &options(&[]),
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/a","Condition":{"ForAllValues:StringEquals":{"s3:requestobjecttagkeys":["x","y"]},"Null":{"s3:requestobjecttagkeys":"false"}}}"#,
    );
}

#[test]
fn names_with_wildcards_stand_for_themselves() {
    check(
        "s3:GetObject arn:aws:s3:::b/what?*${x}\n",
        &options(&[]),
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/what${?}${*}${$}{x}"}"#,
    );
}

#[test]
fn the_event_history() {
    let record = |action: &str, outcome: &str| {
        format!(
            r#"{{"type":"event","time":"2026-01-01T00:00:00Z","requestId":"r","eventSource":"lambda.amazonaws.com","eventName":"CreateFunction","readOnly":false,
               "principal":{{"arn":"arn:aws:sts::123456789012:assumed-role/deployer/s","id":null,"accessKeyId":null}},"sourceIp":"127.0.0.1","userAgent":null,
               "decisions":[{{"action":"{action}","resource":"arn:aws:iam::123456789012:role/r","outcome":"{outcome}","layer":"identity","matchedStatements":[],"missingKeys":[]}}],
               "failure":null,"bytesIn":0,"bytesOut":0}}"#
        )
    };
    let text = format!(
        "{}\n{}\n",
        record("iam:PassRole", "allowed"),
        record("iam:GetRole", "implicitDeny")
    );
    let derived = check(
        &text,
        &options(&[]),
        r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/r","Condition":{"StringEquals":{"iam:passedtoservice":"lambda.amazonaws.com"}}}"#,
    );
    assert_eq!(derived.denied, 1);
}

#[test]
fn cloudtrail_events() {
    let text = r#"{"Records":[
      {"eventSource":"lambda.amazonaws.com","eventName":"CreateFunction20150331","awsRegion":"us-east-1","recipientAccountId":"111122223333",
       "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333"},
       "requestParameters":{"functionName":"remotion-render-a","role":"arn:aws:iam::111122223333:role/r","tags":{"a":"b"}}},
      {"eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333",
       "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333"},
       "requestParameters":{"bucketName":"b","key":"a/k","x-amz-acl":"private"}}]}"#;
    let derived = check(
        text,
        &options(&["remotion-render-*"]),
        concat!(
            r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/r","Condition":{"StringEquals":{"iam:passedtoservice":"lambda.amazonaws.com"}}},"#,
            r#"{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:TagResource","s3:PutObject","s3:PutObjectAcl"],"Resource":["arn:aws:lambda:us-east-1:111122223333:function:remotion-render-*","arn:aws:s3:::b/a/k"]}"#
        ),
    );
    assert_eq!(derived.calls.len(), 5);
}

#[test]
fn what_cannot_be_read_is_said() {
    let trace = Trace::read(
        "nonsense\n{\"a\":1}\n{\"a\"\ns3:GetObject notanarn\n{\"eventSource\":\"x.amazonaws.com\",\"eventName\":\"Y\"}",
    );
    assert_eq!(
        trace
            .skipped
            .iter()
            .map(|skipped| skipped.line)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert!(matches!(
        derive(&trace, &options(&[])),
        Err(DeriveError::Nothing)
    ));
    for hostile in ["{", "[", "{\"a\":", "\u{0}", "\"", "a b c\n"] {
        Trace::read(&hostile.repeat(100_000));
    }
}

#[test]
fn a_statement_that_declared_names_make_needless_is_left_out() {
    let derived = check(
        "s3:GetObject arn:aws:s3:::b/a x:one=1\n\
         s3:GetObject arn:aws:s3:::b/a\n",
        &options(&[]),
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a"}"#,
    );
    assert_eq!(derived.removals[0].fails, [0, 1]);
}
