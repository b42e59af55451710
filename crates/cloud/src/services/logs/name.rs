//! Names of log groups and streams.

use crate::api_error::ApiError;

const MAX_LENGTH: usize = 512;

/// Checks the name of a log group.
pub(super) fn check_group(name: &str) -> Result<(), ApiError> {
    let pattern = r"[\.\-_/#A-Za-z0-9]+";
    let holds = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    check(name, "logGroupName", pattern, holds)
}

/// Checks the name of a log stream.
pub(super) fn check_stream(name: &str) -> Result<(), ApiError> {
    check(name, "logStreamName", "[^:*]*", |byte| {
        !b":*".contains(&byte)
    })
}

fn check(
    name: &str,
    member: &str,
    pattern: &str,
    holds: impl Fn(u8) -> bool,
) -> Result<(), ApiError> {
    let constraint = if name.is_empty() {
        "Member must have length greater than or equal to 1".to_owned()
    } else if name.len() > MAX_LENGTH {
        format!("Member must have length less than or equal to {MAX_LENGTH}")
    } else if !name.bytes().all(holds) {
        format!("Member must satisfy regular expression pattern: {pattern}")
    } else {
        return Ok(());
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: \
         {constraint}"
    )))
}

/// The error of a parameter that cannot be.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("InvalidParameterException", message)
}

/// The error of a group that is not there.
pub(super) fn no_such_group() -> ApiError {
    ApiError::bad_request(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

/// The error of a stream that is not there.
pub(super) fn no_such_stream() -> ApiError {
    ApiError::bad_request(
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
}

/// The name of a group that is given by name or by ARN.
pub(super) fn of_identifier(identifier: &str) -> &str {
    match identifier.split_once(":log-group:") {
        Some((_, name)) => name.strip_suffix(":*").unwrap_or(name),
        None => identifier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_aws() {
        for name in ["/aws/lambda/f", "a.b-c_d#e", "x"] {
            assert!(check_group(name).is_ok(), "{name}");
        }
        for name in ["", "a b", "a:b", &"x".repeat(513)] {
            assert!(check_group(name).is_err(), "{name}");
        }
        assert!(check_stream("2026/11/21/[$LATEST]ab").is_ok());
        assert!(check_stream("a:b").is_err());
    }

    #[test]
    fn identifiers_are_names_or_arns() {
        assert_eq!(of_identifier("/aws/lambda/f"), "/aws/lambda/f");
        let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f";
        assert_eq!(of_identifier(arn), "/aws/lambda/f");
        assert_eq!(of_identifier(&format!("{arn}:*")), "/aws/lambda/f");
    }
}
