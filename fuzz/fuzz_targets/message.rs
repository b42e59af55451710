//! Any text as a pasted denial, and denials with any names in them.
//!
//! What is rendered from a record is read back with the same action, layer and kind.
#![no_main]

use iam::message::{self, NamedResource, Style};
use iam::policy::Kind;
use iam::{Action, Caller, Context, Layers, Policy, Request, evaluate};
use libfuzzer_sys::fuzz_target;

const SERVICES: [&str; 7] = ["s3", "lambda", "iam", "sts", "kms", "ec2", "servicequotas"];

fuzz_target!(|input: (u8, &str, &str)| {
    let (choice, text, name) = input;
    let _ = message::parse(text);
    let service = SERVICES[usize::from(choice) % SERVICES.len()];
    let (Ok(caller), Ok(resource)) = (
        Caller::parse(&format!("arn:aws:iam::111122223333:user/{name}")),
        format!("arn:aws:{service}:::{text}").parse(),
    ) else {
        return;
    };
    let request = Request {
        caller,
        action: Action::parse(&format!("{service}:Act")).expect("an action"),
        resource,
        resource_account: "111122223333".parse().expect("an account"),
        context: Context::new(),
    };
    let deny = r#"{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
    let policy = Policy::parse("p", deny, Kind::Identity).expect("a policy");
    for identity in [vec![], vec![policy]] {
        let record = evaluate(
            &Layers {
                identity,
                ..Layers::default()
            },
            &request,
        );
        let Some(rendered) = message::denial(&record, &request, Style::of_service(service)) else {
            panic!("a denial has a message")
        };
        // Names with spaces and line breaks cannot be told from the words around them.
        if name.contains(char::is_whitespace) || text.contains(char::is_whitespace) {
            continue;
        }
        let Some(parsed) = message::parse(&rendered) else {
            panic!("{rendered:?} is no denial")
        };
        if is_plain(name) && is_plain(text) {
            let encoded = parsed.encoded.is_some();
            assert_eq!(parsed.action.is_some(), !encoded, "{rendered:?}");
            assert!(
                encoded || parsed.denial == record.denied_by.first().copied(),
                "{rendered:?}"
            );
            if let Some(NamedResource::Arn(arn)) = &parsed.resource {
                assert_eq!(arn.as_str(), request.resource.as_str());
            }
        }
    }
});

/// A name as AWS takes them.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/_-+=@".contains(&byte))
}
