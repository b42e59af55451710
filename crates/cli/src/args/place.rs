//! Where a command acts: the embedded cloud or AWS, the region, and whose credentials.

use clap::{Args as ClapArgs, ValueEnum};
use client::env::{self, Environment};

use super::EmbeddedCloud;

/// Where a command acts.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Place {
    /// Where to act. AWS is used, and billed, only where this says so.
    #[arg(
        long,
        value_name = "embedded|aws",
        env = "FRAMEWRIGHT_TARGET",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub(crate) target: TargetName,
    /// The region. Default on AWS: REMOTION_AWS_REGION, AWS_REGION, the profile's, the project file's; on the embedded
    /// cloud us-east-1.
    #[arg(long, value_name = "REGION", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) region: Option<String>,
    /// A profile of the shared AWS files, before every variable that names credentials (AWS only).
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) embedded: EmbeddedCloud,
}

impl Place {
    /// Whether this acts on AWS, or what stands in its place.
    pub(crate) fn is_aws(&self) -> bool {
        self.target == TargetName::Aws
    }

    /// The region of a project's file, where nothing else names one.
    pub(crate) fn prefer_region(&mut self, region: Option<&str>) {
        let environment = Environment::of_process();
        let named = [
            env::REMOTION_AWS_REGION,
            env::AWS_REGION,
            env::AWS_DEFAULT_REGION,
        ];
        if self.region.is_none() && environment.first(&named).is_none() {
            self.region = region.map(str::to_owned);
        }
    }
}

/// What `--target` names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetName {
    /// The embedded cloud of a state folder.
    #[default]
    Embedded,
    /// AWS, or what AWS_ENDPOINT_URL puts in its place.
    Aws,
}

/// Which of the deployed functions and buckets, on AWS.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Which {
    /// The render function. Default: the newest compatible one of the region (AWS only).
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// The bucket of sites and renders. Default: the region's `remotionlambda-` bucket (AWS only).
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
}
