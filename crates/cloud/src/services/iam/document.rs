//! Policy documents as parameters.

use iam::policy::{Document, DocumentError, DocumentErrorKind, Kind};

use crate::api_error::ApiError;
use crate::services::iam::limits::LIMITS;
use crate::services::query::{Parameters, parameter_error};

/// A policy document that obeys the grammar of its kind.
///
/// # Errors
/// `MalformedPolicyDocument`, in AWS's words where it has some.
pub(crate) fn document(
    parameters: &Parameters,
    parameter: &str,
    kind: Kind,
) -> Result<Document, ApiError> {
    let text = text(parameters, parameter)?;
    Document::parse(text, kind).map_err(|error| malformed(&error))
}

/// The text of a policy document that is yet to be read.
pub(super) fn text<'a>(parameters: &'a Parameters, parameter: &str) -> Result<&'a str, ApiError> {
    let text = parameters.required(parameter)?;
    let length = text.chars().count();
    if length > LIMITS.document_parameter {
        return Err(parameter_error(&format!(
            "Value at 'policyDocument' failed to satisfy constraint: Member must have length less than or equal to \
             {}",
            LIMITS.document_parameter
        )));
    }
    Ok(text)
}

/// `MalformedPolicyDocument`
pub(crate) fn malformed(error: &DocumentError) -> ApiError {
    let message = match &error.kind {
        DocumentErrorKind::Misplaced {
            element: "Principal" | "NotPrincipal",
            ..
        } => "Policy document should not specify a principal.".to_owned(),
        DocumentErrorKind::Misplaced { element, .. } => format!("Has prohibited field {element}"),
        DocumentErrorKind::Missing("Principal") => "Missing required field Principal".to_owned(),
        DocumentErrorKind::Missing("Action") => "Policy statement must contain actions.".to_owned(),
        DocumentErrorKind::Missing("Resource") => {
            "Policy statement must contain resources.".to_owned()
        }
        DocumentErrorKind::DuplicateSid(_) => {
            "Statement IDs (SID) in a single policy must be unique.".to_owned()
        }
        // AWS says no more than the first three words; where and why is worth knowing.
        _ => format!("Syntax errors in policy. ({error})"),
    };
    ApiError::bad_request("MalformedPolicyDocument", message)
}
