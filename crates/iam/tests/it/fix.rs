//! Fixes: the exact statement, proven, and wider ones rejected with a witness.

use iam::fix::{Hopeless, Incident, Known, Outcome, Proposal, Rejection, draft, fix};
use iam::lint::Home;
use iam::policy::{Document, Kind};
use iam::{Arn, Decision, Layer, Layers, Policy};

use crate::seeds;

const CUTTER: &str = "arn:aws:lambda:us-east-1:281502313273:function:ffmpeg-clip-cutter";

fn proposal(text: &str, known: &Known) -> Box<Proposal> {
    match fix(&Incident::read(text).unwrap(), known).outcome {
        Outcome::Proposal(proposal) => proposal,
        other => panic!("{other:?}"),
    }
}

fn why(proposal: &Proposal, resources: &[&str]) -> String {
    let rejected = proposal
        .rejected
        .iter()
        .find(|rejected| rejected.candidate.resources == resources);
    match &rejected
        .unwrap_or_else(|| panic!("{resources:?} was not tried"))
        .why
    {
        Rejection::DoesNotHelp => "does not help".to_owned(),
        Rejection::AlsoAllows(neighbour) => format!(
            "{} {}",
            neighbour.request.action, neighbour.request.resource
        ),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_clip_cutter() {
    let known = Known::default();
    let answer = fix(&Incident::read(seeds::FIX).unwrap(), &known);
    assert_eq!(
        answer.cause,
        format!(
            "arn:aws:iam::281502313273:user/remotion_user may not lambda:InvokeFunction on {CUTTER}, because no identity-based policy of the caller allows it."
        )
    );
    let proposal = proposal(seeds::FIX, &known);
    assert_eq!(
        proposal.document.to_compact_json(),
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"{CUTTER}"}}]}}"#
        )
    );
    assert_eq!(
        (proposal.before, proposal.after),
        (Decision::ImplicitDeny, Decision::Allowed)
    );
    assert_eq!(
        (proposal.newly_allowed, proposal.neighbours > 20),
        (0, true)
    );
    assert!(!proposal.is_proven(), "other layers are unknown");
    assert_eq!(
        proposal.place,
        "an identity policy of the user `remotion_user`"
    );
    assert_eq!(why(&proposal, &[&format!("{CUTTER}:*")]), "does not help");
    assert_eq!(
        why(&proposal, &[CUTTER, &format!("{CUTTER}:*")]),
        format!("lambda:InvokeFunction {CUTTER}:prod")
    );
    assert_eq!(
        why(&proposal, &[&format!("{CUTTER}*")]),
        format!("lambda:InvokeFunction {CUTTER}-evil")
    );
    let all = "arn:aws:lambda:us-east-1:281502313273:function:*";
    assert!(
        why(&proposal, &[all])
            .starts_with("lambda:InvokeFunction arn:aws:lambda:us-east-1:281502313273:function:")
    );
    assert_eq!(
        why(
            &proposal,
            &["arn:aws:lambda:us-east-1:*:function:ffmpeg-clip-cutter"]
        ),
        "lambda:InvokeFunction arn:aws:lambda:us-east-1:999999999999:function:ffmpeg-clip-cutter"
    );
    assert_eq!(
        why(
            &proposal,
            &["arn:aws:lambda:*:281502313273:function:ffmpeg-clip-cutter"]
        ),
        "lambda:InvokeFunction arn:aws:lambda:us-west-2:281502313273:function:ffmpeg-clip-cutter"
    );
    assert_eq!(
        (proposal.room.home, proposal.room.left()),
        (Home::User, None)
    );
}

#[test]
fn what_is_left_of_the_quota_is_counted() {
    let setup = seeds::document(seeds::SETUP, 1);
    let mut known = Known {
        inline_counted: Some(setup.counted_characters()),
        layers: Layers {
            identity: vec![Policy::inline("deployer", setup)],
            ..Layers::default()
        },
        is_complete: true,
        ..Known::default()
    };
    let found = proposal(seeds::FIX, &known);
    assert!(found.is_proven());
    assert_eq!(
        (found.room.home, found.room.taken),
        (Home::User, Some(1_758))
    );
    assert_eq!(found.room.left(), Some(2_048 - 1_758 - found.room.takes));
    assert!(
        found.near[0].contains("FunctionManagement"),
        "{:?}",
        found.near
    );
    known.inline_counted = Some(2_000);
    let found = proposal(seeds::FIX, &known);
    assert_eq!(
        (found.room.home, found.room.is_full_inline),
        (Home::Managed, true)
    );
}

fn message(reason: &str) -> String {
    format!(
        "An error occurred (AccessDenied): User: arn:aws:sts::111122223333:assumed-role/render/s is not authorized to perform: \
         s3:PutObject on resource: \"arn:aws:s3:::videos/a b/*.mp4\" {reason}"
    )
}

#[test]
fn each_layer_has_its_place() {
    let cases = [
        (
            "identity-based policy",
            "an identity policy of the role `render`",
            Kind::Identity,
        ),
        (
            "resource-based policy",
            "the bucket policy of `videos`",
            Kind::Resource,
        ),
        (
            "permissions boundary",
            "the policy that is the permissions boundary of the role `render`",
            Kind::Boundary,
        ),
        (
            "session policy",
            "the session policy: whoever makes the session passes it with the call",
            Kind::Session,
        ),
        (
            "service control policy",
            "a service control policy, at every level from the organization's root down to the caller's account",
            Kind::Scp,
        ),
        (
            "VPC endpoint policy",
            "the policy of the VPC endpoint that the request comes through",
            Kind::Vpce,
        ),
    ];
    for (layer, place, kind) in cases {
        let found = proposal(
            &message(&format!(
                "because no {layer} allows the s3:PutObject action"
            )),
            &Known::default(),
        );
        assert_eq!((found.place.as_str(), found.document.kind()), (place, kind));
        assert_eq!(
            (found.after, found.newly_allowed),
            (Decision::Allowed, 0),
            "{layer}"
        );
        // The wildcard of the key stands for itself.
        assert!(
            found.document.to_json().contains("videos/a b/${*}.mp4"),
            "{}",
            found.document.to_json()
        );
        assert!(!found.is_proven());
    }
}

#[test]
fn a_deny_is_never_outweighed() {
    let text = message("with an explicit deny in an identity-based policy");
    let Outcome::Deny { layer, advice, .. } =
        fix(&Incident::read(&text).unwrap(), &Known::default()).outcome
    else {
        panic!("a denial")
    };
    assert_eq!((layer, advice.len()), (Layer::Identity, 0));
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NoPuts","Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}"#;
    let known = Known {
        layers: Layers {
            identity: vec![Policy::parse("guard", deny, Kind::Identity).unwrap()],
            ..Layers::default()
        },
        ..Known::default()
    };
    let text = message("because no identity-based policy allows the s3:PutObject action");
    let Outcome::Deny { advice, .. } = fix(&Incident::read(&text).unwrap(), &known).outcome else {
        panic!("a denial")
    };
    assert!(advice[0].text.contains("NoPuts"), "{advice:?}");
}

#[test]
fn what_no_policy_helps_against() {
    let public = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::b\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.";
    let role = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: iam:PassRole on resource: remotion-lambda-role because no identity-based policy allows the iam:PassRole action";
    let layer = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: lambda:GetLayerVersion on resource: arn:aws:lambda:eu-west-1:678892195805:layer:remotion-binaries:7 because no resource-based policy allows the lambda:GetLayerVersion action";
    for (text, expected) in [
        (public, Hopeless::PublicPolicies),
        (role, Hopeless::NoSuchRole),
        (layer, Hopeless::LayerNotShared),
        (
            "AccessControlListNotSupported: The bucket does not allow ACLs",
            Hopeless::AclsDisabled,
        ),
        (
            "ExpiredTokenException: The security token included in the request is expired",
            Hopeless::Expired,
        ),
        (
            "AuthorizationHeaderMalformed: the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            Hopeless::WrongRegion,
        ),
        (
            "InvalidClientTokenId: The security token included in the request is invalid.",
            Hopeless::UnknownKey,
        ),
        ("RequestTimeTooSkewed", Hopeless::Clock),
    ] {
        match fix(&Incident::read(text).unwrap(), &Known::default()).outcome {
            Outcome::Hopeless(hopeless) => assert_eq!(hopeless, expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn records_are_read_too() {
    let event = r#"{"eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","recipientAccountId":"111122223333",
        "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333"},
        "requestParameters":{"functionName":"f","qualifier":"prod"},"errorCode":"AccessDenied",
        "errorMessage":"User: arn:aws:iam::111122223333:user/u is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:f:prod because no identity-based policy allows the lambda:InvokeFunction action"}"#;
    let found = proposal(event, &Known::default());
    assert!(found.document.to_json().contains("function:f:prod\""));
    let own = r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","principal":{"arn":"arn:aws:iam::123456789012:user/u"},
        "decisions":[{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","outcome":"implicitDeny","layer":"identity"}],
        "failure":{"status":403,"code":"AccessDenied","message":"Access Denied"}}"#;
    let found = proposal(own, &Known::default());
    assert_eq!(
        (found.layer, found.after),
        (Layer::Identity, Decision::Allowed)
    );
}

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn key_denial(layer: &str) -> String {
    format!(
        "cannot read `k` in bucket `b`: User: arn:aws:iam::111122223333:user/u is not authorized to perform: kms:Decrypt on \
         this resource because no {layer} allows the kms:Decrypt action"
    )
}

#[test]
fn a_key_that_is_not_named_is_left_open() {
    let incident = Incident::read(&key_denial("identity-based policy")).unwrap();
    let answer = fix(&incident, &Known::default());
    assert!(matches!(answer.outcome, Outcome::TooLittle(missing) if missing == ["the resource"]));
    let found = draft(&incident, None).unwrap();
    assert_eq!(found.place, "an identity policy of the user `u`");
    assert_eq!(
        found.text,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"KEY_ARN"}]}"#
    );
    let found = draft(&incident, Some("eu-west-1")).unwrap();
    assert!(
        found
            .text
            .contains(r#""StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}"#),
        "{}",
        found.text
    );
    let by_key = Incident::read(&key_denial("resource-based policy")).unwrap();
    let found = draft(&by_key, None).unwrap();
    assert_eq!(found.place, "the key's policy");
    assert!(found.text.contains(r#""Resource":"*""#), "{}", found.text);
    let named = Incident::read(seeds::FIX).unwrap();
    assert_eq!(draft(&named, None), None);
}

#[test]
fn a_key_is_given_through_s3_alone() {
    let incident = Incident::read(&key_denial("identity-based policy")).unwrap();
    let incident = incident.with_resource(KEY.parse().unwrap());
    let Outcome::Proposal(found) = fix(&incident, &Known::default()).outcome else {
        panic!("a proposal")
    };
    assert_eq!(
        found.document.to_compact_json(),
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"kms:Decrypt","Resource":"{KEY}","Condition":{{"StringEquals":{{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}}}}]}}"#
        )
    );
    assert_eq!(found.through.as_deref(), Some("s3.eu-west-1.amazonaws.com"));
    let without = found.rejected.iter().find(|rejected| {
        rejected.candidate.resources == [KEY] && rejected.candidate.through.is_none()
    });
    assert!(
        matches!(&without.unwrap().why, Rejection::AlsoAllows(neighbour) if neighbour.what.contains("by itself"))
    );
}

#[test]
fn a_boundary_is_named_where_it_is_known() {
    let text = message("because no permissions boundary allows the s3:PutObject action");
    let arn = "arn:aws:iam::111122223333:policy/limits";
    let limits = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}"#;
    let limits = Document::parse(limits, Kind::Boundary).unwrap();
    let known = Known {
        layers: Layers {
            boundary: Some(Policy::managed("limits", Arn::parse(arn).unwrap(), limits)),
            ..Layers::default()
        },
        ..Known::default()
    };
    let named =
        format!("the policy `{arn}`, which is the permissions boundary of the role `render`");
    assert_eq!(proposal(&text, &known).place, named);
    let found = proposal(&format!("{text}: {arn}"), &Known::default());
    assert_eq!((found.layer, found.place), (Layer::Boundary, named));
}

#[test]
fn what_is_told_twice_is_fixed_once() {
    let once = message("because no identity-based policy allows the s3:PutObject action");
    let twice = format!(
        "{once}: service error: Error {{ code: \"AccessDenied\", message: {once:?}, aws_request_id: \"1\" }}"
    );
    let document = |text: &str| proposal(text, &Known::default()).document.to_compact_json();
    assert_eq!(document(&twice), document(&once));
    assert!(document(&twice).ends_with(r#""Resource":"arn:aws:s3:::videos/a b/${*}.mp4"}]}"#));
}

#[test]
fn nothing_is_made_of_nothing() {
    for text in ["", "hello", "{}", "[", "User: is not authorized", "\u{0}"] {
        assert!(Incident::read(text).is_err(), "{text}");
    }
    let bare = fix(&Incident::read("Access Denied").unwrap(), &Known::default());
    assert!(matches!(bare.outcome, Outcome::TooLittle(missing) if missing.len() == 3));
}

fn known(statements: &str) -> Known {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse("own", &text, Kind::Identity).unwrap();
    Known {
        inline_counted: Some(policy.document().counted_characters()),
        layers: Layers {
            identity: vec![policy],
            ..Layers::default()
        },
        is_complete: true,
        ..Known::default()
    }
}

#[test]
fn a_statement_that_is_there_is_extended_where_that_is_shorter() {
    let other = "arn:aws:lambda:us-east-1:281502313273:function:other";
    let invoke = format!(
        r#"{{"Sid":"Invoke","Effect":"Allow","Action":"LAMBDA:InvokeFunction","Resource":"{other}"}}"#
    );
    let found = proposal(seeds::FIX, &known(&invoke));
    let extension = found.extends.as_ref().expect("an extension");
    assert_eq!(
        (extension.statement, extension.sid.as_deref()),
        (0, Some("Invoke"))
    );
    assert_eq!(
        (extension.element, &*extension.entries),
        ("Resource", &[CUTTER.to_owned()][..])
    );
    assert_eq!(
        extension.document.to_compact_json(),
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Invoke","Effect":"Allow","Action":"LAMBDA:InvokeFunction","Resource":["{other}","{CUTTER}"]}}]}}"#
        )
    );
    // Two quotes, a comma and the brackets of a list beside the ARN.
    assert_eq!(extension.room.takes, CUTTER.len() + 5);
    assert!(extension.room.takes < found.room.takes);
    let on_function =
        format!(r#"{{"Effect":"Allow","Action":"lambda:GetFunction","Resource":"{CUTTER}"}}"#);
    let found = proposal(seeds::FIX, &known(&on_function));
    assert_eq!(found.extends.as_ref().unwrap().element, "Action");
}

#[test]
fn a_statement_that_would_say_more_is_not_extended() {
    let other = "arn:aws:lambda:us-east-1:281502313273:function:other";
    for statement in [
        // Another entry would give the other action, too.
        format!(
            r#"{{"Effect":"Allow","Action":["lambda:InvokeFunction","lambda:GetFunction"],"Resource":"{other}"}}"#
        ),
        format!(
            r#"{{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"{other}","Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}"#
        ),
        format!(r#"{{"Effect":"Deny","Action":"lambda:InvokeFunction","Resource":"{other}"}}"#),
        format!(
            r#"{{"Effect":"Allow","NotAction":"lambda:InvokeFunction","Resource":"{CUTTER}"}}"#
        ),
        format!(
            r#"{{"Effect":"Allow","Action":"lambda:InvokeFunction","NotResource":"{CUTTER}"}}"#
        ),
    ] {
        assert!(
            proposal(seeds::FIX, &known(&statement)).extends.is_none(),
            "{statement}"
        );
    }
}

#[test]
fn what_is_known_of_a_principal_is_not_called_unknown() {
    let mut known = known(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
    known.is_complete = false;
    known.whole = vec![Layer::Identity, Layer::Boundary];
    let unknown = proposal(seeds::FIX, &known).unknown;
    assert!(
        !unknown.contains(&Layer::Identity) && !unknown.contains(&Layer::Boundary),
        "{unknown:?}"
    );
    assert!(unknown.contains(&Layer::Scp));
    known.whole.clear();
    known.partial = vec![Layer::Identity];
    let unknown = proposal(seeds::FIX, &known).unknown;
    assert!(
        unknown.contains(&Layer::Identity) && unknown.contains(&Layer::Boundary),
        "{unknown:?}"
    );
}
