//! `framewright sites …`

pub(super) mod create;
mod ls;
mod rm;

use crate::args::Sites;
use crate::error::CliError;

/// Does what was asked of sites.
pub(crate) async fn run(sites: Sites) -> Result<(), CliError> {
    match sites {
        Sites::Create(create) => create::run(create).await,
        Sites::Ls(ls) => ls::run(ls).await,
        Sites::Rm(rm) => rm::run(rm).await,
    }
}
