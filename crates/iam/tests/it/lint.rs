//! Findings: a case that has each, and one that has not.

use iam::lint::{Home, Severity, lint};
use iam::policy::{Document, Kind};

use crate::seeds;

fn findings(document: &Document) -> Vec<String> {
    let report = lint(document, Home::of_kind(document.kind()));
    let shown = |finding: &iam::lint::Finding| {
        format!(
            "{} {} {}",
            finding.severity.as_str(),
            finding.rule.as_str(),
            finding
                .span
                .of(document.source())
                .lines()
                .next()
                .unwrap_or_default()
        )
    };
    report.findings.iter().map(shown).collect()
}

#[track_caller]
fn check(kind: Kind, statement: &str, expected: &[&str]) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    let document = Document::parse(&text, kind).unwrap();
    assert_eq!(findings(&document), expected, "{statement}");
}

#[track_caller]
fn identity(action: &str, resource: &str, more: &str, expected: &[&str]) {
    let statement =
        format!(r#"{{"Effect":"Allow","Action":{action},"Resource":{resource}{more}}}"#);
    check(Kind::Identity, &statement, expected);
}

const FUNCTION: &str = r#""arn:aws:lambda:us-east-1:111122223333:function:f""#;

#[test]
fn actions() {
    identity(r#""lambda:InvokeFunction""#, FUNCTION, "", &[]);
    identity(
        r#""lambda:InvokeFunctions""#,
        FUNCTION,
        "",
        &["error unknown-action \"lambda:InvokeFunctions\""],
    );
    identity(
        r#""lambda:Frob*""#,
        FUNCTION,
        "",
        &["error unknown-action \"lambda:Frob*\""],
    );
    identity(r#""dynamodb:Frobnicate""#, r#""*""#, "", &[]);
    identity(
        r#""lambda:InvokeAsync""#,
        FUNCTION,
        "",
        &["suggestion deprecated-action \"lambda:InvokeAsync\""],
    );
    identity(
        r#""lamb*:InvokeFunction""#,
        FUNCTION,
        "",
        &["warning service-wildcard \"lamb*:InvokeFunction\""],
    );
    identity(
        r#""s3:*""#,
        r#""arn:aws:s3:::b/*""#,
        "",
        &["security warning broad-action \"s3:*\""],
    );
    identity(
        r#""*""#,
        r#""*""#,
        "",
        &["security warning broad-action \"*\""],
    );
    check(
        Kind::Identity,
        r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#,
        &[],
    );
    check(
        Kind::Identity,
        r#"{"Effect":"Allow","NotAction":"iam:PassRole","Resource":"*"}"#,
        &["security warning not-action-allow \"iam:PassRole\""],
    );
}

#[test]
fn resources() {
    identity(r#""s3:PutObject""#, r#""arn:aws:s3:::b/*""#, "", &[]);
    identity(
        r#""s3:PutObject""#,
        r#""arn:aws:s3:::b""#,
        "",
        &["error resource-without-action \"arn:aws:s3:::b\""],
    );
    identity(
        r#""s3:PutObject""#,
        r#"["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#,
        "",
        &["warning resource-without-action \"arn:aws:s3:::b\""],
    );
    identity(
        r#"["s3:PutObject","s3:ListAllMyBuckets"]"#,
        r#""arn:aws:s3:::b/*""#,
        "",
        &["error action-without-resource \"s3:ListAllMyBuckets\""],
    );
    identity(
        r#""lambda:GetFunction""#,
        r#""*""#,
        "",
        &["suggestion needless-star \"*\""],
    );
    identity(
        r#""s3:DeleteBucket""#,
        r#""*""#,
        "",
        &["warning needless-star \"*\""],
    );
    identity(r#""s3:ListAllMyBuckets""#, r#""*""#, "", &[]);
    identity(
        r#""s3:GetObject""#,
        r#""arn:aws:s3:::{buckername}/*""#,
        "",
        &["warning placeholder {buckername}"],
    );
    identity(
        r#""sqs:SendMessage""#,
        r#""arn:aws:sqs:us-east-1:1111:q""#,
        "",
        &["error malformed-arn \"arn:aws:sqs:us-east-1:1111:q\""],
    );
    identity(
        r#""sqs:SendMessage""#,
        r#""arn:aws:sqs""#,
        "",
        &["warning short-arn \"arn:aws:sqs\""],
    );
    identity(
        r#""lambda:InvokeFunction""#,
        r#""arn:aws:lambda:us-east-1:111122223333:functi*:f""#,
        "",
        &["warning type-wildcard \"arn:aws:lambda:us-east-1:111122223333:functi*:f\""],
    );
}

#[test]
fn passing_roles() {
    let role = r#""arn:aws:iam::111122223333:role/r""#;
    let held = r#","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#;
    identity(r#""iam:PassRole""#, role, held, &[]);
    identity(
        r#""iam:PassRole""#,
        role,
        "",
        &["security warning pass-role-without-service \"iam:PassRole\""],
    );
    identity(
        r#""iam:Pass*""#,
        role,
        "",
        &["security warning pass-role-without-service \"iam:Pass*\""],
    );
    let passing_on =
        r#","Condition":{"StringEqualsIfExists":{"iam:PassedToService":"lambda.amazonaws.com"}}"#;
    identity(
        r#""iam:PassRole""#,
        role,
        passing_on,
        &["security warning pass-role-without-service \"iam:PassRole\""],
    );
}

#[test]
fn conditions() {
    let with = |condition: &str, expected: &[&str]| {
        let more = format!(r#","Condition":{{{condition}}}"#);
        identity(r#""s3:ListBucket""#, r#""arn:aws:s3:::b""#, &more, expected);
    };
    with(r#""StringLike":{"s3:prefix":"a/*"}"#, &[]);
    with(
        r#""StringLike":{"s3:prefixes":"a/*"}"#,
        &["error unknown-condition-key \"s3:prefixes\""],
    );
    with(
        r#""StringLike":{"aws:Frob":"a/*"}"#,
        &["error unknown-condition-key \"aws:Frob\""],
    );
    with(
        r#""StringEquals":{"s3:x-amz-acl":"private"}"#,
        &["error unsupported-condition-key \"s3:x-amz-acl\""],
    );
    with(
        r#""StringEquals":{"aws:SourceIp":"203.0.113.1"}"#,
        &["error operator-type \"aws:SourceIp\":\"203.0.113.1\""],
    );
    with(
        r#""IpAddress":{"aws:SourceIp":"203.0.113.0/33"}"#,
        &["error unreadable-value \"203.0.113.0/33\""],
    );
    with(
        r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#,
        &["warning condition-never-holds \"10.0.0.0/8\""],
    );
    with(
        r#""Bool":{"aws:SecureTransport":"yes"}"#,
        &["error unreadable-value \"yes\""],
    );
    with(
        r#""StringEquals":{"aws:PrincipalOrgPaths":"o-1"}"#,
        &["warning set-operator \"aws:PrincipalOrgPaths\":\"o-1\""],
    );
    with(
        r#""ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1"}"#,
        &["security warning set-operator \"aws:PrincipalOrgPaths\":\"o-1\""],
    );
    with(
        r#""ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1"},"Null":{"aws:PrincipalOrgPaths":"false"}"#,
        &[],
    );
    with(
        r#""ForAnyValue:StringEquals":{"s3:prefix":"a"}"#,
        &["warning set-operator \"s3:prefix\":\"a\""],
    );
    with(
        r#""StringEquals":{"s3:prefix":[]}"#,
        &["warning condition-never-holds \"s3:prefix\":[]"],
    );
}

#[test]
fn principals() {
    let resource = |principal: &str, more: &str, expected: &[&str]| {
        let statement = format!(
            r#"{{"Effect":"Allow",{principal},"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:111122223333:q"{more}}}"#
        );
        check(Kind::Resource, &statement, expected);
    };
    resource(
        r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/u"}"#,
        "",
        &[],
    );
    resource(
        r#""Principal":"*""#,
        "",
        &[
            "security warning everyone {\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"arn:aws:sqs:us-east-1:111122223333:q\"}",
        ],
    );
    resource(
        r#""Principal":"*""#,
        r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        &[],
    );
    resource(
        r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}"#,
        "",
        &["error malformed-principal \"arn:aws:iam::111122223333:user/*\""],
    );
    resource(
        r#""Principal":{"AWS":"AIDAQ3EGKEXAMPLE12345"}"#,
        "",
        &["warning malformed-principal \"AIDAQ3EGKEXAMPLE12345\""],
    );
    resource(
        r#""Principal":{"Service":"s3.amazonaws.com"}"#,
        "",
        &["security warning confused-deputy \"s3.amazonaws.com\""],
    );
    resource(
        r#""Principal":{"Service":"s3.amazonaws.com"}"#,
        r#","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
        &[],
    );
    resource(
        r#""Principal":{"Service":"lambda"}"#,
        "",
        &["error malformed-principal \"lambda\""],
    );
    let trust = |action: &str, expected: &[&str]| {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"lambda.amazonaws.com"}},"Action":"{action}"}}"#
        );
        check(Kind::Trust, &statement, expected);
    };
    trust("sts:AssumeRole", &[]);
    trust("s3:GetObject", &["error trust-action \"s3:GetObject\""]);
}

#[test]
fn variables_and_versions() {
    identity(
        r#""s3:GetObject""#,
        r#""arn:aws:s3:::b/${aws:userid}/*""#,
        "",
        &[],
    );
    identity(
        r#""s3:GetObject""#,
        r#""arn:aws:s3:::b/${aws:username}/*""#,
        "",
        &["suggestion variable \"arn:aws:s3:::b/${aws:username}/*\""],
    );
    identity(
        r#""s3:GetObject""#,
        r#""arn:aws:s3:::b/${aws:usernane}/*""#,
        "",
        &["error variable \"arn:aws:s3:::b/${aws:usernane}/*\""],
    );
    identity(
        r#""s3:GetObject""#,
        r#""arn:aws:s3:::b/${aws:TagKeys}/*""#,
        "",
        &["error variable \"arn:aws:s3:::b/${aws:TagKeys}/*\""],
    );
    let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:userid}"}}"#;
    let document = Document::parse(text, Kind::Identity).unwrap();
    assert_eq!(
        findings(&document),
        [
            "warning missing-version {",
            "warning variable \"arn:aws:s3:::b/${aws:userid}\""
        ]
    );
}

#[test]
fn redundancies() {
    identity(
        r#"["s3:Get*","s3:GetObject","s3:getobject"]"#,
        r#""arn:aws:s3:::b/*""#,
        "",
        &[
            "suggestion redundant \"s3:GetObject\"",
            "suggestion redundant \"s3:getobject\"",
        ],
    );
    identity(
        r#""s3:GetObject""#,
        r#"["arn:aws:s3:::b/*","arn:aws:s3:::b/a/*","arn:aws:s3:::b/*"]"#,
        "",
        &[
            "suggestion redundant \"arn:aws:s3:::b/a/*\"",
            "suggestion redundant \"arn:aws:s3:::b/*\"",
        ],
    );
    let one = r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"}"#;
    let other = r#"{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}"#;
    check(
        Kind::Identity,
        &format!("[{one},{other}]"),
        &[&format!("suggestion redundant {other}")],
    );
}

#[test]
fn sizes_are_held_against_the_place() {
    let resources: Vec<String> = (0..60)
        .map(|n| format!("\"arn:aws:s3:::bucket-number-{n:03}/*\""))
        .collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":[{}]}}}}"#,
        resources.join(",  ")
    );
    let document = Document::parse(&text, Kind::Identity).unwrap();
    assert!(!lint(&document, Home::Managed).has_errors());
    let report = lint(&document, Home::User);
    assert_eq!(report.size.counted, text.len() - 2 * 59);
    assert_eq!(report.findings[0].severity, Severity::Error);
    assert!(report.findings[0].message.contains("2048"));
}

#[test]
fn the_documents_that_users_follow() {
    let rules = |text, number| -> Vec<String> {
        let document = seeds::document(text, number);
        let report = lint(&document, Home::Managed);
        assert!(!report.has_errors(), "{:?}", report.findings);
        report
            .findings
            .iter()
            .map(|finding| finding.rule.as_str().to_owned())
            .collect()
    };
    let broad = [
        "needless-star",
        "needless-star",
        "pass-role-without-service",
        "needless-star",
        "deprecated-action",
    ];
    assert_eq!(rules(seeds::SETUP, 1), broad);
    assert_eq!(rules(seeds::ROLES, 1), broad);
    let output = ["resource-without-action", "placeholder", "placeholder"];
    for (text, number) in [(seeds::ROLES, 2), (seeds::ROLES, 3), (seeds::NO_USER, 1)] {
        assert_eq!(rules(text, number), output);
    }
    assert_eq!(
        rules(seeds::TRIGGER, 1),
        ["broad-action", "placeholder", "placeholder"]
    );
    assert_eq!(rules(seeds::FIX, 1), [""; 0]);
    assert_eq!(rules(seeds::FIX, 3), [""; 0]);
}

#[test]
fn many_statements_take_linear_time() {
    let statement =
        r#"{"Effect":"Allow","Action":["s3:*","iam:*"],"Resource":["arn:aws:s3:::b","*"]}"#;
    let text = format!(r#"{{"Statement":[{}]}}"#, vec![statement; 10_000].join(","));
    let document = Document::parse(&text, Kind::Identity).unwrap();
    let report = lint(&document, Home::Managed);
    assert!(report.has_errors());
    let actions: Vec<String> = (0..20_000).map(|n| format!("\"s3:Get{n}*\"")).collect();
    let text = format!(
        r#"{{"Statement":{{"Effect":"Allow","Action":[{}],"Resource":"*"}}}}"#,
        actions.join(",")
    );
    lint(
        &Document::parse(&text, Kind::Identity).unwrap(),
        Home::Managed,
    );
}
