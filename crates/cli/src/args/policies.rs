//! `framewright policies`, as typed.

use clap::{Args as ClapArgs, Subcommand};
use iam::derive::NamePattern;
use iam::lint::Home;
use iam::policy::Kind;

use super::{Output, Place, Show};

/// Check, compare, explain, fix and derive IAM policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Policies {
    Validate(Validate),
    Diff(Diff),
    Simulate(Simulate),
    Explain(Box<Explain>),
    Fix(Box<Fix>),
    Derive(Box<Derive>),
    Minimize(Minimize),
    /// The policy of a user who deploys and renders: `permissions show` under the name that Remotion gives it.
    User(Box<Show>),
    /// The policy of the render function's role: `permissions show render-function` under the name that Remotion
    /// gives it.
    Role(Box<Show>),
}

impl PolicyFiles {
    /// Whether they say anything.
    pub(crate) fn are_given(&self) -> bool {
        let lists = [
            &self.inline,
            &self.managed,
            &self.session,
            &self.scp,
            &self.rcp,
            &self.vpce,
        ];
        let files = [&self.boundary, &self.resource_policy];
        self.complete
            || lists.iter().any(|list| !list.is_empty())
            || files.iter().any(|file| file.is_some())
    }
}

impl Policies {
    pub(super) fn output(&self) -> &Output {
        match self {
            Self::Validate(args) => &args.output,
            Self::Diff(args) => &args.output,
            Self::Simulate(args) => &args.output,
            Self::Explain(args) => &args.output,
            Self::Fix(args) => &args.output,
            Self::Derive(args) => &args.output,
            Self::Minimize(args) => &args.output,
            Self::User(args) | Self::Role(args) => &args.output,
        }
    }
}

/// Lint policy documents: errors, security warnings, warnings and suggestions, each with place, reason and fix.
///
/// A FILE may be prose: the documents in it are found, and FILE#2 means the second. `-` is standard input. The
/// exit code is 1 if there are errors. Without FILE the permissions of the caller are checked, as
/// `framewright permissions check` does.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright policies validate deployer.json setup.md#2")]
pub(crate) struct Validate {
    /// Files that hold documents.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// What the documents are: identity, trust, resource, scp, rcp, boundary, session or vpce.
    #[arg(long, value_name = "KIND", default_value_t = Kind::Identity)]
    pub(crate) kind: Kind,
    /// Where they are to stand, whose quota they are held against: managed, user, group, role, trust, session,
    /// organization, bucket, function or endpoint. Default: the roomiest place of the kind.
    #[arg(long, value_name = "PLACE")]
    pub(crate) home: Option<Home>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Say how two documents differ in meaning, and which API calls change because of it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright policies diff old.json new.json")]
pub(crate) struct Diff {
    /// The first document: FILE, FILE#2 or `-`.
    #[arg(value_name = "A")]
    pub(crate) before: String,
    /// The second.
    #[arg(value_name = "B")]
    pub(crate) after: String,
    /// What the documents are.
    #[arg(long, value_name = "KIND", default_value_t = Kind::Identity)]
    pub(crate) kind: Kind,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Decide one request, or with --jsonl one request a line of standard input.
///
/// With --jsonl each line is a case (`iamcase/v1`), and each answer is one line, in order. A line that cannot be read is
/// answered with `error`, and the exit code is 1 at the end.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright policies simulate arn:aws:iam::111122223333:user/u s3:GetObject \\\n    arn:aws:s3:::videos/a.mp4 --policy viewer.json"
)]
pub(crate) struct Simulate {
    /// `PRINCIPAL ACTION RESOURCE [KEY=VALUE...]`; a key that comes several times is multivalued.
    #[arg(
        value_name = "REQUEST",
        required_unless_present = "jsonl",
        conflicts_with = "jsonl"
    )]
    pub(crate) request: Vec<String>,
    /// Read cases from standard input, a line each.
    #[arg(long)]
    pub(crate) jsonl: bool,
    #[command(flatten)]
    pub(crate) policies: PolicyFiles,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Explain a decision: every statement, why it matched or did not, and what would have to change.
///
/// Without policies those of PRINCIPAL are read from the account that --target names, as far as the caller may read them.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright policies explain arn:aws:iam::111122223333:user/u s3:GetObject \\\n    arn:aws:s3:::videos/a.mp4 aws:SecureTransport=true --policy viewer.json"
)]
pub(crate) struct Explain {
    /// `PRINCIPAL ACTION RESOURCE [KEY=VALUE...]`, or one case (`iamcase/v1`), which brings its policies.
    #[arg(value_name = "REQUEST", required = true)]
    pub(crate) request: Vec<String>,
    #[command(flatten)]
    pub(crate) policies: PolicyFiles,
    #[command(flatten)]
    pub(crate) account: FromTarget,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Read a denial and propose the smallest change that allows the call, proven by evaluation.
///
/// The denial is an error message as it was pasted, with whatever stands around it, a CloudTrail event, or events of
/// `framewright cloud events --json`. With --from-target the policies of the principal that was denied are read from
/// the account, as far as the caller may read them.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright policies fix error.txt --policy deployer.json")]
pub(crate) struct Fix {
    /// The text itself, a file that holds it, or `-` for standard input.
    #[arg(value_name = "TEXT|FILE", default_value = "-")]
    pub(crate) denial: String,
    /// Find recent denials in the event history of the account that --target names (CloudTrail's LookupEvents), list
    /// them, and fix the newest.
    #[arg(long, conflicts_with = "denial")]
    pub(crate) from_cloudtrail: bool,
    /// Fix the denial of this event instead of the newest.
    #[arg(long, value_name = "ID", requires = "from_cloudtrail")]
    pub(crate) event: Option<String>,
    /// Who called, where the denial does not say.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// The resource, where the denial does not say.
    #[arg(long, value_name = "ARN|*")]
    pub(crate) resource: Option<String>,
    /// Make the change: add the statement to an inline policy of the principal, in the account of the target.
    #[arg(long)]
    pub(crate) apply: bool,
    /// The inline policy to extend. Default: one that is named after the action.
    #[arg(long, value_name = "POLICY", requires = "apply")]
    pub(crate) into: Option<String>,
    #[command(flatten)]
    pub(crate) policies: PolicyFiles,
    #[command(flatten)]
    pub(crate) account: FromTarget,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Make a least-privilege policy from recorded calls, and show that it is enough and no statement too much.
///
/// Recorded calls are events of `framewright cloud events --json`, CloudTrail events, cases, or lines
/// `[PRINCIPAL] ACTION RESOURCE [KEY=VALUE...]`; with --from-target the event history of the embedded cloud itself.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright cloud events --json | framewright policies derive --name 'remotion-render-*'"
)]
pub(crate) struct Derive {
    /// Files with recorded calls; `-` is standard input, and what is read without files and --from-target.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// A pattern that recorded names may be replaced by; nothing else is generalised. May be repeated.
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<NamePattern>,
    /// Only calls by this principal.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// Give what was denied, too.
    #[arg(long)]
    pub(crate) denied: bool,
    #[command(flatten)]
    pub(crate) account: FromTarget,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Say the same in fewer characters, and prove that it is the same.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright policies minimize deployer.json > smaller.json")]
pub(crate) struct Minimize {
    /// The document: FILE, FILE#2 or `-`.
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// What the document is.
    #[arg(long, value_name = "KIND", default_value_t = Kind::Identity)]
    pub(crate) kind: Kind,
    /// Print the document without white space.
    #[arg(long)]
    pub(crate) compact: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The account that is asked for what no file gives.
#[derive(Debug, ClapArgs)]
pub(crate) struct FromTarget {
    /// Ask the account that --target names.
    #[arg(long)]
    pub(crate) from_target: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// The policies that decide. A FILE may be prose, FILE#2 is its second document. Layers that are not given do not limit.
#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyFiles {
    /// An inline identity policy of the caller. May be repeated.
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) inline: Vec<String>,
    /// A managed identity policy of the caller. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) managed: Vec<String>,
    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE")]
    pub(crate) boundary: Option<String>,
    /// A session policy. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) session: Vec<String>,
    /// The service control policy of one level, the root's first. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) scp: Vec<String>,
    /// The resource control policy of one level, the root's first. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) rcp: Vec<String>,
    /// The resource's policy; of a role that is assumed, its trust policy.
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_policy: Option<String>,
    /// A policy of the VPC endpoint. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) vpce: Vec<String>,
    /// There are no policies besides those that are given.
    #[arg(long)]
    pub(crate) complete: bool,
}
