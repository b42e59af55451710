//! `framewright functions …`

pub(super) mod deploy;
mod ls;
mod rm;

use crate::args::Functions;
use crate::error::CliError;

/// Does what was asked of functions.
pub(crate) async fn run(functions: Functions) -> Result<(), CliError> {
    match functions {
        Functions::Deploy(deploy) => Box::pin(deploy::run(*deploy)).await,
        Functions::Ls(ls) => ls::run(ls).await,
        Functions::Rm(rm) => rm::run(rm).await,
    }
}
