//! Random cases over a vocabulary small enough that their parts meet.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::reference::DATES;

const PRINCIPALS: &[&str] = &[
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:assumed-role/render/job-1",
    "arn:aws:sts::111122223333:federated-user/fred",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:iam::444455556666:root",
    "arn:aws:sts::444455556666:assumed-role/render/job-1",
    "arn:aws-cn:iam::444455556666:user/bob",
    "lambda.amazonaws.com",
    "anonymous",
];

const TARGETS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::b/alice/x"),
    ("s3:PutObject", "arn:aws:s3:::b/renders/r:1/out.mp4"),
    ("s3:ListBucket", "arn:aws:s3:::b"),
    ("s3:ListAllMyBuckets", "*"),
    (
        "lambda:InvokeFunction",
        "arn:aws:lambda:us-east-1:111122223333:function:f",
    ),
    (
        "lambda:InvokeFunction",
        "arn:aws:lambda:us-east-1:111122223333:function:f:prod",
    ),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/render"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/render"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k"),
    ("sts:GetCallerIdentity", "*"),
    ("sts:GetSessionToken", "*"),
];

const ACTIONS: &[&str] = &[
    "*",
    "*",
    "*:*",
    "s3:*",
    "s3:Get*",
    "s3:?etObject",
    "S3:getobject",
    "s3:PutObject",
    "lambda:*",
    "lambda:Invoke*",
    "sts:*",
    "sts:AssumeRole",
    "iam:PassRole",
    "kms:Decrypt",
    "*:*Object",
    "s?:GetObject",
];

const RESOURCES: &[&str] = &[
    "*",
    "*",
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, 'alice'}/?",
    "arn:aws:s3:::b/${*}*",
    "arn:aws:s3:::B/*",
    "arn:AWS:S3:::b/*",
    "arn:aws:lambda:*:*:function:f*",
    "arn:aws:lambda:us-east-?:111122223333:function:f",
    "arn:aws:lambda:us-east-1:444455556666:function:f",
    "arn:aws:lambda:eu-west-1:111122223333:function:f",
    "arn:aws-cn:lambda:us-east-1:111122223333:function:f",
    "arn:aws:lambdas:us-east-1:111122223333:function:f",
    "arn:aws:lambda:*:f",
    "arn:aws:lambda:${aws:RequestedRegion}:*:function:f",
    "arn:aws:s3",
    "arn:aws:s3*",
    "arn:aws:iam::*:role/render",
    "arn:aws:kms:*:*:key/*",
    "arn:*:*:*:*:*",
];

const NAMES: &[&str] = &[
    "*",
    "111122223333",
    "444455556666",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::111122223333:user/Alice",
    "arn:aws:iam::111122223333:role/render",
    "arn:aws:sts::111122223333:assumed-role/render/job-1",
    "arn:aws:sts::111122223333:federated-user/fred",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:iam::444455556666:user/*",
];

const TEXT_OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const NUMERIC: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATED: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];
const ARN_OPERATORS: &[&str] = &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"];

const TEXTS: &[&str] = &[
    "alice",
    "Alice",
    "al*",
    "a?ice",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "",
    "red",
    "${*}",
];
const NUMBERS: &[&str] = &["10", "10.0", "9.5", "-1", "11", "ten"];
const ADDRESSES: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "home",
];
const ARNS: &[&str] = &[
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:alice",
    "arn:*:*:*:*:*",
    "${aws:PrincipalArn}",
    "*",
];

/// A condition operator with values of its kind, and sometimes of another.
fn condition() -> impl Strategy<Value = (String, String, Vec<&'static str>)> {
    let dates: Vec<&'static str> = DATES.iter().map(|(text, _)| *text).collect();
    let family = |operators: &'static [&'static str],
                  keys: &'static [&'static str],
                  values: Vec<&'static str>| {
        (
            select(operators),
            select(keys),
            prop::collection::vec(select(values), 1..3),
        )
            .boxed()
    };
    let plain = prop_oneof![
        3 => family(TEXT_OPERATORS, &["aws:username", "AWS:UserName", "aws:PrincipalTag/team", "aws:TagKeys"], TEXTS.to_vec()),
        1 => family(NUMERIC, &["s3:max-keys", "aws:username"], NUMBERS.to_vec()),
        1 => family(DATED, &["aws:CurrentTime", "aws:username"], dates),
        1 => family(&["Bool"], &["aws:SecureTransport", "aws:username"], vec!["true", "False", "yes", "${aws:SecureTransport}"]),
        1 => family(&["BinaryEquals"], &["x:bytes"], vec!["YQ==", "Yg==", "%"]),
        1 => family(&["IpAddress", "NotIpAddress"], &["aws:SourceIp", "aws:username"], ADDRESSES.to_vec()),
        1 => family(ARN_OPERATORS, &["aws:PrincipalArn", "aws:username"], ARNS.to_vec()),
    ];
    let quantifier =
        prop_oneof![3 => Just(""), 1 => Just("ForAllValues:"), 1 => Just("ForAnyValue:")];
    let suffix = prop_oneof![3 => Just(""), 1 => Just("IfExists")];
    let modified =
        (plain, quantifier, suffix).prop_map(|((operator, key, values), quantifier, suffix)| {
            (
                format!("{quantifier}{operator}{suffix}"),
                key.to_owned(),
                values,
            )
        });
    let null = (
        select(&["aws:username", "aws:TagKeys", "aws:CurrentTime"][..]),
        select(&["true", "false"][..]),
    )
        .prop_map(|(key, value)| ("Null".to_owned(), key.to_owned(), vec![value]));
    prop_oneof![6 => modified, 1 => null]
}

fn context() -> impl Strategy<Value = Value> {
    let one = |key: &'static str, values: &'static [&'static str]| {
        select(values)
            .prop_map(move |value| (key, json!(value)))
            .boxed()
    };
    let entries = vec![
        one("aws:username", &["alice", "Alice", "*", ""]),
        one("aws:PrincipalTag/team", &["alice", "red", "*"]),
        subsequence(vec!["alice", "red", ""], 0..=3)
            .prop_map(|keys| ("aws:TagKeys", json!(keys)))
            .boxed(),
        one("s3:max-keys", &["10", "9.5", "ten"]),
        one(
            "aws:CurrentTime",
            &[
                "2025-01-01T00:00:00Z",
                "1735689600",
                "2024-12-31T23:59Z",
                "soon",
            ],
        ),
        one("aws:SecureTransport", &["true", "false", "TRUE"]),
        one("x:bytes", &["YQ==", "%"]),
        one(
            "aws:SourceIp",
            &["203.0.113.7", "203.0.114.1", "2001:db8::1", "home"],
        ),
        one(
            "aws:PrincipalArn",
            &[
                "arn:aws:iam::111122223333:user/alice",
                "arn:aws:iam::444455556666:user/bob",
                "alice",
            ],
        ),
    ];
    let maybe: Vec<_> = entries
        .into_iter()
        .map(|entry| prop::option::weighted(0.6, entry))
        .collect();
    maybe.prop_map(|entries| {
        Value::Object(
            entries
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    })
}

fn principal() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(json!("*")),
        4 => prop::collection::vec(select(NAMES), 1..4).prop_map(|names| json!({ "AWS": names })),
        1 => Just(json!({ "Service": "lambda.amazonaws.com" })),
    ]
}

/// One statement for a layer.
pub(crate) fn statement(layer: &'static str) -> impl Strategy<Value = Value> {
    let list = |values: &'static [&'static str]| prop::collection::vec(select(values), 1..3);
    let conditions = prop_oneof![3 => prop::collection::vec(condition(), 0..1), 2 => prop::collection::vec(condition(), 1..3)];
    let negations = (
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.15),
    );
    (
        prop::bool::weighted(0.75),
        negations,
        list(ACTIONS),
        list(RESOURCES),
        principal(),
        conditions,
    )
        .prop_map(
            move |(
                allow,
                (not_action, not_resource, not_principal),
                actions,
                resources,
                principal,
                conditions,
            )| {
                let mut out = Map::new();
                out.insert("Effect".into(), json!(if allow { "Allow" } else { "Deny" }));
                out.insert(
                    if not_action { "NotAction" } else { "Action" }.into(),
                    json!(actions),
                );
                if layer != "trust" {
                    let resources: Vec<_> = resources
                        .iter()
                        .filter(|pattern| {
                            layer != "rcp" || pattern.matches(':').count() > 4 || **pattern == "*"
                        })
                        .collect();
                    let resources = if resources.is_empty() {
                        json!("*")
                    } else {
                        json!(resources)
                    };
                    out.insert(
                        if not_resource {
                            "NotResource"
                        } else {
                            "Resource"
                        }
                        .into(),
                        resources,
                    );
                }
                match layer {
                    "rcp" => drop(out.insert("Principal".into(), json!("*"))),
                    "resource" | "vpce" if not_principal => {
                        drop(out.insert("NotPrincipal".into(), principal));
                    }
                    "resource" | "vpce" | "trust" => {
                        drop(out.insert("Principal".into(), principal));
                    }
                    _ => {}
                }
                let mut by_operator = Map::new();
                for (operator, key, values) in conditions {
                    let by_key = by_operator.entry(operator).or_insert_with(|| json!({}));
                    by_key[key] = json!(values);
                }
                if !by_operator.is_empty() {
                    out.insert("Condition".into(), Value::Object(by_operator));
                }
                Value::Object(out)
            },
        )
}

/// One document for a layer.
pub(crate) fn document(layer: &'static str) -> impl Strategy<Value = Value> {
    let version =
        prop_oneof![6 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, prop::collection::vec(statement(layer), 1..4)).prop_map(|(version, statements)| {
        let mut out = Map::new();
        if let Some(version) = version {
            out.insert("Version".into(), json!(version));
        }
        out.insert("Statement".into(), json!(statements));
        Value::Object(out)
    })
}

fn policies(layer: &'static str, most: usize) -> impl Strategy<Value = Value> {
    prop::collection::vec(document(layer), 1..=most).prop_map(|documents| {
        let named = documents.into_iter().enumerate();
        named
            .map(|(index, document)| json!({ "name": format!("p{index}"), "document": document }))
            .collect()
    })
}

fn levels(layer: &'static str) -> impl Strategy<Value = Value> {
    prop::collection::vec(policies(layer, 2), 1..3).prop_map(|levels| {
        let named = levels.into_iter().enumerate();
        named
            .map(|(index, policies)| json!({ "target": format!("l{index}"), "policies": policies }))
            .collect()
    })
}

/// A whole case.
pub(crate) fn case() -> impl Strategy<Value = Value> {
    (select(TARGETS), select(PRINCIPALS), context()).prop_flat_map(
        |((action, resource), principal, context)| {
            let is_trust = *action == *"sts:AssumeRole";
            let maybe =
                |weight, strategy: BoxedStrategy<Value>| prop::option::weighted(weight, strategy);
            let layers = (
                maybe(0.9, policies("identity", 2).boxed()),
                maybe(0.25, policies("boundary", 1).boxed()),
                maybe(0.25, policies("session", 1).boxed()),
                maybe(0.2, levels("scp").boxed()),
                maybe(0.15, levels("rcp").boxed()),
                maybe(
                    0.6,
                    document(if is_trust { "trust" } else { "resource" }).boxed(),
                ),
                maybe(0.1, policies("vpce", 2).boxed()),
                any::<bool>(),
            );
            layers.prop_map(
                move |(identity, boundary, session, scp, rcp, resource_policy, vpce, block)| {
                    let mut policies = Map::new();
                    let present = [
                        ("identity", identity),
                        ("boundary", boundary),
                        ("session", session),
                        ("scp", scp),
                        ("rcp", rcp),
                        ("resource", resource_policy),
                        ("vpce", vpce),
                    ];
                    policies.extend(
                        present
                            .into_iter()
                            .filter_map(|(layer, value)| Some((layer.to_owned(), value?))),
                    );
                    json!({
                        "v": "iamcase/v1",
                        "id": "generated",
                        "request": {
                            "principal": principal,
                            "action": action,
                            "resource": resource,
                            "resource_account": "111122223333",
                            "context": context,
                        },
                        "policies": policies,
                        "settings": { "s3_block_public_access": block },
                    })
                },
            )
        },
    )
}
