//! Denials as people paste them.

use iam::message::{self, Form, NamedResource, Parsed, PublicAccessBlock, Style};
use iam::{CallerKind, DenialKind, Layer};
use proptest::prelude::*;

use crate::generate;

fn parse(text: &str) -> Parsed {
    message::parse(text).unwrap_or_else(|| panic!("no denial in {text:?}"))
}

/// The five fields that a common denial carries.
fn check(
    text: &str,
    principal: Option<&str>,
    action: &str,
    resource: Option<&str>,
    denial: Option<(Layer, DenialKind)>,
) {
    let parsed = parse(text);
    assert_eq!(parsed.principal.as_deref(), principal, "{text}");
    assert_eq!(
        parsed.action.as_ref().map(iam::Action::as_str),
        Some(action),
        "{text}"
    );
    let shown = parsed.resource.map(|resource| match resource {
        NamedResource::Arn(arn) => arn.to_string(),
        NamedResource::Unnamed => "*".to_owned(),
        NamedResource::KindAndName(kind, name) => format!("{kind} {name}"),
        NamedResource::Other(text) => text,
    });
    assert_eq!(shown.as_deref(), resource, "{text}");
    assert_eq!(
        parsed.denial.map(|denial| (denial.layer, denial.kind)),
        denial,
        "{text}"
    );
}

const USER: &str = "arn:aws:iam::281502313273:user/remotion_user";
const CUTTER: &str = "arn:aws:lambda:us-east-1:281502313273:function:ffmpeg-clip-cutter";
const NO_IDENTITY: Option<(Layer, DenialKind)> = Some((Layer::Identity, DenialKind::Implicit));

#[test]
fn line_breaks_and_wrappers_do_not_matter() {
    let reason = "because no identity-based policy allows the lambda:InvokeFunction action";
    let message = format!(
        "User: {USER} is not authorized to perform: lambda:InvokeFunction on resource: {CUTTER} {reason}"
    );
    let inside_json = format!(r#"{{"Message":"{message}"}}"#);
    let nested =
        serde_json::json!({ "Records": [{ "eventName": "Invoke", "detail": inside_json }] })
            .to_string();
    // As it stands in a document that users of Remotion Lambda are given.
    let document = format!("## Error\n```\n{message}\n```\n")
        .replace("perform: ", "perform: \n")
        .replace(" because", " \nbecause");
    for text in [
        document,
        message.clone(),
        format!(
            "Error: User: {USER} is not authorized to perform: \n   lambda:InvokeFunction on resource: {CUTTER} \n {reason}  \n"
        ),
        format!(
            "An error occurred (AccessDeniedException) when calling the Invoke operation: {message}"
        ),
        format!(
            "AccessDeniedException: {message}.\n    at deserialize (/app/index.js:1:1) {{ a }}"
        ),
        format!("({message})\n\tstatus code: 403, request id: 1-2-3"),
        format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"),
        inside_json,
        nested,
        format!("we tried, and then:\n\n> {message}\n\nany idea?"),
    ] {
        check(
            &text,
            Some(USER),
            "lambda:InvokeFunction",
            Some(CUTTER),
            NO_IDENTITY,
        );
    }
}

#[test]
fn forms_that_services_use() {
    let role = "arn:aws:sts::111122223333:assumed-role/render/job-1";
    let text = format!(
        "User: {role} is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::b/a because b.mp4\" because no \
         identity-based policy allows the s3:PutObject action"
    );
    check(
        &text,
        Some(role),
        "s3:PutObject",
        Some("arn:aws:s3:::b/a because b.mp4"),
        NO_IDENTITY,
    );
    let xml = text.replace('"', "&quot;");
    check(
        &xml,
        Some(role),
        "s3:PutObject",
        Some("arn:aws:s3:::b/a because b.mp4"),
        NO_IDENTITY,
    );
    check(
        "User is not authorized to perform: sqs:SendMessage.",
        None,
        "sqs:SendMessage",
        None,
        None,
    );
    let text = "User: anonymous isn't authorized to perform: iam:GetRole on resource: role render because no identity-based policy allows the iam:GetRole action";
    check(
        text,
        Some("anonymous"),
        "iam:GetRole",
        Some("role render"),
        NO_IDENTITY,
    );
    let text = format!(
        "User: {USER} is not authorized to perform: iam:PassRole on resource: no-such-role"
    );
    check(
        &text,
        Some(USER),
        "iam:PassRole",
        Some("no-such-role"),
        None,
    );
    let text = format!(
        "User: {USER} is not authorized to perform: lambda:ListFunctions on resource: * with an explicit deny in a sessions policy"
    );
    let session = Some((Layer::Session, DenialKind::Explicit));
    check(
        &text,
        Some(USER),
        "lambda:ListFunctions",
        Some("*"),
        session,
    );
    let text = format!(
        "User: {USER} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:111122223333:q.fifo \
         with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1."
    );
    let scp = Some((Layer::Scp, DenialKind::Explicit));
    check(
        &text,
        Some(USER),
        "sqs:SendMessage",
        Some("arn:aws:sqs:us-east-1:111122223333:q.fifo"),
        scp,
    );
    let policy = parse(&text).policy.map(|arn| arn.to_string());
    assert_eq!(
        policy.as_deref(),
        Some("arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1")
    );
}

const RENDER: &str = "arn:aws:sts::123456789012:assumed-role/remotion-lambda-role/render";
const PUT: &str = "User: arn:aws:sts::123456789012:assumed-role/remotion-lambda-role/render is not authorized to perform: \
    s3:PutObject on resource: \"arn:aws:s3:::output-bucket/other/card.mp4\" because no identity-based policy allows the \
    s3:PutObject action";

/// As the SDK for Rust prints an error of S3: its message, and itself with the message in it.
fn told_twice(message: &str) -> String {
    format!(
        "could not write the output: access denied: {message}: service error: unhandled error (AccessDenied): Error {{ \
         code: \"AccessDenied\", message: {message:?}, aws_request_id: \"01JDX\" }}"
    )
}

#[test]
fn a_denial_that_is_told_twice_is_read_once() {
    let twice = told_twice(PUT);
    let second = twice.split_once(": service error: ").unwrap().1;
    let broken = |text: &str| {
        text.replace("perform: ", "perform: \n")
            .replace(" because", " \nbecause")
    };
    let framed = |text: &str| {
        text.replace(" is not", "\n  │   is not")
            .replace("perform: ", "perform:\n> ")
    };
    for text in [
        twice.as_str(),
        second,
        &broken(&twice),
        &broken(second),
        &framed(&twice),
        &format!("{PUT}\n{PUT}"),
        &format!("{twice:?}"),
        &format!("error: {:?}", told_twice(PUT)),
        &serde_json::json!({ "message": twice }).to_string(),
        &format!(
            "the log says {}",
            serde_json::json!({ "message": twice, "help": null })
        ),
    ] {
        let resource = Some("arn:aws:s3:::output-bucket/other/card.mp4");
        check(text, Some(RENDER), "s3:PutObject", resource, NO_IDENTITY);
        assert_eq!(parse(text).words, PUT, "{text}");
    }
}

#[test]
fn a_quoted_resource_ends_at_its_own_mark() {
    for name in [
        "arn:aws:s3:::b/a \"b\" c",
        "arn:aws:s3:::b/a\\b",
        "arn:aws:s3:::b/\"",
        "arn:aws:s3:::b/a because b",
        "arn:aws:s3:::b/a\" with an explicit deny",
    ] {
        let message = PUT.replace("arn:aws:s3:::output-bucket/other/card.mp4", name);
        for text in [
            message.clone(),
            told_twice(&message),
            format!("{message:?}"),
        ] {
            check(&text, Some(RENDER), "s3:PutObject", Some(name), NO_IDENTITY);
            assert_eq!(parse(&text).words, message);
        }
    }
    let (head, _) = PUT.split_once("card").unwrap();
    check(head, Some(RENDER), "s3:PutObject", None, None);
    let (bare, _) = PUT.split_once(" because").unwrap();
    let resource = Some("arn:aws:s3:::output-bucket/other/card.mp4");
    for text in [bare.to_owned(), format!("{bare}."), told_twice(bare)] {
        check(&text, Some(RENDER), "s3:PutObject", resource, None);
        assert_eq!(parse(&text).words, bare, "{text}");
    }
}

#[test]
fn what_can_be_no_arn_is_called_none() {
    for garbage in [
        "arn:aws:lambda:us-east-1:111122223333:function:f\\\", aws_request_id: x",
        "arn:aws:lambda:us-east-1:111122223333:function:f g",
        "arn:aws:s3:::b because",
        "arn:aws:s3::: /b",
    ] {
        let text = PUT.replace("arn:aws:s3:::output-bucket/other/card.mp4", garbage);
        let found = parse(&text).resource;
        assert!(!matches!(found, Some(NamedResource::Arn(_))), "{found:?}");
    }
}

#[test]
fn the_words_of_a_denial_stand_alone() {
    for (text, words) in [
        (
            "(User: a is not authorized to perform: sqs:SendMessage on resource: * because no identity-based policy allows the sqs:SendMessage action)\n\tstatus code: 403",
            "User: a is not authorized to perform: sqs:SendMessage on resource: * because no identity-based policy allows the sqs:SendMessage action",
        ),
        (
            "x: User: a is not authorized to perform: sqs:SendMessage on resource: *. Try again",
            "User: a is not authorized to perform: sqs:SendMessage on resource: *",
        ),
        (
            "x: User: a is not authorized to perform: iam:GetRole on resource: role r, and more",
            "User: a is not authorized to perform: iam:GetRole on resource: role r",
        ),
        (
            "User: a is not authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action: Error",
            "User: a is not authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action",
        ),
        (
            "User is not authorized to perform: sqs:SendMessage.",
            "User is not authorized to perform: sqs:SendMessage",
        ),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.words, words);
        assert_eq!(parse(&parsed.words), parsed);
    }
}

#[test]
fn forms_of_their_own() {
    assert_eq!(
        parse(
            "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
        )
        .form,
        Form::Bare
    );
    let logs = parse(
        "User with accountId: 111122223333 is not authorized to perform CreateLogGroup with Tags",
    );
    assert_eq!(
        (logs.form, logs.principal.as_deref()),
        (Form::TaggedLogGroup, Some("111122223333"))
    );
    let block = parse(
        "User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::b\" \
         because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
    );
    assert_eq!(
        block.form,
        Form::PublicAccessBlock(PublicAccessBlock::Policies)
    );
    assert_eq!(block.denial, None);
    let encoded = parse(
        "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/a is not authorized to perform: \
         ec2:RunInstances on resource: arn:aws:ec2:us-east-1:111122223333:instance/* because no identity-based policy allows the \
         ec2:RunInstances action. Encoded authorization failure message: Qmxv-Yg",
    );
    assert_eq!(encoded.encoded.as_deref(), Some("Qmxv-Yg"));
    for text in [
        "",
        "all is well",
        "is not authorized to perform:",
        "is not authorized to perform: nothing at all",
    ] {
        assert_eq!(message::parse(text), None, "{text}");
    }
}

#[test]
fn regression_braces_in_names_are_no_json() {
    let text = "User: arn:aws:iam::111122223333:user/h is not authorized to perform: s3:GetObject on resource: \
                \"arn:aws:s3:::b/{}/{\"a\": \"b\"}\" because no identity-based policy allows the s3:GetObject action";
    let found = parse(text);
    assert_eq!(
        found.principal.as_deref(),
        Some("arn:aws:iam::111122223333:user/h")
    );
    assert_eq!(
        found.denial.map(|denial| denial.layer),
        Some(Layer::Identity)
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(case in generate::case()) {
        let case = iam::case::Case::parse(&case.to_string()).unwrap();
        let record = iam::evaluate(&case.layers, &case.request);
        let style = Style::of_service(case.request.action.service());
        let Some(text) = message::denial(&record, &case.request, style) else { return Ok(()) };
        let parsed = parse(&text);
        if text == "Access Denied" {
            prop_assert_eq!(parsed.form, Form::Bare);
            let is_service = matches!(case.request.caller.kind(), CallerKind::Service(_));
            prop_assert!(!case.request.is_same_account() && !is_service);
            return Ok(());
        }
        prop_assert_eq!(parsed.principal.as_deref(), Some(case.request.caller.as_str()));
        prop_assert_eq!(parsed.action.as_ref(), Some(&case.request.action));
        match (parsed.resource, case.request.resource.arn()) {
            (Some(NamedResource::Arn(shown)), Some(arn)) => prop_assert_eq!(&shown, arn),
            (Some(NamedResource::KindAndName(_, name)), Some(arn)) => prop_assert!(arn.as_str().ends_with(&name)),
            (None | Some(NamedResource::Unnamed), None) => {}
            (shown, arn) => prop_assert!(false, "{shown:?} for {arn:?}"),
        }
        prop_assert_eq!(&parsed.words, &text);
        let twice = parse(&told_twice(&text));
        prop_assert_eq!(&twice.words, &text);
        let denial = parsed.denial.unwrap();
        prop_assert_eq!(Some(denial.layer), record.named);
        prop_assert_eq!(Some(denial.kind), record.deciding().map(|denial| denial.kind));
    }

    #[test]
    fn any_text_is_read_without_harm(text in ".*", around in ".*") {
        let _ = message::parse(&text);
        let _ = message::parse(&format!("{text} is not authorized to perform: s3:GetObject on resource: \"{around}"));
    }
}
