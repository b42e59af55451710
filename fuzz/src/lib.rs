//! What the targets share: one statement against one request, and a matcher that is plainly right.

use iam::policy::Kind;
use iam::{Action, Caller, Context, Decision, Layers, Policy, Request, decide, evaluate};

/// Whether an Allow with these elements allows; `None` if the document is refused.
pub fn allows(elements: &str, resource: &str, context: &Context) -> Option<bool> {
    answer("Allow", elements, resource, context).map(Decision::is_allowed)
}

/// Whether a Deny with these elements denies.
pub fn denies(elements: &str, resource: &str, context: &Context) -> Option<bool> {
    answer("Deny", elements, resource, context).map(|decision| decision == Decision::ExplicitDeny)
}

fn answer(effect: &str, elements: &str, resource: &str, context: &Context) -> Option<Decision> {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", {elements}}}}}"#
    );
    let identity = vec![Policy::parse("p", &text, Kind::Identity).ok()?];
    let layers = Layers {
        identity,
        ..Layers::default()
    };
    let request = Request {
        caller: Caller::parse("arn:aws:iam::111122223333:user/alice").ok()?,
        action: Action::parse("x:Act").ok()?,
        resource: resource.parse().ok()?,
        resource_account: "111122223333".parse().ok()?,
        context: context.clone(),
    };
    // A resource of another partition is denied whatever the policies say.
    let foreign = request
        .resource
        .arn()
        .is_some_and(|arn| !arn.partition().eq_ignore_ascii_case("aws"));
    let decision = decide(&layers, &request);
    assert_eq!(evaluate(&layers, &request).decision, decision);
    (!foreign).then_some(decision)
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether `pattern`, in which `*` and `?` are wildcards, covers `text`: by a table of all prefixes of both.
pub fn glob(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut row: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    for wanted in pattern.chars() {
        let before = row.clone();
        for length in 0..=text.len() {
            row[length] = match wanted {
                '*' => before[length] || (length > 0 && row[length - 1]),
                '?' => length > 0 && before[length - 1],
                literal => length > 0 && before[length - 1] && text[length - 1] == literal,
            };
        }
    }
    row[text.len()]
}
