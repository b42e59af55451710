//! Which condition keys a record says were missing.

use iam::policy::Kind;
use iam::{Context, Layers, Policy, Request, evaluate};

/// The keys that a record names for one statement with these elements and this context.
fn missing(elements: &str, context: Context) -> Vec<String> {
    let text =
        format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {elements}}}}}"#);
    let identity = vec![Policy::parse("p", &text, Kind::Identity).unwrap()];
    let request = Request {
        caller: iam::Caller::parse("arn:aws:iam::111122223333:user/alice").unwrap(),
        action: "s3:GetObject".parse().unwrap(),
        resource: "arn:aws:s3:::b/k".parse().unwrap(),
        resource_account: "111122223333".parse().unwrap(),
        context,
    };
    let record = evaluate(
        &Layers {
            identity,
            ..Layers::default()
        },
        &request,
    );
    record
        .missing_keys
        .iter()
        .map(|key| key.to_string())
        .collect()
}

const CONDITIONS: &str = r#""Condition": {
    "StringEquals": {"aws:PrincipalTag/Team": "a", "x:given": "${x:variable}"},
    "StringNotLikeIfExists": {"x:optional": "b"}, "Null": {"x:absent": "true"}}"#;

#[test]
fn every_absent_key_of_a_statement_about_the_request_is_named_once() {
    let about = format!(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/*", {CONDITIONS}"#);
    let context = || Context::new().with("x:given", "a");
    assert_eq!(
        missing(&about, context()),
        ["aws:principaltag/team", "x:optional", "x:variable"]
    );
    let given = context()
        .with("AWS:PRINCIPALTAG/TEAM", "a")
        .with("x:optional", "c")
        .with("x:variable", "a");
    assert_eq!(missing(&about, given), [""; 0]);
}

#[test]
fn statements_about_other_requests_miss_nothing() {
    for about in [
        r#""Action": "s3:Put*", "Resource": "*""#,
        r#""Action": "s3:*", "Resource": "arn:aws:s3:::c/*""#,
    ] {
        assert_eq!(
            missing(&format!("{about}, {CONDITIONS}"), Context::new()),
            [""; 0]
        );
    }
}

#[test]
fn a_variable_of_a_resource_is_missing_too_and_one_with_a_default_is_not() {
    let resource =
        |name: &str| format!(r#""Action": "*", "Resource": "arn:aws:s3:::b/${{{name}}}""#);
    assert_eq!(
        missing(&resource("aws:username"), Context::new()),
        ["aws:username"]
    );
    assert_eq!(
        missing(&resource("aws:username, 'k'"), Context::new()),
        [""; 0]
    );
}
