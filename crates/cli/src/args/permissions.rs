//! `framewright permissions`.

use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs, Subcommand, ValueEnum};
use deploy::calls::Part;

use super::{Output, Place, checked};

/// The roles, policies, users and keys that the system needs, no more and no less.
#[derive(Debug, Subcommand)]
pub(crate) enum Permissions {
    Setup(Box<Setup>),
    Show(Box<Show>),
    Check(Box<Check>),
    Rotate(Box<Rotate>),
    Remove(Box<Remove>),
}

impl Permissions {
    pub(crate) fn output(&self) -> &Output {
        match self {
            Self::Setup(args) => &args.output,
            Self::Show(args) => &args.output,
            Self::Check(args) => &args.output,
            Self::Rotate(args) => &args.output,
            Self::Remove(args) => &args.output,
        }
    }
}

/// Make roles, policies and, for a user, a key. Shows the plan first, changes only what differs and carries our tag.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright permissions setup --caller lambda --output-bucket videos --output-prefix finished/"
)]
pub(crate) struct Setup {
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// US dollars a month; a mail is sent when 80 % of them are spent.
    #[arg(long, value_name = "USD", requires = "notify", value_parser = dollars)]
    pub(crate) budget: Option<String>,
    /// Where that mail goes.
    #[arg(long, value_name = "EMAIL", requires = "budget", value_parser = checked::mail_address)]
    pub(crate) notify: Option<String>,
    #[command(flatten)]
    pub(crate) keep: KeepKey,
    /// Show the plan, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Whose permissions, and in which variants.
#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("who").args(["caller", "role", "function"])))]
pub(crate) struct Wanted {
    /// Who starts renders. A user deploys as well. Default: user.
    #[arg(
        long,
        value_name = "user|lambda|ec2|fargate|none",
        value_enum,
        hide_possible_values = true
    )]
    pub(crate) caller: Option<CallerName>,
    /// A role that exists, and is to start renders: its path and name.
    #[arg(long, value_name = "NAME", value_parser = checked::path_and_name)]
    pub(crate) role: Option<String>,
    /// A Lambda function whose execution role is to start renders.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// The user. Default: remotion-deploy.
    #[arg(long, value_name = "NAME", value_parser = checked::name)]
    pub(crate) user: Option<String>,
    /// Another bucket that finished videos go to.
    #[arg(long, value_name = "NAME", value_parser = checked::bucket)]
    pub(crate) output_bucket: Option<String>,
    /// What their keys start with.
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "output_bucket",
        default_value = "",
        value_parser = checked::key_prefix
    )]
    pub(crate) output_prefix: String,
    /// No finished video goes to a service other than S3.
    #[arg(long)]
    pub(crate) no_other_service: bool,
    /// With the clip cutter's role, and the right to have clips cut.
    #[arg(long)]
    pub(crate) clip: bool,
    /// Sites and outputs that everyone may read.
    #[arg(long)]
    pub(crate) public: bool,
    /// The render bucket. Default: all of the region that are named as Remotion names them.
    #[arg(long, value_name = "NAME", value_parser = checked::bucket)]
    pub(crate) bucket: Option<String>,
    /// The render function. Default: all that are named as Remotion names them.
    #[arg(long, value_name = "NAME", value_parser = checked::function)]
    pub(crate) render_function: Option<String>,
    /// The render function's role, path included.
    #[arg(
        long,
        value_name = "NAME",
        default_value = deploy::provision::RENDER_ROLE,
        value_parser = checked::path_and_name
    )]
    pub(crate) render_role: String,
    /// Functions are deployed as one package, and no layers are published.
    #[arg(long)]
    pub(crate) no_package_layers: bool,
    /// The ARN of a layer of one's own, version included. May be repeated.
    #[arg(long = "layer", value_name = "ARN", value_parser = checked::layer_version)]
    pub(crate) layers: Vec<String>,
    /// Lambda Insights watches the function.
    #[arg(long)]
    pub(crate) insights: bool,
    /// The function runs inside a VPC.
    #[arg(long)]
    pub(crate) vpc: bool,
    /// The ARN of the KMS key that the buckets are encrypted with.
    #[arg(long, value_name = "ARN", value_parser = checked::key)]
    pub(crate) kms_key: Option<String>,
    /// The ARN of the SQS queue that starts renders.
    #[arg(long, value_name = "ARN", value_parser = checked::queue)]
    pub(crate) queue: Option<String>,
    /// An HTTP API starts renders.
    #[arg(long)]
    pub(crate) http_api: bool,
    /// The bucket of sites in another region than the function.
    #[arg(long, value_name = "NAME", value_parser = checked::bucket)]
    pub(crate) site_bucket: Option<String>,
}

impl Wanted {
    /// The user's name.
    pub(crate) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("remotion-deploy")
    }

    /// Whether one caller is meant, of several that there may be.
    pub(crate) fn names_a_caller(&self) -> bool {
        let named = [&self.user, &self.role, &self.function];
        self.caller.is_some() || named.into_iter().any(Option::is_some)
    }

    /// What the documents describe: a user, a private bucket, the documented names.
    pub(crate) fn documented() -> Self {
        Self {
            caller: None,
            role: None,
            function: None,
            user: None,
            output_bucket: None,
            output_prefix: String::new(),
            no_other_service: false,
            clip: false,
            public: false,
            bucket: None,
            render_function: None,
            render_role: deploy::provision::RENDER_ROLE.to_owned(),
            no_package_layers: false,
            layers: Vec::new(),
            insights: false,
            vpc: false,
            kms_key: None,
            queue: None,
            http_api: false,
            site_bucket: None,
        }
    }
}

/// Who starts renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallerName {
    User,
    Lambda,
    Ec2,
    Fargate,
    None,
}

/// Where a new access key goes. Default: it is shown, once.
#[derive(Debug, ClapArgs)]
pub(crate) struct KeepKey {
    /// A `.env` file; other lines of it stay, and nobody else may read it. A file that git tracks is refused.
    #[arg(long, value_name = "FILE", conflicts_with = "key_profile")]
    pub(crate) key_file: Option<PathBuf>,
    /// A profile of the shared AWS credentials file.
    #[arg(long, value_name = "NAME")]
    pub(crate) key_profile: Option<String>,
}

/// Print permissions, for people who apply them by their own process. With --account nobody is asked.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright permissions show trigger --account 111122223333 --region eu-west-1 --caller lambda"
)]
pub(crate) struct Show {
    /// One part alone: administrator, auditor, key-rotator, deployer, render-function, trigger, output-writer,
    /// clip-invoker, clip-function, viewer or cleanup. Default: what setup makes.
    #[arg(value_name = "PART")]
    pub(crate) part: Option<Part>,
    /// How.
    #[arg(
        long,
        value_name = "json|explain|cloudformation|terraform|cli|cdk|markdown",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// The account, twelve digits. Default: the target's.
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) account: Option<String>,
    /// aws, aws-cn or aws-us-gov. Default: that of the region.
    #[arg(long, value_name = "NAME", value_parser = ["aws", "aws-cn", "aws-us-gov"])]
    pub(crate) partition: Option<String>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// With what `setup --budget` needs besides.
    #[arg(long)]
    pub(crate) with_budget: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// How permissions are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Json,
    Explain,
    Cloudformation,
    Terraform,
    Cli,
    Cdk,
    Markdown,
}

/// Ask whether every call would be allowed: for the caller or a principal, and for the render function's role.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright permissions check --principal arn:aws:iam::111122223333:user/remotion-deploy"
)]
pub(crate) struct Check {
    /// The ARN of a user or a role. Default: whoever asks.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// The part that it is to play. May be repeated. Default: deployer and trigger of a user, trigger of a role.
    #[arg(long = "part", value_name = "PART")]
    pub(crate) parts: Vec<Part>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Replace a user's access key: make one, write it where the old one was, verify it, and turn the old one off.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright permissions rotate remotion-deploy --older-than 90d"
)]
pub(crate) struct Rotate {
    /// The user's name.
    #[arg(value_name = "USER")]
    pub(crate) user: String,
    /// Delete the old key instead of leaving it turned off.
    #[arg(long)]
    pub(crate) delete_old: bool,
    /// Delete this key of two, and make none.
    #[arg(long, value_name = "KEY_ID", conflicts_with_all = ["delete_old", "older_than"])]
    pub(crate) delete: Option<String>,
    /// Replace only a key that is older.
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(crate) older_than: Option<u64>,
    #[command(flatten)]
    pub(crate) keep: KeepKey,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Remove what setup made, and only that: all of it, or what the caller has that --user, --caller, --role or --function
/// names.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright permissions remove --dry-run")]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// The budget, too.
    #[arg(long)]
    pub(crate) with_budget: bool,
    /// Show what would go, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".into())
    }
}

fn dollars(text: &str) -> Result<String, String> {
    match text.parse::<f64>() {
        Ok(amount) if amount > 0.0 && amount.is_finite() => Ok(text.to_owned()),
        _ => Err("an amount above 0 is expected, such as 20 or 12.50".into()),
    }
}

fn days(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('d').unwrap_or(text).parse();
    number.map_err(|_| "a number of days is expected, such as 90d".into())
}
