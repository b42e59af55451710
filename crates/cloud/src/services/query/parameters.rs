//! The parameters of a request.

use std::collections::BTreeMap;
use std::str::FromStr;

use http::Method;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::body::VerifiedBody;
use crate::incoming::percent_decoded;

/// Policies may have 131,072 characters, each of which takes three in a form.
const LARGEST_FORM: usize = 2 * 1024 * 1024;

/// The parameters of a query request, each given once.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads the form of a request: the body of a POST, the query of a GET.
    ///
    /// What is authorized is what is carried out, so a request that could be read in two ways is
    /// refused: a parameter given twice, or parameters in both places.
    ///
    /// # Errors
    /// `MalformedQueryString`, or the error of the body.
    pub(crate) async fn read(
        request: &Authenticated,
        body: VerifiedBody,
    ) -> Result<Self, ApiError> {
        let head = request.head();
        let too_large = || malformed("the form is too large");
        let form = body.collect(LARGEST_FORM, too_large).await?;
        let in_query = head
            .raw_query()
            .split('&')
            .any(|pair| pair.starts_with("Action"));
        match head.method {
            Method::POST if !in_query => {
                let form =
                    std::str::from_utf8(&form).map_err(|_| malformed("the form is no text"))?;
                Self::parse(form)
            }
            Method::GET if form.is_empty() => Self::parse(head.raw_query()),
            _ => Err(malformed("parameters belong in the form of a POST")),
        }
    }

    fn parse(form: &str) -> Result<Self, ApiError> {
        let mut parameters = BTreeMap::new();
        for pair in form.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text: &str| percent_decoded(&text.replace('+', " "));
            if parameters.insert(decoded(name), decoded(value)).is_some() {
                return Err(malformed("a parameter is given twice"));
            }
        }
        Ok(Self(parameters))
    }

    /// The call that is asked for, spelled as it is sent.
    pub(crate) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    /// A parameter, if it is given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be given.
    ///
    /// # Errors
    /// `ValidationError` names it.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| {
            parameter_error(&format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                lower_first(name)
            ))
        })
    }

    /// A number, if it is given.
    ///
    /// # Errors
    /// `ValidationError` if it is none, or outside `range`.
    pub(crate) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let place = lower_first(name);
        match u32::from_str(text) {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            Ok(number) if number < *range.start() => Err(parameter_error(&format!(
                "Value '{number}' at '{place}' failed to satisfy constraint: Member must have value \
                 greater than or equal to {}",
                range.start()
            ))),
            Ok(number) => Err(parameter_error(&format!(
                "Value '{number}' at '{place}' failed to satisfy constraint: Member must have value \
                 less than or equal to {}",
                range.end()
            ))),
            Err(_) => Err(ApiError::bad_request(
                "MalformedInput",
                format!("the value of {name} is no number"),
            )),
        }
    }

    /// A truth value; false if it is not given.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Whether a parameter is given whose name starts so.
    pub(crate) fn has_any(&self, prefix: &str) -> bool {
        self.0.keys().any(|key| key.starts_with(prefix))
    }

    /// The members of a list, in order: `Name.member.1`, `Name.member.2`, …
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        (1..)
            .map_while(|index| self.get(&format!("{name}.member.{index}")))
            .collect()
    }

    /// The members of a list of structures, each as the prefix of its fields, in order.
    pub(crate) fn structures(&self, name: &str) -> Vec<String> {
        (1..)
            .map(|index| format!("{name}.member.{index}."))
            .take_while(|prefix| self.has_any(prefix))
            .collect()
    }
}

/// One of the values that a parameter takes, if it is given.
///
/// # Errors
/// `ValidationError` names those that it takes.
pub(crate) fn one_of(
    parameters: &Parameters,
    parameter: &str,
    values: &[&str],
) -> Result<Option<String>, ApiError> {
    let Some(given) = parameters.get(parameter) else {
        return Ok(None);
    };
    check_one_of(&lower_first(parameter), given, values)?;
    Ok(Some(given.to_owned()))
}

/// Holds what is given at `place` to the values that it takes.
///
/// # Errors
/// `ValidationError` names them.
pub(crate) fn check_one_of(place: &str, given: &str, values: &[&str]) -> Result<(), ApiError> {
    if values.contains(&given) {
        return Ok(());
    }
    Err(parameter_error(&format!(
        "Value '{given}' at '{place}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
        values.join(", ")
    )))
}

/// `ValidationError`, worded as the model's constraints are.
pub(crate) fn parameter_error(what: &str) -> ApiError {
    ApiError::bad_request(
        "ValidationError",
        format!("1 validation error detected: {what}"),
    )
}

fn malformed(what: &str) -> ApiError {
    ApiError::bad_request(
        "MalformedQueryString",
        format!("The query string contains a syntax error: {what}"),
    )
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_the_order_of_their_numbers() {
        let parameters = Parameters::parse(
            "Action=X&A.member.2=b&A.member.1=a&A.member.10=j&T.member.1.Key=k&T.member.1.Value=v+w%2B",
        )
        .unwrap();
        assert_eq!(parameters.list("A"), ["a", "b"]);
        assert_eq!(parameters.structures("T"), ["T.member.1."]);
        assert_eq!(parameters.get("T.member.1.Value"), Some("v w+"));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let error = Parameters::parse("Action=ListUsers&UserName=a&Action=CreateUser").unwrap_err();
        assert_eq!(error.code, "MalformedQueryString");
        // An encoded letter is the same letter.
        assert!(Parameters::parse("Action=ListUsers&%41ction=CreateUser").is_err());
    }
}
