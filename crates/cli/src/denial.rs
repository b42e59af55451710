//! A denial that reached a user, explained where it is shown.

use iam::fix::{Incident, Known, Outcome, Proposal, fix};

/// What to do about the denial that `text` tells of: the statement to add, to whom, and the command that does it.
/// `None` if it tells of none.
pub(crate) fn explained(text: &str) -> Option<String> {
    if !text.contains("not authorized to perform") {
        return None;
    }
    let answer = fix(&Incident::read(text).ok()?, &Known::default());
    let cause = &answer.cause;
    Some(match &answer.outcome {
        Outcome::Proposal(proposal) => format!("{cause}\n{}", proposed(proposal, text)),
        Outcome::Deny { place, .. } => format!(
            "{cause}\na statement denies this, and no Allow outweighs it: change it in {place}"
        ),
        Outcome::Hopeless(hopeless) => {
            format!(
                "{cause}\nno change of a policy helps; instead: {}",
                hopeless.remedy()
            )
        }
        Outcome::TooLittle(_) | Outcome::Allowed => {
            format!("{cause}\n`framewright permissions check` says what is missing")
        }
    })
}

fn proposed(proposal: &Proposal, text: &str) -> String {
    format!(
        "add to {}:\n{}\nan administrator does it with: framewright policies fix --apply {}",
        proposal.place,
        proposal.document.to_compact_json(),
        quoted(&message(text))
    )
}

/// The message of AWS alone, in one line.
fn message(text: &str) -> String {
    let start = text.find("User: ").unwrap_or_default();
    text[start..]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn a_denial_is_explained_and_anything_else_is_not() {
        let text = "could not start the render: User: arn:aws:iam::111122223333:user/u is not authorized to \
            perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:f because \
            no identity-based policy allows the lambda:InvokeFunction action";
        let said = explained(text).unwrap();
        assert!(
            said.contains("\"Action\":\"lambda:InvokeFunction\""),
            "{said}"
        );
        assert!(said.contains("user/u"), "{said}");
        assert!(
            said.contains("policies fix --apply 'User: arn:aws:iam"),
            "{said}"
        );
        assert_eq!(explained("the bucket does not exist"), None);
    }
}
