//! `framewright configure`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{Output, Place};

/// Verify an access key, and keep it in a profile of the shared AWS files or in a `.env` file.
///
/// Asks AWS whose key it is before anything is written. A secret is asked for on the terminal, or taken from variables
/// or from standard input; it is no option, since other users of a machine see the options of a process.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  framewright configure --target aws --profile remotion --region eu-west-1\n  \
        aws configure export-credentials --format env | framewright configure --target aws --key-file .env\n\n\
        `framewright help doctor` lists which credentials and which region commands use."
)]
pub(crate) struct Configure {
    /// The file of variables that the key goes to; nobody else may read it afterwards, and one that git tracks is
    /// refused. Default, without --profile: `.env`.
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    pub(crate) key_file: Option<PathBuf>,
    /// The public part of the key.
    #[arg(long, value_name = "ID")]
    pub(crate) access_key_id: Option<String>,
    /// Where the key is taken from: asked for; the variables REMOTION_AWS_* or AWS_*; or such variables, a line each,
    /// on standard input. Default: ask where there is a terminal, else stdin.
    #[arg(
        long,
        value_name = "ask|env|stdin",
        value_enum,
        hide_possible_values = true
    )]
    pub(crate) from: Option<KeyOrigin>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where a key is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyOrigin {
    Ask,
    Env,
    Stdin,
}
