//! What whoever deploys functions and sites calls.

use super::{Call, Condition, Loss, Part, Resource, Variant};

const fn row(
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    super::row(Part::Deployer, operations, action, resource, why, without)
}

const FUNCTION: Loss = Loss::Step("functions deploy");
const BUCKET: Loss = Loss::Step("make the bucket");
const SITE: Loss = Loss::Step("sites create");
const NOT_CHECKED: Loss = Loss::Degraded("what stands is not checked");
const QUOTAS: Loss = Loss::Step("quotas");

pub(super) const CALLS: &[Call] = &[
    // The function.
    row(
        &["ListFunctions"],
        "lambda:ListFunctions",
        Resource::Everything,
        "Functions that are deployed are found by their names' prefix.",
        Loss::Step("functions ls"),
    ),
    row(
        &["GetFunction"],
        "lambda:GetFunction",
        Resource::Function,
        "A deployment waits until the function is active.",
        FUNCTION,
    ),
    row(
        &["CreateFunction"],
        "lambda:CreateFunction",
        Resource::Function,
        "The render function is made.",
        FUNCTION,
    ),
    row(
        &["CreateFunction", "TagResource"],
        "lambda:TagResource",
        Resource::Function,
        "The function carries the tag by which it is found again.",
        FUNCTION,
    ),
    row(
        &["CreateFunction", "UpdateFunctionConfiguration"],
        "iam:PassRole",
        Resource::RenderRole,
        "Lambda is given the execution role that the function runs with.",
        FUNCTION,
    )
    .only(&[Condition::PassedToLambda]),
    row(
        &["UpdateFunctionCode"],
        "lambda:UpdateFunctionCode",
        Resource::Function,
        "A function whose code differs gets the code of this version.",
        Loss::Step("functions deploy of changed code"),
    ),
    row(
        &["UpdateFunctionConfiguration"],
        "lambda:UpdateFunctionConfiguration",
        Resource::Function,
        "A function whose sizes or variables differ is corrected.",
        Loss::Step("functions deploy of changed sizes"),
    ),
    row(
        &["PutFunctionEventInvokeConfig"],
        "lambda:PutFunctionEventInvokeConfig",
        Resource::Function,
        "Lambda starts a launch that was killed again, twice at most.",
        FUNCTION,
    ),
    row(
        &["PutRuntimeManagementConfig"],
        "lambda:PutRuntimeManagementConfig",
        Resource::Function,
        "The runtime is not changed under a function that is deployed.",
        Loss::Degraded("the runtime may be updated at any time"),
    ),
    row(
        &["CreateFunction", "UpdateFunctionConfiguration"],
        "lambda:GetLayerVersion",
        Resource::Layers,
        "Lambda reads the layers of one's own that the function is given.",
        Loss::Step("functions deploy with own layers"),
    )
    .when(Variant::Layers),
    row(
        &["CreateFunction", "UpdateFunctionConfiguration"],
        "lambda:GetLayerVersion",
        Resource::InsightsLayers,
        "Lambda reads the layer of Lambda Insights, which another account publishes.",
        Loss::Step("functions deploy with Lambda Insights"),
    )
    .when(Variant::Insights),
    row(
        &["CreateFunction"],
        "ec2:DescribeSecurityGroups",
        Resource::Everything,
        "Lambda looks up the security groups that a function in a VPC names.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
    row(
        &["CreateFunction"],
        "ec2:DescribeSubnets",
        Resource::Everything,
        "Lambda looks up the subnets that a function in a VPC names.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
    row(
        &["CreateFunction"],
        "ec2:DescribeVpcs",
        Resource::Everything,
        "Lambda looks up the VPC of the subnets that a function names.",
        Loss::Step("deploy into a VPC"),
    )
    .when(Variant::Vpc),
    row(
        &["AddPermission"],
        "lambda:AddPermission",
        Resource::AnyFunction,
        "The function behind an HTTP API allows the API, and only it, to invoke it.",
        Loss::Step("render from an HTTP API"),
    )
    .when(Variant::HttpApi),
    row(
        &["CreateEventSourceMapping"],
        "lambda:CreateEventSourceMapping",
        Resource::Everything,
        "The queue that starts renders is connected to the function that reads it.",
        Loss::Step("render from a queue"),
    )
    .when(Variant::Queue),
    row(
        &["HeadObject", "CreateFunction", "UpdateFunctionCode", "PublishLayerVersion"],
        "s3:GetObject",
        Resource::Objects("framewright/packages/"),
        "Lambda reads packages that are too large for a request from the bucket, with the caller's right.",
        Loss::Step("functions deploy with layers"),
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("framewright/packages/"),
        "A package that is too large for a request is sent once, under its digest.",
        Loss::Step("functions deploy with layers"),
    )
    .own(),
    row(
        &["GetLayerVersion", "CreateFunction"],
        "lambda:GetLayerVersion",
        Resource::FramewrightLayers,
        "A layer that is there under its digest is not published again, and Lambda reads it.",
        Loss::Step("functions deploy with layers"),
    ),
    row(
        &["PublishLayerVersion"],
        "lambda:PublishLayerVersion",
        Resource::FramewrightLayerNames,
        "Chrome, ffmpeg and fonts are published as layers of the account.",
        Loss::Step("functions deploy with layers"),
    ),
    // Its log group.
    row(
        &["CreateLogGroup"],
        "logs:CreateLogGroup",
        Resource::LogGroup,
        "The function's log group is made ahead, so that the function needs no right to.",
        FUNCTION,
    ),
    row(
        &["PutRetentionPolicy"],
        "logs:PutRetentionPolicy",
        Resource::LogGroup,
        "Log lines are kept as long as is wanted, and not forever.",
        FUNCTION,
    ),
    // The bucket.
    row(
        &["ListBuckets"],
        "s3:ListAllMyBuckets",
        Resource::Everything,
        "The region's bucket is found by its name's prefix.",
        BUCKET,
    ),
    row(
        &["CreateBucket"],
        "s3:CreateBucket",
        Resource::Bucket,
        "The region's bucket is made where there is none.",
        BUCKET,
    ),
    row(
        &["CreateBucket", "PutBucketOwnershipControls"],
        "s3:PutBucketOwnershipControls",
        Resource::Bucket,
        "ACLs are disabled, so that the account owns whatever is in its bucket.",
        BUCKET,
    )
    .own(),
    row(
        &["GetBucketOwnershipControls"],
        "s3:GetBucketOwnershipControls",
        Resource::Bucket,
        "Whether ACLs are disabled is looked up before it is changed.",
        BUCKET,
    )
    .own(),
    row(
        &["GetPublicAccessBlock"],
        "s3:GetBucketPublicAccessBlock",
        Resource::Bucket,
        "Whether public access is blocked is looked up before it is changed.",
        BUCKET,
    )
    .own(),
    row(
        &["PutPublicAccessBlock"],
        "s3:PutBucketPublicAccessBlock",
        Resource::Bucket,
        "Public access to the bucket is blocked, or, for public sites, no longer blocked.",
        BUCKET,
    )
    .own(),
    row(
        &["GetBucketLifecycleConfiguration"],
        "s3:GetLifecycleConfiguration",
        Resource::Bucket,
        "Lifecycle rules that are as they should be are left alone.",
        BUCKET,
    )
    .own()
    .when(Variant::FolderExpiry),
    row(
        &["PutBucketLifecycleConfiguration"],
        "s3:PutLifecycleConfiguration",
        Resource::Bucket,
        "Renders that are to delete themselves do, and so do parts of uploads that never completed.",
        BUCKET,
    )
    .own()
    .when(Variant::FolderExpiry),
    // Sites.
    row(
        &["ListObjectsV2"],
        "s3:ListBucket",
        Resource::Bucket,
        "Files of a site that are there are not sent again.",
        SITE,
    )
    .own(),
    row(
        &["GetObject", "HeadObject"],
        "s3:GetObject",
        Resource::Objects("sites/"),
        "The version of a site that is current is read.",
        SITE,
    )
    .own(),
    row(
        &[
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
        ],
        "s3:PutObject",
        Resource::Objects("sites/"),
        "The files of a site are sent, its manifest, and last the pointer to it.",
        SITE,
    )
    .own(),
    row(
        &["AbortMultipartUpload"],
        "s3:AbortMultipartUpload",
        Resource::Objects("sites/"),
        "A large file whose upload fails leaves no paid, invisible parts behind.",
        Loss::Degraded("parts of failed uploads stay until a lifecycle rule removes them"),
    )
    .own(),
    row(
        &["DeleteObject", "DeleteObjects"],
        "s3:DeleteObject",
        Resource::Objects("sites/"),
        "Versions of a site that nothing uses any more, and files that it no longer has, are removed.",
        Loss::Step("sites create of a site that changed"),
    )
    .own(),
    row(
        &["GetBucketPolicy"],
        "s3:GetBucketPolicy",
        Resource::Bucket,
        "A bucket whose sites everyone may read already is left alone.",
        Loss::Degraded("the bucket's policy is written again"),
    )
    .own()
    .when(Variant::Public),
    row(
        &["PutBucketPolicy"],
        "s3:PutBucketPolicy",
        Resource::Bucket,
        "Everyone may read the sites of a bucket, and nothing else of it.",
        Loss::Step("sites create --public"),
    )
    .own()
    .when(Variant::Public),
    row(
        &["PutObject", "CreateMultipartUpload"],
        "kms:GenerateDataKey",
        Resource::Key,
        "The files of a site are encrypted as they are written into a bucket with a KMS key.",
        Loss::Step("sites create with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    row(
        &["GetObject", "UploadPart", "CompleteMultipartUpload"],
        "kms:Decrypt",
        Resource::Key,
        "What is read of a site in a bucket with a KMS key is decrypted.",
        Loss::Step("sites create with an encrypted bucket"),
    )
    .only(&[Condition::ThroughS3])
    .when(Variant::Kms),
    // Quotas.
    row(
        &["GetServiceQuota"],
        "servicequotas:GetServiceQuota",
        Resource::Quota,
        "How many executions the account may have at once bounds how many renderers there can be.",
        QUOTAS,
    ),
    row(
        &["GetAWSDefaultServiceQuota"],
        "servicequotas:GetAWSDefaultServiceQuota",
        Resource::Everything,
        "A quota below AWS's default is worth a request.",
        QUOTAS,
    ),
    row(
        &["ListRequestedServiceQuotaChangeHistoryByQuota"],
        "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
        Resource::Quota,
        "A request that is open is not made again.",
        QUOTAS,
    ),
    row(
        &["RequestServiceQuotaIncrease"],
        "servicequotas:RequestServiceQuotaIncrease",
        Resource::Quota,
        "More executions at once are asked for.",
        Loss::Step("quotas increase"),
    ),
    // Itself.
    row(
        &["SimulatePrincipalPolicy"],
        "iam:SimulatePrincipalPolicy",
        Resource::Caller,
        "Whoever deploys can check its own permissions, and nobody else's.",
        NOT_CHECKED,
    ),
];
