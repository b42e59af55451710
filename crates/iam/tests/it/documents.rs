//! Reading and printing documents.

use iam::policy::{Document, Kind};
use proptest::prelude::*;

use crate::generate;

fn refusal(kind: Kind, text: &str) -> String {
    Document::parse(text, kind).expect_err(text).to_string()
}

/// A statement with these elements besides.
fn statement(elements: &str) -> String {
    format!(r#"{{"Statement": {{"Effect": "Allow", {elements}}}}}"#)
}

const ABOUT: &str = r#""Action": "s3:GetObject", "Resource": "*""#;

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, expected) in [
        ("[]", "the policy must be an object at line 1 column 1"),
        ("{}", "Statement is missing at line 1 column 1"),
        (
            "{\n \"Statment\": []}",
            "unknown element `Statment` at line 2 column 2",
        ),
        (
            r#"{"Statement": []}"#,
            "Statement must not be empty at line 1 column 15",
        ),
        (
            r#"{"Statement": ["a"]}"#,
            "a statement must be an object at line 1 column 16",
        ),
        (
            r#"{"Version": "2012-10-18", "Statement": []}"#,
            "`2012-10-18` is not a valid Version at line 1 column 13",
        ),
        (
            r#"{"Id": "x", "Statement": []}"#,
            "Id has no place in a policy of kind identity at line 1 column 2",
        ),
        (
            r#"{"Statement": {"Effect": "allow"}}"#,
            "`allow` is not a valid Effect at line 1 column 26",
        ),
        (
            r#"{"Statement": {"effect": "Allow"}}"#,
            "unknown element `effect` at line 1 column 16",
        ),
        (
            r#"{"Statement": {"Action": "*", "Resource": "*"}}"#,
            "Effect is missing at line 1 column 15",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#,
            "Action is missing at line 1 column 15",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*"}}"#,
            "Resource is missing at line 1 column 15",
        ),
        (
            "{\"Statement\": {},\n  \"Statement\": {}}",
            "duplicate key `Statement` at line 2 column 3",
        ),
        (
            "{\"Version\": \"2012-10-17\",}",
            "expected a key in double quotes at line 1 column 26",
        ),
        (
            "{\"\u{20AC}\": 1}",
            "character '€' is not allowed in a policy at line 1 column 3",
        ),
    ] {
        assert_eq!(refusal(Kind::Identity, text), expected);
    }
    for (elements, expected) in [
        (
            r#""Action": [], "Resource": "*""#,
            "Action must not be empty",
        ),
        (
            r#""Action": "*", "NotAction": "*", "Resource": "*""#,
            "Action and NotAction exclude one another",
        ),
        (
            r#""Action": "*", "NotResource": "*", "Resource": "*""#,
            "Resource and NotResource exclude one another",
        ),
        (
            r#""Action": "GetObject", "Resource": "*""#,
            "`GetObject` is not a valid action",
        ),
        (
            r#""Action": "s3:", "Resource": "*""#,
            "`s3:` is not a valid action",
        ),
        (
            r#""Action": 1, "Resource": "*""#,
            "Action must be a string or a list of strings",
        ),
        (
            r#""Action": "*", "Resource": "bucket""#,
            "`bucket` is not a valid resource",
        ),
        (
            r#""Action": "*", "Resource": "*", "Principal": "*""#,
            "Principal has no place in a policy of kind identity",
        ),
        (
            r#""Action": "*", "Resource": "*", "Sid": "a b""#,
            "`a b` is not a valid Sid",
        ),
        (
            r#""Action": "*", "Resource": "*", "Condition": []"#,
            "Condition must be an object",
        ),
        (
            r#""Action": "*", "Resource": "*", "Condition": {"StringEqual": {}}"#,
            "unknown condition operator `StringEqual`",
        ),
        (
            r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"x": true}}"#,
            "`x` is not a valid condition key",
        ),
        (
            r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"a:x": {}}}"#,
            "a condition value must be",
        ),
        (
            r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"a:x": [null]}}"#,
            "a condition value must be",
        ),
    ] {
        let found = refusal(Kind::Identity, &statement(elements));
        assert!(found.starts_with(expected), "{found}");
    }
    let twice = r#"{"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
    assert!(refusal(Kind::Identity, twice).starts_with("the Sid `A` is used twice"));
}

#[test]
fn each_kind_takes_its_own_elements() {
    let principal = |principal: &str| statement(&format!(r#"{ABOUT}, {principal}"#));
    let everyone = principal(r#""Principal": "*""#);
    let trust = |principal: &str| statement(&format!(r#""Action": "sts:AssumeRole", {principal}"#));
    for kind in Kind::ALL {
        let names_principals = !matches!(
            kind,
            Kind::Identity | Kind::Boundary | Kind::Session | Kind::Scp
        );
        let takes = |text: &str| Document::parse(text, kind).is_ok();
        assert_eq!(takes(&statement(ABOUT)), !names_principals, "{kind}");
        assert_eq!(
            takes(&everyone),
            names_principals && kind != Kind::Trust,
            "{kind}"
        );
        assert_eq!(
            takes(&trust(r#""Principal": {"AWS": "111122223333"}"#)),
            kind == Kind::Trust,
            "{kind}"
        );
        let not_principal = principal(r#""NotPrincipal": {"AWS": "111122223333"}"#);
        assert_eq!(
            takes(&not_principal),
            matches!(kind, Kind::Resource | Kind::Vpce),
            "{kind}"
        );
        let named = principal(r#""Principal": {"AWS": "111122223333"}"#);
        assert_eq!(
            takes(&named),
            matches!(kind, Kind::Resource | Kind::Vpce),
            "{kind}"
        );
    }
    for wrong in [
        r#""Principal": "a""#,
        r#""Principal": {}"#,
        r#""Principal": {"AWS": []}"#,
        r#""Principal": {"aws": "*"}"#,
    ] {
        assert!(
            Document::parse(&principal(wrong), Kind::Resource).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn printing_is_canonical() {
    let text = r#"{"Statement":{"Condition":{"Bool":{"aws:SecureTransport":true}},"Resource":["arn:aws:s3:::b/*"],
        "Action":["s3:GetObject","s3:PutObject"],"Effect":"Allow","Sid":"Read"},"Version":"2012-10-17"}"#;
    let document = Document::parse(text, Kind::Identity).unwrap();
    let expected = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:PutObject"
      ],
      "Resource": "arn:aws:s3:::b/*",
      "Condition": {
        "Bool": {
          "aws:SecureTransport": "true"
        }
      }
    }
  ]
}"#;
    assert_eq!(document.to_json(), expected);
    let (start, end) = document.positions(document.statements()[0].span);
    assert_eq!(
        (start.to_string(), end.to_string()),
        ("line 1 column 14".to_owned(), "line 2 column 80".to_owned())
    );
}

#[test]
fn size_leaves_white_space_out() {
    let document = Document::parse(&statement(ABOUT), Kind::Identity).unwrap();
    assert_eq!(
        document.counted_characters(),
        r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#.len()
    );
}

#[test]
fn large_documents_are_read_in_linear_time() {
    let statements =
        vec![r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#; 100_000].join(",");
    let document = Document::parse(
        &format!(r#"{{"Statement":[{statements}]}}"#),
        Kind::Identity,
    )
    .unwrap();
    assert_eq!(document.statements().len(), 100_000);
    let long = format!(
        r#"{{"Statement":{{"Effect":"Allow","Action":"s3:{}","Resource":"*"}}}}"#,
        "a*".repeat(1_000_000)
    );
    assert!(Document::parse(&long, Kind::Identity).is_ok());
}

proptest! {
    #[test]
    fn printing_and_reading_again_keeps_the_meaning(value in generate::document("resource")) {
        let document = Document::parse(&value.to_string(), Kind::Resource).unwrap();
        let printed = document.to_json();
        let again = Document::parse(&printed, Kind::Resource).unwrap();
        prop_assert_eq!(document.statements(), again.statements());
        prop_assert_eq!(document.version(), again.version());
        prop_assert_eq!(again.to_json(), printed);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*", at in any::<prop::sample::Index>(), value in generate::document("identity")) {
        let _ = Document::parse(&text, Kind::Identity);
        let _ = iam::case::Case::parse(&text);
        // A document with something broken in it.
        let mut broken = value.to_string();
        let mut place = at.index(broken.len());
        while !broken.is_char_boundary(place) {
            place -= 1;
        }
        broken.insert_str(place, &text);
        if let Err(error) = Document::parse(&broken, Kind::Identity) {
            prop_assert!(error.span.start as usize <= broken.len());
        }
    }
}
