//! Names, paths and tags as parameters.

use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::{Authenticated, Identity};
use crate::authz::Particulars;
use crate::identity::Tags;
use crate::services::iam::limits::{LIMITS, limit_exceeded};
use crate::services::query::{Parameters, parameter_error};

/// A name that must be given, in its bounds.
///
/// # Errors
/// `ValidationError`
pub(crate) fn name(
    parameters: &Parameters,
    parameter: &str,
    kind: Name,
) -> Result<String, ApiError> {
    let name = parameters.required(parameter)?;
    check(parameter, name, kind)?;
    Ok(name.to_owned())
}

/// A name or path in its bounds, if it is given.
///
/// # Errors
/// `ValidationError`
pub(super) fn name_if(
    parameters: &Parameters,
    parameter: &str,
    kind: Name,
) -> Result<Option<String>, ApiError> {
    match parameters.get(parameter) {
        Some(_) => name(parameters, parameter, kind).map(Some),
        None => Ok(None),
    }
}

/// The description of something, if one is given.
///
/// # Errors
/// `ValidationError`
pub(super) fn description(parameters: &Parameters) -> Result<Option<String>, ApiError> {
    let description = parameters.get("Description");
    if description.is_some_and(|text| text.chars().count() > 1000) {
        return Err(parameter_error(
            "Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 1000",
        ));
    }
    Ok(description.map(str::to_owned))
}

/// Holds a value to its bounds.
///
/// # Errors
/// `ValidationError`
pub(crate) fn check(parameter: &str, value: &str, kind: Name) -> Result<(), ApiError> {
    kind.check(value).map_err(|error| {
        let place = lower_first(parameter);
        parameter_error(&format!(
            "Value '{value}' at '{place}' failed to satisfy constraint: {error}"
        ))
    })
}

/// The user that a call is about: the one named, or else the one who calls.
pub(super) fn user_or_self(
    request: &Authenticated,
    parameters: &Parameters,
) -> Result<String, ApiError> {
    if parameters.get("UserName").is_some() {
        return name(parameters, "UserName", Name::User);
    }
    match request.caller().identity() {
        Identity::User(user) => Ok(user.name.clone()),
        Identity::Session(_) | Identity::Anonymous => Err(ApiError::bad_request(
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// The path of something that is made: `/` if none is given.
pub(super) fn path(parameters: &Parameters, kind: Name) -> Result<String, ApiError> {
    let path = parameters.get("Path").unwrap_or("/");
    check("Path", path, kind)?;
    Ok(path.to_owned())
}

/// The path that a list is limited to.
pub(super) fn path_prefix(parameters: &Parameters) -> Result<String, ApiError> {
    let prefix = parameters.get("PathPrefix").unwrap_or("/");
    let printable = prefix.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if prefix.starts_with('/') && printable && prefix.len() <= 512 {
        Ok(prefix.to_owned())
    } else {
        Err(parameter_error(&format!(
            "Value '{prefix}' at 'pathPrefix' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: \\u002F[\\u0021-\\u007F]*"
        )))
    }
}

/// The tags that a call brings.
///
/// # Errors
/// `ValidationError`, `InvalidInput`, `LimitExceeded`
pub(super) fn tags(parameters: &Parameters) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for prefix in parameters.structures("Tags") {
        let key = parameters.required(&format!("{prefix}Key"))?;
        let value = parameters.required(&format!("{prefix}Value"))?;
        check_tag_key("tags.key", key)?;
        check("tags.value", value, Name::TagValue)?;
        let taken = tags
            .keys()
            .any(|known: &String| known.eq_ignore_ascii_case(key));
        if taken {
            return Err(ApiError::bad_request(
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    check_tag_count(&tags)?;
    Ok(tags)
}

/// The keys of tags that a call takes off.
///
/// # Errors
/// `ValidationError`, `InvalidInput`
pub(super) fn tag_keys(parameters: &Parameters) -> Result<Vec<String>, ApiError> {
    let keys = parameters.list("TagKeys");
    if keys.is_empty() {
        parameters.required("TagKeys")?;
    }
    for key in &keys {
        check_tag_key("tagKeys", key)?;
    }
    Ok(keys.into_iter().map(str::to_owned).collect())
}

/// Holds the tags of one thing to their number.
///
/// # Errors
/// `LimitExceeded`
pub(super) fn check_tag_count(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > LIMITS.tags {
        return Err(limit_exceeded(format!(
            "The number of tags has reached the maximum limit: {}",
            LIMITS.tags
        )));
    }
    Ok(())
}

fn check_tag_key(parameter: &str, key: &str) -> Result<(), ApiError> {
    check(parameter, key, Name::TagKey)?;
    let reserved = key
        .get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
    if reserved {
        return Err(ApiError::bad_request(
            "InvalidInput",
            "Tag keys that begin with aws: are reserved for system use.",
        ));
    }
    Ok(())
}

/// The condition keys of tags that a call brings.
pub(super) fn with_request_tags(particulars: Particulars, tags: &Tags) -> Particulars {
    let particulars = particulars.keys("aws:TagKeys", tags.keys());
    tags.iter().fold(particulars, |particulars, (key, value)| {
        particulars.key(&format!("aws:RequestTag/{key}"), value)
    })
}

/// The ARN of a managed policy that a call names.
pub(super) fn policy_arn(parameters: &Parameters, parameter: &str) -> Result<String, ApiError> {
    let arn = parameters.required(parameter)?;
    check_policy_arn(arn)?;
    Ok(arn.to_owned())
}

/// The ARN of a boundary, if one is given.
pub(super) fn boundary(parameters: &Parameters) -> Result<Option<String>, ApiError> {
    match parameters.get("PermissionsBoundary") {
        None => Ok(None),
        Some(arn) => check_policy_arn(arn).map(|()| Some(arn.to_owned())),
    }
}

fn check_policy_arn(arn: &str) -> Result<(), ApiError> {
    match iam::Arn::parse(arn) {
        Ok(parsed) if parsed.service() == "iam" && parsed.resource().starts_with("policy/") => {
            Ok(())
        }
        _ => Err(ApiError::bad_request(
            "InvalidInput",
            format!("ARN {arn} is not valid."),
        )),
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
