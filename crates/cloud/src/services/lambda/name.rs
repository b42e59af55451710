//! How requests name functions and layers.

use super::fault::validation;
use crate::api_error::ApiError;
use crate::config::Region;
use crate::incoming::{Head, percent_decoded};
use iam::AccountId;

/// The only version that functions have here.
pub(super) const LATEST: &str = "$LATEST";

const MAX_NAME: usize = 64;

/// Where functions of this cloud live.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) account: AccountId,
    pub(super) region: Region,
}

/// A function as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionName {
    pub(super) name: String,
    /// The version or alias, if the request names one.
    pub(super) qualifier: Option<String>,
}

impl Home {
    /// The ARN of a function.
    pub(super) fn function_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:lambda:{}:{}:function:{name}",
            self.region, self.account
        )
    }

    /// The ARN of a layer, without a version.
    pub(super) fn layer_arn(&self, name: &str) -> String {
        format!(
            "arn:aws:lambda:{}:{}:layer:{name}",
            self.region, self.account
        )
    }

    /// The ARN of a function as the request names it.
    pub(super) fn qualified_arn(&self, function: &FunctionName) -> String {
        let arn = self.function_arn(&function.name);
        match &function.qualifier {
            Some(qualifier) => format!("{arn}:{qualifier}"),
            None => arn,
        }
    }
}

impl Home {
    /// Refuses a path that names a function of another region.
    ///
    /// # Errors
    /// `ResourceNotFoundException`
    pub(super) fn expect_own_region(&self, head: &Head) -> Result<(), ApiError> {
        let path = percent_decoded(head.raw_path());
        let region = path
            .split_once("arn:")
            .and_then(|(_, arn)| arn.split(':').nth(2));
        match region {
            Some(other) if other != self.region.as_str() => Err(ApiError::not_found(
                "ResourceNotFoundException",
                format!(
                    "Functions from '{other}' are not reachable in this region ('{}')",
                    self.region
                ),
            )),
            _ => Ok(()),
        }
    }
}

impl FunctionName {
    /// Parses a name, a partial ARN or an ARN, each with or without a qualifier, and the
    /// `Qualifier` of the query.
    pub(super) fn parse(identifier: &str, query: Option<String>) -> Result<Self, ApiError> {
        let local = match identifier.split_once(":function:") {
            Some((_, local)) => local,
            None => identifier,
        };
        let (name, qualifier) = match local.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier.to_owned())),
            None => (local, None),
        };
        let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(holds) {
            return Err(validation(
                identifier,
                "functionName",
                "Member must satisfy regular expression pattern: \
                 (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?(-iso([a-z])?)?-[a-z]+-\\d{1}:)?\
                 (\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
            ));
        }
        if name.len() > MAX_NAME {
            return Err(validation(
                identifier,
                "functionName",
                "Member must have length less than or equal to 64",
            ));
        }
        if let (Some(in_name), Some(in_query)) = (&qualifier, &query)
            && in_name != in_query
        {
            return Err(super::fault::invalid(
                "The derived qualifier from the function name does not match the specified \
                 qualifier.",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            qualifier: query.or(qualifier),
        })
    }

    /// Whether the version that is named exists wherever the function does.
    pub(super) fn is_latest(&self) -> bool {
        self.qualifier
            .as_deref()
            .is_none_or(|named| named == LATEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(identifier: &str, query: Option<&str>) -> Option<(String, Option<String>)> {
        let parsed = FunctionName::parse(identifier, query.map(str::to_owned)).ok()?;
        Some((parsed.name, parsed.qualifier))
    }

    #[test]
    fn functions_are_named_by_name_or_arn() {
        for identifier in [
            "f",
            "123456789012:function:f",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
        ] {
            assert_eq!(
                check(identifier, None),
                Some(("f".into(), None)),
                "{identifier}"
            );
            assert_eq!(
                check(&format!("{identifier}:$LATEST"), None),
                Some(("f".into(), Some("$LATEST".into())))
            );
            assert_eq!(
                check(identifier, Some("prod")),
                Some(("f".into(), Some("prod".into())))
            );
        }
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        for wrong in ["", "a b", "f/g", &"x".repeat(65), "f:"] {
            let refused =
                check(wrong, None).is_none_or(|(_, qualifier)| qualifier == Some("".into()));
            assert!(refused, "{wrong}");
        }
        assert_eq!(check("f:one", Some("two")), None);
    }
}
