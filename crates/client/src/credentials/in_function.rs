//! The credentials of a Lambda function's execution role.

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::AccessKey;
use crate::env::{
    AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
    Environment, Variable,
};

/// The environment is not that of a Lambda function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no Lambda function: {0} is not set")]
pub struct NotInFunction(pub Variable);

/// The configuration of clients inside a Lambda function: its region, the execution role's
/// credentials as Lambda hands them out, and the endpoint of the embedded cloud where that runs it.
///
/// Lambda replaces an environment before its credentials expire, so they are read once.
///
/// # Errors
/// [`NotInFunction`] names the first variable that Lambda always sets and that is not set here.
pub fn in_function(environment: &Environment) -> Result<SdkConfig, NotInFunction> {
    let set = |variable| {
        let value = environment.get(variable).map(str::to_owned);
        value.ok_or(NotInFunction(variable))
    };
    let region = set(AWS_REGION)?;
    let key = AccessKey {
        id: set(AWS_ACCESS_KEY_ID)?,
        secret: set(AWS_SECRET_ACCESS_KEY)?,
        session_token: Some(set(AWS_SESSION_TOKEN)?),
    };
    let credentials = SharedCredentialsProvider::new(key.into_credentials());
    let endpoint = environment.get(AWS_ENDPOINT_URL);
    Ok(store::sdk_config(&region, endpoint, credentials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_a_session() {
        let mut variables = vec![
            (AWS_REGION, "eu-west-1"),
            (AWS_ACCESS_KEY_ID, "ASIAEXAMPLE"),
            (AWS_SECRET_ACCESS_KEY, "secret"),
        ];
        let without = Environment::of(variables.clone());
        assert_eq!(
            in_function(&without).err(),
            Some(NotInFunction(AWS_SESSION_TOKEN))
        );
        variables.push((AWS_SESSION_TOKEN, "token"));
        let config = in_function(&Environment::of(variables.clone())).expect("a configuration");
        assert_eq!(config.region().map(AsRef::as_ref), Some("eu-west-1"));
        assert_eq!(config.endpoint_url(), None);
        variables.push((AWS_ENDPOINT_URL, "http://127.0.0.1:1"));
        let config = in_function(&Environment::of(variables)).expect("a configuration");
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:1"));
    }
}
