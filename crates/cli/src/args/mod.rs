//! The command line as typed. [`crate::commands`] carries it out.

mod checked;
mod clip;
mod configure;
mod deployment;
mod functions;
mod per_frame;
mod permissions;
mod place;
mod policies;
mod props;
mod range;
mod rendering;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use client::Props;
use cloud::{AccountId, Region};
use jiff::SignedDuration;

pub(crate) use clip::Clip;
pub(crate) use configure::{Configure, KeyOrigin};
pub(crate) use deployment::{
    Buckets, BucketsLs, BucketsRm, Deploy, Quotas, QuotasAction, Regions, Sites, SitesCreate,
    SitesLs, SitesRm,
};
pub(crate) use functions::{
    FunctionSettings, Functions, FunctionsDeploy, FunctionsLs, FunctionsRm, RuntimeUpdatesName,
};
pub(crate) use per_frame::PerFrame;
pub(crate) use permissions::{
    CallerName, Check, Format, KeepKey, Permissions, Remove, Rotate, Setup, Show, Wanted,
};
pub(crate) use place::{Place, TargetName, Which};
pub(crate) use policies::{
    Derive, Diff, Explain, Fix, Minimize, Policies, PolicyFiles, Simulate, Validate,
};
pub(crate) use range::Frames;
pub(crate) use rendering::{Cancel, Progress, Still, StillFormat};

/// Renders Remotion sites on AWS Lambda, or on this machine through an embedded cloud that enforces IAM.
#[derive(Debug, Parser)]
#[command(
    name = "framewright",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Subcommands,
    /// A file of variables. The process's own win. Default: `.env`, if there is one.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Subcommands {
    Render(Box<Render>),
    Compositions(Compositions),
    Clip(Box<Clip>),
    Configure(Configure),
    Doctor(Doctor),
    Still(Box<Still>),
    Progress(Progress),
    Cancel(Cancel),
    Deploy(Box<Deploy>),
    #[command(subcommand)]
    Functions(Functions),
    #[command(subcommand)]
    Sites(Sites),
    #[command(subcommand)]
    Buckets(Buckets),
    Quotas(Quotas),
    Regions(Regions),
    #[command(subcommand)]
    Cloud(Cloud),
    #[command(subcommand)]
    Policies(Policies),
    #[command(subcommand)]
    Permissions(Permissions),
}

impl Subcommands {
    /// Whether JSON is asked for.
    pub(crate) fn json(&self) -> bool {
        self.output().json
    }

    /// Whether what happens underneath is to be shown.
    pub(crate) fn verbose(&self) -> bool {
        self.output().verbose
    }

    fn output(&self) -> &Output {
        match self {
            Self::Render(render) => &render.output,
            Self::Compositions(compositions) => &compositions.output,
            Self::Clip(clip) => &clip.output,
            Self::Configure(configure) => &configure.output,
            Self::Doctor(doctor) => &doctor.output,
            Self::Still(still) => &still.output,
            Self::Progress(progress) => &progress.output,
            Self::Cancel(cancel) => &cancel.output,
            Self::Deploy(deploy) => &deploy.output,
            Self::Functions(functions) => functions.output(),
            Self::Sites(sites) => sites.output(),
            Self::Buckets(buckets) => buckets.output(),
            Self::Quotas(quotas) => &quotas.output,
            Self::Regions(regions) => &regions.output,
            Self::Cloud(Cloud::Serve(serve)) => &serve.output,
            Self::Cloud(Cloud::Events(events)) => &events.output,
            Self::Cloud(Cloud::Prune(prune)) => &prune.output,
            Self::Policies(policies) => policies.output(),
            Self::Permissions(permissions) => permissions.output(),
        }
    }
}

/// Render a composition of a site into a video file.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright render build Title out/title.mp4 --frames 0-89")]
pub(crate) struct Render {
    /// A folder with a Remotion bundle, an http(s) address of one, or the name of a deployed site.
    pub(crate) site: String,
    /// The id of the composition; `framewright compositions SITE` lists them.
    pub(crate) composition: String,
    /// The file to write. Default: `out/<composition>.mp4`.
    pub(crate) out: Option<PathBuf>,
    /// Input props: a JSON object, or @FILE that holds one.
    #[arg(long, value_name = "JSON|@FILE", value_parser = props::parse)]
    pub(crate) props: Option<Props>,
    /// Frames to render, counted from 0, both ends included; one number renders one frame.
    #[arg(long, value_name = "A-B")]
    pub(crate) frames: Option<Frames>,
    /// Frames that one renderer makes. Default: so that every renderer at work has as much to do.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) frames_per_function: Option<u32>,
    /// Renderers at work at once. Default: the cores of this machine; on AWS as many as there
    /// are chunks.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) concurrency: Option<u32>,
    /// Quality of the pictures that are encoded, 0 to 100. Default: 80.
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) jpeg_quality: Option<u8>,
    /// Constant rate factor of the encoder, 1 (largest) to 51 (smallest). Default: 18.
    #[arg(long, value_name = "1-51", value_parser = clap::value_parser!(u8).range(1..=51))]
    pub(crate) crf: Option<u8>,
    /// Scale of the output; 2 doubles width and height.
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    pub(crate) scale: Option<f64>,
    /// Make no audio track.
    #[arg(long)]
    pub(crate) muted: bool,
    /// How long one frame may take to become ready, with its unit: `30s`, `1500ms`, `2m`. At least 7s.
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<PerFrame>,
    /// Replace the output file if it exists.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Move the result to this bucket, by the render role's right, instead of downloading it.
    #[arg(
        long,
        value_name = "NAME",
        requires = "out_key",
        conflicts_with = "out"
    )]
    pub(crate) out_bucket: Option<String>,
    /// The key of the result in --out-bucket; it ends in `.mp4`.
    #[arg(long, value_name = "KEY", requires = "out_bucket")]
    pub(crate) out_key: Option<String>,
    /// The bucket is of another service that speaks S3, at this address. Its keys are taken from
    /// REMOTION_S3_OUTPUT_PROVIDER_ACCESS_KEY_ID and REMOTION_S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY.
    #[arg(long, value_name = "URL", requires = "out_bucket")]
    pub(crate) out_endpoint: Option<String>,
    /// The region of that service.
    #[arg(long, value_name = "REGION", requires = "out_endpoint")]
    pub(crate) out_region: Option<String>,
    /// Go on with the render of this id instead of starting one.
    #[arg(long, value_name = "ID")]
    pub(crate) resume: Option<String>,
    /// Copy the log lines of this render beside the output.
    #[arg(long)]
    pub(crate) keep_logs: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// List the compositions of a site.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright compositions build")]
pub(crate) struct Compositions {
    /// A folder with a Remotion bundle, an http(s) address of one, or the name of a deployed site.
    pub(crate) site: String,
    /// Input props: a JSON object, or @FILE that holds one.
    #[arg(long, value_name = "JSON|@FILE", value_parser = props::parse)]
    pub(crate) props: Option<Props>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Look at everything between this machine and a render: credentials, network, clock, caller, quota, deployment.
///
/// The exit code is 1 if something stops renders. The last line says what to do first.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright doctor --target aws",
    after_long_help = concat!("Example:\n  framewright doctor --target aws\n\n", include_str!("sources.txt"))
)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// The embedded cloud by itself.
#[derive(Debug, Subcommand)]
pub(crate) enum Cloud {
    Serve(Serve),
    Events(Events),
    Prune(Prune),
}

/// Run the embedded cloud until interrupted; print its endpoint and the variables to export.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright cloud serve --port 4566 --state memory")]
pub(crate) struct Serve {
    /// The loopback port. Default: a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// The account that owns everything. Default: the state's own, 123456789012 for a new one.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// The region of requests that name none, and of what is printed to export. Default: us-east-1.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// How long a change of users, roles, keys and policies takes until it is in force, such as 8s.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0s")]
    pub(crate) iam_propagation: SignedDuration,
    /// Serve the metadata of an EC2 instance with this instance profile too, and print what a program needs to find it
    /// in place of the administrator's keys.
    #[arg(long, value_name = "NAME", conflicts_with = "task_role")]
    pub(crate) instance_profile: Option<String>,
    /// Serve the credentials of a Fargate task with this role too, likewise.
    #[arg(long, value_name = "NAME")]
    pub(crate) task_role: Option<String>,
    /// How long each set of these credentials lives, in seconds. Default: six hours.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) credentials_lifetime: Option<u32>,
    #[command(flatten)]
    pub(crate) cloud: EmbeddedCloud,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A time such as `8s` or `1m 30s`, an hour at most.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let duration: SignedDuration = text
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    if duration.is_negative() || duration > SignedDuration::from_hours(1) {
        return Err("it takes 0s to 1h".to_owned());
    }
    Ok(duration)
}

/// Show the event history: every request, who made it, and why it was allowed or denied.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright cloud events --denied --limit 20")]
pub(crate) struct Events {
    /// Show only requests that were denied.
    #[arg(long)]
    pub(crate) denied: bool,
    /// Show only requests of this region. Default: all regions.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// Show the newest of this many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) cloud: EmbeddedCloud,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Free what nothing needs any more: old events and logs, chunks of finished renders, expired objects.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright cloud prune")]
pub(crate) struct Prune {
    /// Free only what is in this region. Default: all regions.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    #[command(flatten)]
    pub(crate) cloud: EmbeddedCloud,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Output {
    /// Print one JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show what happens underneath.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct EmbeddedCloud {
    /// Folder of the embedded cloud's state, or `memory` for one that is gone afterwards. Default: `framewright` in
    /// the user's data directory.
    #[arg(long, value_name = "DIR|memory", env = "FRAMEWRIGHT_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// The render function's zip. Default: `render-function.zip` beside this program.
    #[arg(long, value_name = "FILE", env = "FRAMEWRIGHT_FUNCTION_ZIP")]
    pub(crate) function_zip: Option<PathBuf>,
    /// The helper that isolates functions. Default: `sandbox-init` beside this program.
    #[arg(
        long,
        value_name = "FILE",
        env = "FRAMEWRIGHT_SANDBOX_INIT",
        hide = true
    )]
    pub(crate) sandbox_init: Option<PathBuf>,
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale > 0.0 && scale <= 16.0 => Ok(scale),
        _ => Err("a factor above 0 and up to 16 is expected, such as 0.5 or 2".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Args;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }
}
