//! `framewright functions …` as typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Output, Place};

/// Render functions: deploy, list, delete.
#[derive(Debug, Subcommand)]
pub(crate) enum Functions {
    Deploy(Box<FunctionsDeploy>),
    Ls(FunctionsLs),
    Rm(FunctionsRm),
}

impl Functions {
    pub(super) fn output(&self) -> &Output {
        match self {
            Self::Deploy(deploy) => &deploy.output,
            Self::Ls(ls) => &ls.output,
            Self::Rm(rm) => &rm.output,
        }
    }
}

/// Create the render function under its documented name, or update what differs.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright functions deploy --target aws --package package --memory 3008"
)]
pub(crate) struct FunctionsDeploy {
    #[command(flatten)]
    pub(crate) function: FunctionSettings,
    /// The bucket that packages over 50 MB pass through. Default: the region's only one, made if there is none.
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// How the function is to be.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FunctionSettings {
    /// The folder that `cargo xtask package --out DIR` makes. Default: the zip beside this program, without layers.
    #[arg(long, value_name = "DIR")]
    pub(crate) package: Option<PathBuf>,
    /// Memory in MiB, 512 to 10240. Default: 2048.
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u32>,
    /// Size of /tmp in MiB, 512 to 10240. Default: 10240.
    #[arg(long, value_name = "MIB")]
    pub(crate) disk: Option<u32>,
    /// How long one invocation may take, in seconds, 15 to 900. Default: 900.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) function_timeout: Option<u32>,
    /// The execution role. Default: remotion-lambda-role of the account.
    #[arg(long, value_name = "ARN")]
    pub(crate) role_arn: Option<String>,
    /// A further layer, laid over those of the package; can be given several times.
    #[arg(long = "layer", value_name = "ARN")]
    pub(crate) layers: Vec<String>,
    /// The layer of CloudWatch Lambda Insights for x86_64, as AWS lists it for the region.
    #[arg(long, value_name = "ARN")]
    pub(crate) lambda_insights: Option<String>,
    /// Days that log lines are kept, as CloudWatch Logs knows them: 1, 3, 5, 7, 14, 30, 60 … Default: 14.
    #[arg(long, value_name = "DAYS", conflicts_with = "no_log_group")]
    pub(crate) retention_period: Option<i32>,
    /// Make no log group. Lines are lost then, since the function may not make one.
    #[arg(long)]
    pub(crate) no_log_group: bool,
    /// When Lambda may move the function to a newer runtime.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "auto|function-update",
        hide_possible_values = true
    )]
    pub(crate) runtime_updates: RuntimeUpdatesName,
    /// A tag of the function; can be given several times.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    pub(crate) tags: Vec<(String, String)>,
    /// Subnets that the function is attached to, separated by commas.
    #[arg(
        long,
        value_name = "IDS",
        value_delimiter = ',',
        requires = "vpc_security_group_ids"
    )]
    pub(crate) vpc_subnet_ids: Vec<String>,
    /// Security groups of the function, separated by commas.
    #[arg(
        long,
        value_name = "IDS",
        value_delimiter = ',',
        requires = "vpc_subnet_ids"
    )]
    pub(crate) vpc_security_group_ids: Vec<String>,
    /// The KMS key that encrypts the function's environment.
    #[arg(long, value_name = "ARN")]
    pub(crate) kms_key_arn: Option<String>,
    /// The bucket lets everybody read sites and outputs: do not warn clients that ask for public outputs.
    #[arg(long)]
    pub(crate) public: bool,
}

/// What `--runtime-updates` names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuntimeUpdatesName {
    #[default]
    Auto,
    FunctionUpdate,
}

/// List the render functions of the region.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright functions ls --target aws --region eu-west-1")]
pub(crate) struct FunctionsLs {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Delete render functions. Their log groups stay unless --with-logs is given.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright functions rm remotion-render-4-0-527-mem2048mb-disk10240mb-900sec"
)]
pub(crate) struct FunctionsRm {
    /// The functions' names.
    #[arg(required = true)]
    pub(crate) names: Vec<String>,
    /// Delete their log groups too, with the lines that they keep.
    #[arg(long)]
    pub(crate) with_logs: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("KEY=VALUE is expected, such as team=video".into()),
    }
}
