//! Where renders happen, and on whose behalf.

use aws_types::SdkConfig;
use client::credentials::{NotInFunction, in_function};
use client::env::{Environment, RENDER_BUCKET, RENDER_FUNCTION, Variable};
use client::{Client, Installation};

/// What an environment of the function keeps between invocations.
#[derive(Debug)]
pub(crate) struct Starter {
    config: SdkConfig,
    // The account is that of each invocation.
    installation: Installation,
}

/// The function's environment does not say where renders happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// It is not an environment of a Lambda function.
    #[error(transparent)]
    Environment(#[from] NotInFunction),
    /// A variable is missing.
    #[error("the environment variable {0} is not set")]
    Missing(Variable),
    /// A variable names what cannot be.
    #[error("the environment variable {variable} cannot be used")]
    Function {
        /// The variable.
        variable: Variable,
        /// What is wrong with its value.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Starter {
    /// Reads the function's environment.
    pub(crate) fn from_env() -> Result<Self, SetupError> {
        let environment = Environment::of_process();
        let value = |variable| {
            environment
                .get(variable)
                .ok_or(SetupError::Missing(variable))
        };
        let function = value(RENDER_FUNCTION)?.parse();
        Ok(Self {
            config: in_function(&environment)?,
            installation: Installation {
                function: function.map_err(|error| SetupError::Function {
                    variable: RENDER_FUNCTION,
                    source: Box::new(error),
                })?,
                bucket: value(RENDER_BUCKET)?.into(),
                account: String::new(),
            },
        })
    }

    /// A caller of the render function in `account`, which is this function's own.
    pub(crate) fn client(&self, account: &str) -> Client {
        let mut installation = self.installation.clone();
        account.clone_into(&mut installation.account);
        Client::new(&self.config, installation)
    }
}
