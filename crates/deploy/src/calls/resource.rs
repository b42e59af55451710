//! What calls act on.

use super::scope::{Caller, Compute, Scope};

/// Quota `Concurrent executions` of Lambda.
pub const CONCURRENCY_QUOTA: &str = "L-B99A9384";

/// What a call's resource is, before account, region and names are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// The action has no resource type.
    Everything,
    /// The render bucket itself.
    Bucket,
    /// The objects of the render bucket whose keys start with this.
    Objects(&'static str),
    /// The object of each render that asks it to stop.
    CancelWishes,
    /// The progress documents of renders, which tell where outputs are.
    ProgressDocuments,
    /// The bucket that finished videos go to.
    OutputBucket,
    /// The finished videos in it.
    OutputObjects,
    /// The bucket of sites in another region.
    SiteBucket,
    /// The sites in it.
    SiteObjects,
    /// The render function, without a qualifier.
    Function,
    /// The clip cutter, without a qualifier.
    ClipFunction,
    /// The functions that call, which are not ours to name.
    AnyFunction,
    /// The log group of the render function, as group-level actions name it.
    LogGroup,
    /// The log streams of the render function.
    LogStreams,
    /// The log streams of the clip cutter.
    ClipLogStreams,
    /// The log streams of functions that call.
    CallerLogStreams,
    /// The log group of Lambda Insights.
    InsightsLogGroup,
    /// The log streams of Lambda Insights.
    InsightsLogStreams,
    /// The render function's execution role.
    RenderRole,
    /// The roles that setup makes.
    OwnRoles,
    /// Every role of the account.
    Roles,
    /// Every user of the account.
    Users,
    /// Every group of the account.
    Groups,
    /// The user that setup makes.
    User,
    /// The caller itself.
    Caller,
    /// The managed policies that setup makes.
    OwnPolicies,
    /// Every managed policy of the account, and AWS's own.
    Policies,
    /// The instance profile of the caller's role.
    InstanceProfile,
    /// The quota on executions at once.
    Quota,
    /// The role that Service Quotas works with.
    QuotaServiceRole,
    /// The layers that are one's own.
    Layers,
    /// Versions of the layers that a deployment publishes.
    FramewrightLayers,
    /// Those layers, without a version.
    FramewrightLayerNames,
    /// The layers of Lambda Insights.
    InsightsLayers,
    /// The buckets' KMS key.
    Key,
    /// The same, where finished videos go to another bucket.
    OutputKey,
    /// The queue that starts renders.
    Queue,
    /// The budget that setup makes.
    Budget,
}

impl Resource {
    /// The ARN patterns of this resource in `scope`; none where the scope does not have it.
    #[must_use]
    pub fn arns(&self, scope: &Scope) -> Vec<String> {
        let Scope {
            partition,
            account,
            region,
            bucket,
            function,
            ..
        } = scope;
        let s3 = |name: &str| format!("arn:{partition}:s3:::{name}");
        let iam = |what: &str| format!("arn:{partition}:iam::{account}:{what}");
        let lambda = |what: &str| format!("arn:{partition}:lambda:{region}:{account}:{what}");
        let logs = |group: &str, rest: &str| {
            format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:{rest}")
        };
        let one = |arn: String| vec![arn];
        match self {
            Self::Everything => one("*".to_owned()),
            Self::Bucket => one(s3(bucket)),
            Self::Objects(prefix) => one(s3(&format!("{bucket}/{prefix}*"))),
            Self::CancelWishes => one(s3(&format!("{bucket}/renders/*/cancel.json"))),
            Self::ProgressDocuments => one(s3(&format!("{bucket}/renders/*/progress.json"))),
            Self::OutputBucket => scope.output.iter().map(|to| s3(&to.bucket)).collect(),
            Self::OutputObjects => {
                let objects = |to: &super::Output| s3(&format!("{}/{}*", to.bucket, to.prefix));
                scope.output.iter().map(objects).collect()
            }
            Self::SiteBucket => scope.site_bucket.iter().map(|name| s3(name)).collect(),
            Self::SiteObjects => {
                let sites = |name: &String| s3(&format!("{name}/sites/*"));
                scope.site_bucket.iter().map(sites).collect()
            }
            Self::Function => one(lambda(&format!("function:{function}"))),
            Self::ClipFunction => one(lambda(&format!("function:{}", scope.clip_function))),
            Self::AnyFunction => one(lambda("function:*")),
            Self::LogGroup => one(logs(&format!("/aws/lambda/{function}"), "*")),
            Self::LogStreams => one(logs(&format!("/aws/lambda/{function}"), "log-stream:*")),
            Self::ClipLogStreams => {
                let group = format!("/aws/lambda/{}", scope.clip_function);
                one(logs(&group, "log-stream:*"))
            }
            Self::CallerLogStreams => one(logs("/aws/lambda/*", "log-stream:*")),
            Self::InsightsLogGroup => one(logs("/aws/lambda-insights", "*")),
            Self::InsightsLogStreams => one(logs("/aws/lambda-insights", "log-stream:*")),
            Self::RenderRole => one(scope.render_role_arn()),
            Self::OwnRoles => [scope.render_role.as_str()]
                .into_iter()
                .chain([crate::permissions::CLIP_ROLE])
                .chain(crate::permissions::CALLERS.map(crate::permissions::caller_role))
                .map(|name| scope.role_arn(name))
                .collect(),
            Self::Roles => one(iam("role/*")),
            Self::Users => one(iam("user/*")),
            Self::Groups => one(iam("group/*")),
            Self::User => one(iam(&format!("user/{}", scope.user))),
            Self::Caller => one(match &scope.caller {
                Caller::User => iam("user/${aws:username}"),
                Caller::Role { name, .. } => scope.role_arn(name),
            }),
            Self::OwnPolicies => {
                let names = crate::permissions::POLICY_NAMES.iter();
                names.map(|name| scope.policy_arn(name)).collect()
            }
            Self::Policies => vec![
                iam("policy/*"),
                format!("arn:{partition}:iam::aws:policy/*"),
            ],
            Self::InstanceProfile => {
                let role = crate::permissions::caller_role(Compute::Ec2);
                one(iam(&format!("instance-profile/{role}")))
            }
            Self::Quota => one(format!(
                "arn:{partition}:servicequotas:{region}:{account}:lambda/{CONCURRENCY_QUOTA}"
            )),
            Self::QuotaServiceRole => {
                one(iam("role/aws-service-role/servicequotas.amazonaws.com/*"))
            }
            Self::Layers => scope.layers.clone(),
            Self::FramewrightLayers => one(lambda("layer:framewright-*:*")),
            Self::FramewrightLayerNames => one(lambda("layer:framewright-*")),
            // Lambda Insights is published by another account in nearly every region.
            Self::InsightsLayers => one(format!(
                "arn:{partition}:lambda:{region}:*:layer:LambdaInsightsExtension*"
            )),
            Self::Key => scope.kms_key.clone().into_iter().collect(),
            Self::OutputKey => {
                let key = scope.kms_key.clone().filter(|_| scope.output.is_some());
                key.into_iter().collect()
            }
            Self::Queue => scope.queue.clone().into_iter().collect(),
            Self::Budget => one(format!(
                "arn:{partition}:budgets::{account}:budget/{}",
                crate::permissions::BUDGET_NAME
            )),
        }
    }
}
