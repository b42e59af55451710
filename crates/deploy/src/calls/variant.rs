//! Ways to use the system.

use super::scope::{Caller, Compute, Scope};

/// A way to use the system that needs permissions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// Every use.
    Always,
    /// Sites and outputs that everyone may read.
    Public,
    /// Layers that a deployment publishes.
    PackageLayers,
    /// Layers of one's own.
    Layers,
    /// Lambda Insights.
    Insights,
    /// A function inside a VPC.
    Vpc,
    /// Buckets encrypted with a KMS key.
    Kms,
    /// A caller that is a Lambda function.
    LambdaCaller,
    /// A caller on EC2.
    Ec2Caller,
    /// A queue that starts renders.
    Queue,
    /// An HTTP API that starts renders.
    HttpApi,
    /// Function and bucket are looked for.
    Discovery,
    /// Folders of renders that delete themselves.
    FolderExpiry,
    /// Sites in another region.
    OtherRegion,
    /// Finished videos in another bucket.
    OutputBucket,
    /// Finished videos at another service that speaks S3.
    OtherService,
    /// A caller that is an IAM user.
    UserCaller,
    /// Spending is watched.
    Budget,
}

impl Variant {
    /// Every variant, the common case first.
    pub const ALL: [Self; 18] = [
        Self::Always,
        Self::Public,
        Self::PackageLayers,
        Self::Layers,
        Self::Insights,
        Self::Vpc,
        Self::Kms,
        Self::LambdaCaller,
        Self::Ec2Caller,
        Self::Queue,
        Self::HttpApi,
        Self::Discovery,
        Self::FolderExpiry,
        Self::OtherRegion,
        Self::OutputBucket,
        Self::OtherService,
        Self::UserCaller,
        Self::Budget,
    ];

    /// When a permission of this variant is needed, as a person reads it.
    #[must_use]
    pub fn when(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Public => "public sites and outputs",
            Self::PackageLayers => "a package with layers",
            Self::Layers => "own layers",
            Self::Insights => "Lambda Insights",
            Self::Vpc => "a function in a VPC",
            Self::Kms => "buckets with a KMS key",
            Self::LambdaCaller => "a Lambda function calls",
            Self::Ec2Caller => "an EC2 instance calls",
            Self::Queue => "a queue starts renders",
            Self::HttpApi => "an HTTP API starts renders",
            Self::Discovery => "function and bucket are looked for",
            Self::FolderExpiry => "folders that delete themselves",
            Self::OtherRegion => "sites in another region",
            Self::OutputBucket => "an output bucket",
            Self::OtherService => "outputs at another service",
            Self::UserCaller => "a user calls",
            Self::Budget => "a budget",
        }
    }
}

impl Scope {
    /// Whether `variant` is in use.
    #[must_use]
    pub fn has(&self, variant: Variant) -> bool {
        match variant {
            Variant::Always => true,
            Variant::Public => self.public,
            Variant::PackageLayers => self.package_layers,
            Variant::Layers => !self.layers.is_empty(),
            Variant::Insights => self.insights,
            Variant::Vpc => self.vpc,
            Variant::Kms => self.kms_key.is_some(),
            Variant::LambdaCaller => self.runs_on(Compute::Lambda),
            Variant::Ec2Caller => self.runs_on(Compute::Ec2),
            Variant::Queue => self.queue.is_some(),
            Variant::HttpApi => self.http_api,
            Variant::Discovery => self.discovery,
            Variant::FolderExpiry => self.folder_expiry,
            Variant::OtherRegion => self.site_bucket.is_some(),
            Variant::OutputBucket => self.output.is_some(),
            Variant::OtherService => self.other_service,
            Variant::UserCaller => self.caller == Caller::User,
            Variant::Budget => self.budget,
        }
    }

    fn runs_on(&self, wanted: Compute) -> bool {
        matches!(&self.caller, Caller::Role { compute: Some(compute), .. } if *compute == wanted)
    }
}
