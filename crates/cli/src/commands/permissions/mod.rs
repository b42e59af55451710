//! `framewright permissions`.

mod apply;
mod check;
mod remove;
mod rotate;
mod scope;
mod setup;
mod show;

use std::process::ExitCode;

use crate::args::Permissions;
use crate::error::CliError;

pub(crate) use check::run as check;
pub(crate) use show::{Documented, policy as show_policy};

/// A command about permissions that could not be carried out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum PermissionsError {
    #[error(transparent)]
    Call(#[from] deploy::CallFailed),
    #[error(transparent)]
    #[diagnostic(help(
        "what is not ours is never changed: give it the tag framewright=managed to hand it over, or name another with --user, --role or --render-role"
    ))]
    Foreign(#[from] deploy::permissions::Foreign),
    #[error(transparent)]
    #[diagnostic(help("what was done stands; the same command goes on with what remains"))]
    Setup(deploy::permissions::SetupError),
    #[error(transparent)]
    #[diagnostic(help("use shorter names, or fewer layers"))]
    TooLarge(#[from] deploy::permissions::TooLarge),
    #[error(transparent)]
    Principal(#[from] deploy::permissions::check::PrincipalError),
    #[error(transparent)]
    #[diagnostic(help(
        "delete the one that nothing uses any more: --delete KEY_ID deletes that one, --delete-old the one that is \
         turned off"
    ))]
    TwoKeys(deploy::permissions::rotate::RotateError),
    #[error(transparent)]
    Rotate(deploy::permissions::rotate::RotateError),
    #[error("the user {user} has no access key {id}")]
    #[diagnostic(help(
        "`framewright permissions rotate {user}` shows what there is where there are two"
    ))]
    NoSuchKey { user: String, id: String },
    #[error("{id} is the only access key of the user {user} that is in force")]
    #[diagnostic(help("without --delete it is replaced by another"))]
    LastKey { user: String, id: String },
    #[error("{region} is a region of the partition {actual}, and not of {named}")]
    #[diagnostic(help("leave --partition out, or name a region of it with --region"))]
    Partition {
        region: String,
        actual: &'static str,
        named: String,
    },
    #[error("{0} needs nothing here")]
    #[diagnostic(help("the output writer needs permissions where --output-bucket names a bucket"))]
    Nothing(deploy::calls::Part),
    #[error("nobody is there to be asked")]
    #[diagnostic(help("--yes goes on without a question, --dry-run shows what would be done"))]
    NobodyToAsk,
    #[error("nothing was changed")]
    Declined,
    #[error("the function `{0}` has no execution role")]
    NoExecutionRole(String),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Key(#[from] crate::key_store::KeyStoreError),
    #[error(transparent)]
    #[diagnostic(help(
        "`framewright doctor` shows where credentials come from and what is wrong with them"
    ))]
    Identity(#[from] client::credentials::IdentityError),
    #[error(transparent)]
    #[diagnostic(help(
        "nothing was changed: --role takes the path and name of a role that exists, --caller makes one"
    ))]
    NoRole(deploy::permissions::SetupError),
}

impl From<deploy::permissions::SetupError> for PermissionsError {
    fn from(error: deploy::permissions::SetupError) -> Self {
        match error {
            deploy::permissions::SetupError::Foreign(foreign) => Self::Foreign(foreign),
            deploy::permissions::SetupError::Call(call) => Self::Call(call),
            absent @ deploy::permissions::SetupError::NoRole(_) => Self::NoRole(absent),
            other => Self::Setup(other),
        }
    }
}

impl From<deploy::permissions::rotate::RotateError> for PermissionsError {
    fn from(error: deploy::permissions::rotate::RotateError) -> Self {
        match error {
            deploy::permissions::rotate::RotateError::Call(call) => Self::Call(call),
            two @ deploy::permissions::rotate::RotateError::TwoKeys { .. } => Self::TwoKeys(two),
            other => Self::Rotate(other),
        }
    }
}

/// Runs one of them; the exit code says whether all is well.
pub(crate) async fn run(command: Permissions) -> Result<ExitCode, CliError> {
    match command {
        Permissions::Setup(args) => setup::run(*args).await,
        Permissions::Show(args) => show::run(*args).await,
        Permissions::Check(args) => check::run(*args).await,
        Permissions::Rotate(args) => rotate::run(*args).await,
        Permissions::Remove(args) => remove::run(*args).await,
    }
}
