//! Any text as an ARN, a principal, an action and an account, and two texts as a pattern and a resource.
//!
//! A resource pattern is compared with a plain reading of the rule: six parts, each matched on its own.
#![no_main]

use framewright_fuzz::{allows, glob, quoted};
use iam::{AccountId, Action, Arn, Caller, Context};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let (pattern, resource) = texts;
    let _ = Caller::parse(pattern);
    let _ = Action::parse(pattern).map(|action| assert_eq!(action.to_string(), pattern));
    let _ = pattern
        .parse::<AccountId>()
        .map(|account| assert_eq!(account.as_str(), pattern));
    if let Ok(arn) = Arn::parse(pattern) {
        let parts = [
            arn.partition(),
            arn.service(),
            arn.region(),
            arn.account(),
            arn.resource(),
        ];
        assert_eq!(format!("arn:{}", parts.join(":")), pattern);
    }
    let Ok(arn) = Arn::parse(resource) else {
        return;
    };
    let elements = format!(r#""Action": "*", "Resource": {}"#, quoted(pattern));
    let Some(allowed) = allows(&elements, resource, &Context::new()) else {
        return;
    };
    if pattern.contains("${") {
        return;
    }
    let mut wanted: Vec<&str> = pattern.splitn(6, ':').collect();
    wanted.resize(6, "*");
    let found = [
        "arn",
        arn.partition(),
        arn.service(),
        arn.region(),
        arn.account(),
    ];
    let head = wanted
        .iter()
        .zip(found)
        .all(|(wanted, found)| glob(&wanted.to_ascii_lowercase(), &found.to_ascii_lowercase()));
    assert_eq!(
        allowed,
        pattern == "*" || (head && glob(wanted[5], arn.resource()))
    );
});
