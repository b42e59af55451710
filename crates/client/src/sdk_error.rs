//! What the SDK says about a failed call, in a line.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::credentials::NoCredentials;

/// AWS's code and text; where AWS did not answer, the causes, outermost first.
///
/// (The SDK's own display of an answer holds all of its headers and its body.)
pub fn in_a_line<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(missing) = NoCredentials::among(error) {
        return missing.to_string();
    }
    if let SdkError::ServiceError(answered) = error {
        let code = answered.err().code();
        let status = answered.raw().status().as_u16();
        let code = code.map_or_else(|| format!("status {status}"), str::to_owned);
        return match answered.err().message() {
            Some(message) => format!("{code}: {message}"),
            None => code,
        };
    }
    let causes = std::iter::successors(Some(error as &dyn Error), |error| (*error).source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
