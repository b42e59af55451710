//! `framewright buckets …`

mod ls;
mod rm;

use crate::args::Buckets;
use crate::error::CliError;

/// Does what was asked of buckets.
pub(crate) async fn run(buckets: Buckets) -> Result<(), CliError> {
    match buckets {
        Buckets::Ls(ls) => ls::run(ls).await,
        Buckets::Rm(rm) => rm::run(rm).await,
    }
}
