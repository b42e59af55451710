//! Names that end up in policies: one with a wildcard would allow more than it says.

use iam::Arn;

/// Path and name of a role have no more characters than this.
const LONGEST_PATH: usize = 512;

/// A name of IAM's without a path.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.contains('/') {
        return Err("a name without a path is expected".into());
    }
    path_and_name(text)
}

/// A name of IAM's, with a path or without.
// As the API reference of IAM has it (CreateRole).
pub(super) fn path_and_name(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    if let Some(wrong) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(format!(
            "`{wrong}` cannot be in it: letters, digits and _+=,.@- can"
        ));
    }
    if text.is_empty() || text.starts_with('/') || text.ends_with('/') || text.contains("//") {
        return Err("a name is expected, such as render or team/render".into());
    }
    if text.len() > LONGEST_PATH {
        return Err(format!("it has more than {LONGEST_PATH} characters"));
    }
    Ok(text.to_owned())
}

/// The name of a bucket of S3.
// As the user guide of S3 has it (naming rules of general purpose buckets).
pub(super) fn bucket(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    if let Some(wrong) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(format!(
            "`{wrong}` cannot be in the name of a bucket: lower-case letters, digits, `-` and `.` can"
        ));
    }
    if !(3..=63).contains(&text.len()) {
        return Err("the name of a bucket has 3 to 63 characters".into());
    }
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !(text.starts_with(is_end) && text.ends_with(is_end)) || text.contains("..") {
        return Err("the name of a bucket begins and ends with a letter or a digit".into());
    }
    Ok(text.to_owned())
}

/// The name of a Lambda function.
// As the API reference of Lambda has it (CreateFunction).
pub(super) fn function(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(wrong) => Err(format!(
            "`{wrong}` cannot be in the name of a function: letters, digits, `-` and `_` can"
        )),
        None if (1..=64).contains(&text.len()) => Ok(text.to_owned()),
        None => Err("the name of a function has 1 to 64 characters".into()),
    }
}

/// What keys of objects start with.
pub(super) fn key_prefix(text: &str) -> Result<String, String> {
    match text
        .chars()
        .find(|c| "*?${}".contains(*c) || c.is_control())
    {
        Some(wrong) => Err(format!("`{wrong}` means more than itself in a policy")),
        None => Ok(text.to_owned()),
    }
}

/// The ARN of a KMS key.
pub(super) fn key(text: &str) -> Result<String, String> {
    arn(
        text,
        "kms",
        "key/",
        "arn:aws:kms:us-east-1:111122223333:key/ID",
    )
}

/// The ARN of a queue.
pub(super) fn queue(text: &str) -> Result<String, String> {
    arn(
        text,
        "sqs",
        "",
        "arn:aws:sqs:us-east-1:111122223333:renders",
    )
}

/// The ARN of a version of a layer.
pub(super) fn layer_version(text: &str) -> Result<String, String> {
    let example = "arn:aws:lambda:us-east-1:111122223333:layer:fonts:1";
    let checked = arn(text, "lambda", "layer:", example)?;
    let version = checked.rsplit(':').next().unwrap_or_default();
    if version.parse::<u64>().is_ok() {
        Ok(checked)
    } else {
        Err(format!("its version is missing: {example}"))
    }
}

fn arn(text: &str, service: &str, resource: &str, example: &str) -> Result<String, String> {
    let expected = || format!("an ARN is expected, such as {example}");
    let arn = Arn::parse(text).map_err(|_| expected())?;
    let names_one = !text.contains(['*', '?', '$']) && !arn.region().is_empty();
    if names_one && arn.service() == service && arn.resource().starts_with(resource) {
        Ok(text.to_owned())
    } else {
        Err(expected())
    }
}

/// Where mail goes.
pub(super) fn mail_address(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("a mail address is expected, such as ana@example.com".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_means_more_than_itself_gets_into_a_policy() {
        for wrong in ["b*", "{buckername}", "Bad_Bucket", "ab", "-ab", "a..b"] {
            assert!(bucket(wrong).is_err(), "{wrong}");
        }
        assert!(bucket("finished-videos.example").is_ok());
        assert!(function("remotion-render-*").is_err() && function("remotion-render-1").is_ok());
        for wrong in ["a*", "x/${aws:username}/", "{prefix}"] {
            assert!(key_prefix(wrong).is_err(), "{wrong}");
        }
        assert!(key_prefix("").is_ok() && key_prefix("videos/2026/").is_ok());
        for wrong in ["", "a*b", "/a", "a//b", "a b"] {
            assert!(path_and_name(wrong).is_err(), "{wrong}");
        }
        assert!(path_and_name("team/render").is_ok() && name("team/render").is_err());
    }

    #[test]
    fn arns_are_of_what_is_asked_for() {
        let place = "us-east-1:111122223333";
        assert!(key(&format!("arn:aws:kms:{place}:key/1234")).is_ok());
        assert!(key(&format!("arn:aws:kms:{place}:alias/videos")).is_err());
        assert!(queue(&format!("arn:aws:sqs:{place}:renders")).is_ok());
        assert!(layer_version(&format!("arn:aws:lambda:{place}:layer:fonts:3")).is_ok());
        assert!(layer_version(&format!("arn:aws:lambda:{place}:layer:fonts")).is_err());
        for wrong in ["foo", "arn:aws:sqs:*:111122223333:renders"] {
            assert!(queue(wrong).is_err(), "{wrong}");
        }
        assert!(mail_address("ana@example.com").is_ok() && mail_address("nonsense").is_err());
    }
}
