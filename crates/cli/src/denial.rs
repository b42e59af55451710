//! A denial that reached a user, explained where it is shown.

use iam::Layer;
use iam::fix::{Draft, Incident, Known, Outcome, Proposal, draft, fix};

use crate::acting::{Acting, for_shell};

/// What to do about the denial that `text` tells of: the statement to add, to whom, and the command that does it.
/// `None` if it tells of none.
pub(crate) fn explained(text: &str, acting: &Acting) -> Option<String> {
    if !is_denial(text) {
        return None;
    }
    let incident = Incident::read(text).ok();
    let Some(incident) = incident.filter(|incident| incident.action.is_some()) else {
        return Some(format!(
            "AWS does not say who may not do what: {}",
            look(acting)
        ));
    };
    let answer = fix(&incident, &Known::default());
    let cause = &answer.cause;
    Some(match &answer.outcome {
        Outcome::Proposal(proposal) => {
            format!("{cause}\n{}", proposed(proposal, &incident, acting))
        }
        Outcome::Deny { place, .. } => format!(
            "{cause}\na statement denies this, and no Allow outweighs it: change it in {place}\nwhich statement it is says: framewright policies fix --from-target{} {}",
            acting.options,
            quoted(words(&incident))
        ),
        Outcome::Hopeless(hopeless) => {
            format!(
                "{cause}\nno change of a policy helps; instead: {}",
                hopeless.remedy()
            )
        }
        Outcome::TooLittle(_) | Outcome::Allowed => {
            match draft(&incident, acting.region.as_deref()) {
                Some(draft) => format!("{cause}\n{}", drafted(&draft, &incident, acting)),
                None => format!("{cause}\n{}", look(acting)),
            }
        }
    })
}

/// How to find out the ARN that the denial does not name.
pub(crate) fn how_to_find(incident: &Incident) -> String {
    if incident.is_key_of_object {
        let bucket = bucket(&incident.text).unwrap_or("BUCKET");
        format!(
            "AWS does not name the key. The bucket's default key is told by: aws s3api get-bucket-encryption --bucket {}",
            for_shell(bucket)
        )
    } else {
        "AWS does not name the resource: its ARN has to be filled in".to_owned()
    }
}

fn is_denial(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["authorized to perform", "access denied", "accessdenied"]
        .iter()
        .any(|words| lower.contains(words))
}

fn look(acting: &Acting) -> String {
    format!(
        "`framewright permissions check{}` says what is missing",
        acting.options
    )
}

fn proposed(proposal: &Proposal, incident: &Incident, acting: &Acting) -> String {
    format!(
        "add to {}:\n{}\n{}",
        proposal.place,
        proposal.document.to_compact_json(),
        command(proposal.layer, None, incident, acting)
    )
}

fn drafted(draft: &Draft, incident: &Incident, acting: &Acting) -> String {
    let placeholder = draft.placeholder;
    format!(
        "{}\nadd to {}, with that ARN in place of {placeholder}:\n{}\n{}",
        how_to_find(incident),
        draft.place,
        draft.text,
        command(draft.layer, Some(placeholder), incident, acting)
    )
}

/// The command that makes the change; where none does, the one that says more.
fn command(
    layer: Layer,
    placeholder: Option<&str>,
    incident: &Incident,
    acting: &Acting,
) -> String {
    let resource = placeholder.map_or(String::new(), |arn| format!(" --resource {arn}"));
    let rest = format!("{}{resource} {}", acting.options, quoted(words(incident)));
    match layer {
        Layer::Identity => {
            format!("an administrator does it with: framewright policies fix --apply{rest}")
        }
        Layer::Boundary => format!(
            "an identity policy alone changes nothing here; which policy is the boundary says: framewright policies fix --from-target{rest}"
        ),
        _ => format!("no command changes that policy; more says: framewright policies fix{rest}"),
    }
}

/// The denial in AWS's words.
fn words(incident: &Incident) -> &str {
    incident.words.as_deref().unwrap_or(&incident.text)
}

/// The bucket that an error tells of.
fn bucket(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("bucket `")?;
    let (name, _) = after.split_once('`')?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// For a POSIX shell, in one line.
fn quoted(text: &str) -> String {
    let line: Vec<&str> = text.lines().map(str::trim).collect();
    format!("'{}'", line.join(" ").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::explained;
    use crate::acting::Acting;

    fn said(text: &str) -> String {
        explained(text, &Acting::default()).unwrap()
    }

    fn on_aws(region: Option<&str>) -> Acting {
        Acting {
            options: " --target aws".to_owned(),
            region: region.map(str::to_owned),
        }
    }

    #[test]
    fn a_denial_is_explained_and_anything_else_is_not() {
        let text = "could not start the render: User: arn:aws:iam::111122223333:user/u is not authorized to \
            perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:f because \
            no identity-based policy allows the lambda:InvokeFunction action";
        let said = said(text);
        assert!(
            said.contains("\"Action\":\"lambda:InvokeFunction\""),
            "{said}"
        );
        assert!(said.contains("user/u"), "{said}");
        assert!(
            said.contains("policies fix --apply 'User: arn:aws:iam"),
            "{said}"
        );
        assert_eq!(
            explained("the bucket does not exist", &Acting::default()),
            None
        );
    }

    const PUT: &str = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:PutObject on \
        resource: \"arn:aws:s3:::output-bucket/other/card.mp4\" because no identity-based policy allows the s3:PutObject \
        action";

    #[test]
    fn what_an_sdk_tells_twice_is_given_on_once() {
        let text = format!(
            "access denied: {PUT}: service error: unhandled error (AccessDenied): Error {{ code: \"AccessDenied\", \
             message: {PUT:?}, aws_request_id: \"01J\" }}"
        );
        let said = said(&text);
        let resource = "\"Resource\":\"arn:aws:s3:::output-bucket/other/card.mp4\"}";
        assert!(said.contains(resource), "{said}");
        let command = format!("framewright policies fix --apply '{PUT}'");
        assert!(said.ends_with(&command), "{said}");
    }

    #[test]
    fn the_command_acts_on_the_same_target() {
        let said = explained(PUT, &on_aws(None)).unwrap();
        let command = format!("framewright policies fix --apply --target aws '{PUT}'");
        assert!(said.ends_with(&command), "{said}");
        let said = explained("AccessDenied: Access Denied", &on_aws(None)).unwrap();
        assert!(said.contains("permissions check --target aws`"), "{said}");
    }

    #[test]
    fn a_key_that_is_not_named_is_asked_for() {
        let words = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: kms:Decrypt on this resource \
            because no identity-based policy allows the kms:Decrypt action";
        let text = format!("cannot read `k` in bucket `videos`: access denied: {words}");
        let said = explained(&text, &on_aws(Some("eu-west-1"))).unwrap();
        for expected in [
            "add to an identity policy of the user `u`",
            "aws s3api get-bucket-encryption --bucket videos\n",
            "\"Resource\":\"KEY_ARN\",\"Condition\":{\"StringEquals\":{\"kms:ViaService\":\"s3.eu-west-1.amazonaws.com\"}}",
            "policies fix --apply --target aws --resource KEY_ARN 'User: ",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        let said = explained(words, &on_aws(None)).unwrap();
        assert!(!said.contains("Condition"), "{said}");
        assert!(said.contains("--bucket BUCKET"), "{said}");
        let quota = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: servicequotas:GetServiceQuota \
            because no identity-based policy allows the servicequotas:GetServiceQuota action";
        let said = explained(quota, &on_aws(None)).unwrap();
        assert!(said.contains("--resource RESOURCE_ARN '"), "{said}");
    }

    #[test]
    fn a_boundary_is_where_its_denial_is_mended() {
        let text = PUT.replace("identity-based policy", "permissions boundary");
        let said = explained(&text, &Acting::default()).unwrap();
        assert!(
            said.contains("add to the policy that is the permissions boundary of the role `r`"),
            "{said}"
        );
        assert!(said.contains("policies fix --from-target 'User"), "{said}");
        assert!(!said.contains("--apply"), "{said}");
    }
}
