//! The words of denials.

use std::sync::Arc;

use iam::message::{self, Style};
use iam::policy::{Document, Kind};
use iam::{Action, Arn, Caller, Context, Layers, Level, Policy, Request};

const ALLOW: &str = r#""Effect":"Allow","Action":"*""#;
const DENY: &str = r#""Effect":"Deny","Action":"*""#;

fn policy(kind: Kind, statements: &[&str]) -> Arc<Policy> {
    let resource = if kind == Kind::Trust {
        ""
    } else {
        r#","Resource":"*""#
    };
    let principal = match kind {
        Kind::Identity | Kind::Boundary | Kind::Session | Kind::Scp => "",
        _ => r#","Principal":"*""#,
    };
    let statements: Vec<_> = statements
        .iter()
        .map(|statement| format!("{{{statement}{resource}{principal}}}"))
        .collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    );
    Policy::parse("p", &text, kind).unwrap()
}

fn managed(kind: Kind, arn: &str) -> Arc<Policy> {
    let document = policy(kind, &[ALLOW, DENY]).document().clone();
    Policy::managed("m", Arn::parse(arn).unwrap(), document)
}

fn request(caller: &str, action: &str, resource: &str) -> Request {
    Request {
        caller: Caller::parse(caller).unwrap(),
        action: Action::parse(action).unwrap(),
        resource: resource.parse().unwrap(),
        resource_account: "111122223333".parse().unwrap(),
        context: Context::new(),
    }
}

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/render/s";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:f";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/render";

fn check(layers: &Layers, request: &Request, expected: &str) {
    let record = iam::evaluate(layers, request);
    let style = Style::of_service(request.action.service());
    let message = message::denial(&record, request, style).expect("a denial");
    let (head, tail) = message
        .split_once(" is not authorized to perform: ")
        .unwrap_or(("", &message));
    assert_eq!(tail, expected);
    if !head.is_empty() {
        assert_eq!(head, format!("User: {}", request.caller.as_str()));
    }
}

#[test]
fn each_layer_has_its_words() {
    let invoke = request(SESSION, "lambda:InvokeFunction", FUNCTION);
    let allowing = Layers {
        identity: vec![policy(Kind::Identity, &[ALLOW])],
        ..Layers::default()
    };
    let nothing = |kind| policy(kind, &[r#""Effect":"Allow","Action":"x:y""#]);
    let denying = |kind| policy(kind, &[ALLOW, DENY]);
    let level = |policy| {
        vec![Level {
            target: "root".into(),
            policies: vec![policy],
        }]
    };
    let with = |change: &dyn Fn(&mut Layers)| {
        let mut layers = allowing.clone();
        change(&mut layers);
        layers
    };
    let on = "lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:f";
    let implicit = |layers: &Layers, layer: &str| {
        check(
            layers,
            &invoke,
            &format!("{on} because no {layer} allows the lambda:InvokeFunction action"),
        );
    };
    let explicit = |layers: &Layers, layer: &str| {
        check(
            layers,
            &invoke,
            &format!("{on} with an explicit deny in {layer}"),
        );
    };

    implicit(&Layers::default(), "identity-based policy");
    implicit(
        &with(&|layers| layers.boundary = Some(nothing(Kind::Boundary))),
        "permissions boundary",
    );
    implicit(
        &with(&|layers| layers.session = Some(vec![nothing(Kind::Session)])),
        "session policy",
    );
    implicit(
        &with(&|layers| layers.scp = Some(level(nothing(Kind::Scp)))),
        "service control policy",
    );
    implicit(
        &with(&|layers| layers.vpce = Some(vec![nothing(Kind::Vpce)])),
        "VPC endpoint policy",
    );
    explicit(
        &with(&|layers| layers.identity.push(denying(Kind::Identity))),
        "an identity-based policy",
    );
    explicit(
        &with(&|layers| layers.resource = Some(denying(Kind::Resource))),
        "a resource-based policy",
    );
    explicit(
        &with(&|layers| layers.boundary = Some(denying(Kind::Boundary))),
        "a permissions boundary",
    );
    explicit(
        &with(&|layers| layers.session = Some(vec![denying(Kind::Session)])),
        "a session policy",
    );
    explicit(
        &with(&|layers| layers.scp = Some(level(denying(Kind::Scp)))),
        "a service control policy",
    );
    explicit(
        &with(&|layers| layers.rcp = level(denying(Kind::Rcp))),
        "a resource control policy",
    );
    explicit(
        &with(&|layers| layers.vpce = Some(vec![denying(Kind::Vpce)])),
        "a VPC endpoint policy",
    );
}

#[test]
fn trust_policies_are_called_so() {
    let assume = request(ALICE, "sts:AssumeRole", ROLE);
    let on = format!("sts:AssumeRole on resource: {ROLE}");
    let allowing = vec![policy(Kind::Identity, &[ALLOW])];
    let layers = Layers {
        identity: allowing.clone(),
        ..Layers::default()
    };
    check(
        &layers,
        &assume,
        &format!("{on} because no role trust policy allows the sts:AssumeRole action"),
    );
    let layers = Layers {
        identity: allowing,
        resource: Some(policy(Kind::Trust, &[DENY])),
        ..Layers::default()
    };
    check(
        &layers,
        &assume,
        &format!("{on} with an explicit deny in the role trust policy"),
    );
}

#[test]
fn services_show_the_resource_their_way() {
    let none = Layers::default();
    let because =
        |action: &str| format!("because no identity-based policy allows the {action} action");
    for (action, resource, shown) in [
        (
            "s3:PutObject",
            "arn:aws:s3:::b/k",
            " on resource: \"arn:aws:s3:::b/k\"",
        ),
        ("s3:ListAllMyBuckets", "*", ""),
        ("lambda:ListFunctions", "*", " on resource: *"),
        ("iam:GetAccountSummary", "*", " on resource: *"),
        (
            "iam:ListUsers",
            "*",
            " on resource: arn:aws:iam::111122223333:user/",
        ),
        (
            "iam:ListRoles",
            "*",
            " on resource: arn:aws:iam::111122223333:role/",
        ),
        (
            "iam:ListGroups",
            "*",
            " on resource: arn:aws:iam::111122223333:group/",
        ),
        ("iam:ListPolicies", "*", " on resource: policy path /"),
        ("iam:GetRole", ROLE, " on resource: role render"),
        ("iam:GetUser", ALICE, " on resource: user alice"),
        (
            "iam:GetPolicy",
            "arn:aws:iam::111122223333:policy/p",
            " on resource: policy arn:aws:iam::111122223333:policy/p",
        ),
        (
            "servicequotas:GetServiceQuota",
            "arn:aws:servicequotas:us-east-1:111122223333:lambda/L-1",
            "",
        ),
    ] {
        check(
            &none,
            &request(ALICE, action, resource),
            &format!("{action}{shown} {}", because(action)),
        );
    }
}

#[test]
fn managed_policies_are_named_to_insiders() {
    let arn = "arn:aws:iam::111122223333:policy/deny";
    let layers = Layers {
        identity: vec![managed(Kind::Identity, arn)],
        ..Layers::default()
    };
    let invoke = request(ALICE, "lambda:InvokeFunction", FUNCTION);
    let text = format!(
        "lambda:InvokeFunction on resource: {FUNCTION} with an explicit deny in an identity-based policy"
    );
    check(&layers, &invoke, &format!("{text}: {arn}"));
    let foreign = request(
        "arn:aws:iam::444455556666:user/bob",
        "lambda:InvokeFunction",
        FUNCTION,
    );
    check(&layers, &foreign, &text);
}

#[test]
fn s3_tells_strangers_nothing() {
    for caller in ["anonymous", "arn:aws:iam::444455556666:user/bob"] {
        check(
            &Layers::default(),
            &request(caller, "s3:GetObject", "arn:aws:s3:::b/k"),
            "Access Denied",
        );
    }
}

#[test]
fn between_accounts_the_resource_is_blamed_unless_it_names_the_caller() {
    let invoke = request(
        "arn:aws:iam::444455556666:user/bob",
        "lambda:InvokeFunction",
        FUNCTION,
    );
    let granting = |principal: &str| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"lambda:*","Resource":"*"}}}}"#
        );
        Some(Policy::inline(
            "f",
            Document::parse(&text, Kind::Resource).unwrap(),
        ))
    };
    let identity = vec![policy(Kind::Identity, &[ALLOW])];
    for (identity, resource, layer) in [
        (vec![], granting("444455556666"), "resource-based policy"),
        (
            vec![],
            granting("arn:aws:iam::444455556666:user/bob"),
            "identity-based policy",
        ),
        (identity, None, "resource-based policy"),
        (vec![], None, "resource-based policy"),
    ] {
        let layers = Layers {
            identity,
            resource,
            ..Layers::default()
        };
        let expected = format!(
            "lambda:InvokeFunction on resource: {FUNCTION} because no {layer} allows the lambda:InvokeFunction action"
        );
        check(&layers, &invoke, &expected);
    }
}

#[test]
fn forms_of_their_own() {
    let run = request(
        ALICE,
        "ec2:RunInstances",
        "arn:aws:ec2:us-east-1:111122223333:instance/*",
    );
    let record = iam::evaluate(&Layers::default(), &run);
    let encoded = message::encoded_denial(&record, &run, "QmxvYg").unwrap();
    assert!(encoded.starts_with("You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/alice is"));
    assert!(encoded.ends_with(" Encoded authorization failure message: QmxvYg"));
    let decoded: serde_json::Value =
        serde_json::from_str(&message::decoded_denial(&record, &run)).unwrap();
    assert_eq!(decoded["allowed"], false);
    assert_eq!(decoded["context"]["action"], "ec2:RunInstances");

    let encrypt = request(
        ALICE,
        "kms:GenerateDataKey",
        "arn:aws:kms:us-east-1:111122223333:key/k",
    );
    let record = iam::evaluate(&Layers::default(), &encrypt);
    assert_eq!(
        message::kms_denial(&record, &encrypt).unwrap(),
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: kms:GenerateDataKey on this resource \
         because no resource-based policy allows the kms:GenerateDataKey action"
    );
    let put = request(ALICE, "s3:PutBucketPolicy", "arn:aws:s3:::b");
    assert_eq!(
        message::public_access_block(&put, message::PublicAccessBlock::Policies),
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:PutBucketPolicy on resource: \
         \"arn:aws:s3:::b\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
    );
}
