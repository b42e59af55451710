//! `framewright deploy`, `sites …`, `buckets …`, `quotas` and `regions` as typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{FunctionSettings, Output, Place};

/// Deploy a project: render role, bucket, function and site, and render a test still.
///
/// Running it again changes what differs, and says so. Settings come from options, then from `framewright.toml` in the
/// project: region, bucket, site, memory, disk, timeout.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright deploy my-project --target aws --package package")]
pub(crate) struct Deploy {
    /// The folder of the project, or of its bundle.
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,
    /// The name of the site. Default: the folder's, and a few digits of where it is.
    #[arg(long, value_name = "NAME")]
    pub(crate) site_name: Option<String>,
    /// The bucket of sites and renders. Default: the region's only one, made if there is none.
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// Render no test still.
    #[arg(long)]
    pub(crate) no_still: bool,
    #[command(flatten)]
    pub(crate) function: FunctionSettings,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Sites: upload, list, delete.
#[derive(Debug, Subcommand)]
pub(crate) enum Sites {
    Create(SitesCreate),
    Ls(SitesLs),
    Rm(SitesRm),
}

impl Sites {
    pub(super) fn output(&self) -> &Output {
        match self {
            Self::Create(create) => &create.output,
            Self::Ls(ls) => &ls.output,
            Self::Rm(rm) => &rm.output,
        }
    }
}

/// Bundle a project, or take a bundle, and make it the current version of a site.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright sites create my-project --site-name my-film")]
pub(crate) struct SitesCreate {
    /// The folder of a Remotion project, or of a bundle of it.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// The name of the site. Default: the folder's, and a few digits of where it is.
    #[arg(long, value_name = "NAME")]
    pub(crate) site_name: Option<String>,
    /// The entry point of the project. Default: the project's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) entry: Option<PathBuf>,
    /// The bucket. Default: the region's only one, made if there is none.
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// Let everybody read the site, in the layout that browsers and other clients expect. The bucket must be public too.
    #[arg(long)]
    pub(crate) public: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// List the sites of a bucket.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright sites ls")]
pub(crate) struct SitesLs {
    /// The bucket. Default: the region's only one.
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Delete sites with all of their versions.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright sites rm my-film")]
pub(crate) struct SitesRm {
    /// The sites' names.
    #[arg(required = true)]
    pub(crate) names: Vec<String>,
    /// The bucket. Default: the region's only one.
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Render buckets: list, delete.
#[derive(Debug, Subcommand)]
pub(crate) enum Buckets {
    Ls(BucketsLs),
    Rm(BucketsRm),
}

impl Buckets {
    pub(super) fn output(&self) -> &Output {
        match self {
            Self::Ls(ls) => &ls.output,
            Self::Rm(rm) => &rm.output,
        }
    }
}

/// List the render buckets of the account, in all regions.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright buckets ls --target aws")]
pub(crate) struct BucketsLs {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Delete a render bucket.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  framewright buckets rm remotionlambda-useast1-abcdefghij --with-objects"
)]
pub(crate) struct BucketsRm {
    /// The bucket's name.
    pub(crate) name: String,
    /// Delete all sites and renders in it first.
    #[arg(long)]
    pub(crate) with_objects: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Show how many functions may run at once, or ask AWS for more.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright quotas increase --to 5000 --target aws")]
pub(crate) struct Quotas {
    /// Ask for more.
    #[arg(value_enum, hide_possible_values = true, value_name = "increase")]
    pub(crate) action: Option<QuotasAction>,
    /// What to ask for. Default: the next multiple of 5000.
    #[arg(long, value_name = "N", requires = "action", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) to: Option<u32>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `quotas` does beside showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QuotasAction {
    Increase,
}

/// List the regions whose prices are known.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright regions --default-only")]
pub(crate) struct Regions {
    /// Only those that every account has without asking.
    #[arg(long)]
    pub(crate) default_only: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}
