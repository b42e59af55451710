//! Lambda.

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{CodeObject, EventSourceMapping, Function, Key, Layer, LayerVersion, Role, Unnamed};

const CONFIGURING: &[&str] = &[
    "lambda:Layer",
    "lambda:VpcIds",
    "lambda:SubnetIds",
    "lambda:SecurityGroupIds",
    "lambda:CodeSigningConfigArn",
];

const PASS_ROLE: Need =
    need("iam:PassRole", Role).keys(&["iam:PassedToService", "iam:AssociatedResourceArn"]);
const READ_LAYERS: Need = need("lambda:GetLayerVersion", LayerVersion).when(When::Layers);
const READ_CODE: Need = need("s3:GetObject", CodeObject).when(When::CodeInS3);
/// S3 opens encrypted code for Lambda with the caller's rights.
const DECRYPT_CODE: Need = need("kms:Decrypt", Key)
    .keys(&["kms:ViaService"])
    .when(When::Kms);
/// Lambda looks up what a function in a VPC names, with the caller's rights.
const SEE_GROUPS: Need = need("ec2:DescribeSecurityGroups", Unnamed).when(When::Vpc);
const SEE_SUBNETS: Need = need("ec2:DescribeSubnets", Unnamed).when(When::Vpc);
const SEE_VPCS: Need = need("ec2:DescribeVpcs", Unnamed).when(When::Vpc);
const TAGS: &[&str] = &["aws:RequestTag/*", "aws:TagKeys"];

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "lambda",
        operation,
        needs,
    }
}

const fn on_function(action: &'static str) -> Need {
    need(action, Function)
}

// spec: iam/calls#lambda
pub(super) const CALLS: &[Call] = &[
    row("Invoke", &[on_function("lambda:InvokeFunction")]),
    row(
        "InvokeWithResponseStream",
        &[on_function("lambda:InvokeFunction")],
    ),
    row("InvokeAsync", &[on_function("lambda:InvokeAsync")]),
    row(
        "CreateFunction",
        &[
            on_function("lambda:CreateFunction").keys(CONFIGURING),
            PASS_ROLE,
            READ_LAYERS,
            on_function("lambda:TagResource")
                .keys(TAGS)
                .when(When::Tags),
            READ_CODE,
            DECRYPT_CODE,
            SEE_GROUPS,
            SEE_SUBNETS,
            SEE_VPCS,
        ],
    ),
    row(
        "UpdateFunctionConfiguration",
        &[
            on_function("lambda:UpdateFunctionConfiguration").keys(CONFIGURING),
            PASS_ROLE.when(When::Role),
            READ_LAYERS,
            SEE_GROUPS,
            SEE_SUBNETS,
            SEE_VPCS,
        ],
    ),
    row(
        "UpdateFunctionCode",
        &[
            on_function("lambda:UpdateFunctionCode"),
            READ_CODE,
            DECRYPT_CODE,
        ],
    ),
    row("GetFunction", &[on_function("lambda:GetFunction")]),
    row(
        "GetFunctionConfiguration",
        &[on_function("lambda:GetFunctionConfiguration")],
    ),
    row(
        "GetFunctionConcurrency",
        &[on_function("lambda:GetFunctionConcurrency")],
    ),
    row("DeleteFunction", &[on_function("lambda:DeleteFunction")]),
    row("ListFunctions", &[need("lambda:ListFunctions", Unnamed)]),
    row(
        "ListVersionsByFunction",
        &[on_function("lambda:ListVersionsByFunction")],
    ),
    row("PublishVersion", &[on_function("lambda:PublishVersion")]),
    row("CreateAlias", &[on_function("lambda:CreateAlias")]),
    row("GetAlias", &[on_function("lambda:GetAlias")]),
    row("UpdateAlias", &[on_function("lambda:UpdateAlias")]),
    row("DeleteAlias", &[on_function("lambda:DeleteAlias")]),
    row("ListAliases", &[on_function("lambda:ListAliases")]),
    row(
        "PutFunctionConcurrency",
        &[on_function("lambda:PutFunctionConcurrency")],
    ),
    row(
        "DeleteFunctionConcurrency",
        &[on_function("lambda:DeleteFunctionConcurrency")],
    ),
    row(
        "PutFunctionEventInvokeConfig",
        &[on_function("lambda:PutFunctionEventInvokeConfig")],
    ),
    row(
        "UpdateFunctionEventInvokeConfig",
        &[on_function("lambda:UpdateFunctionEventInvokeConfig")],
    ),
    row(
        "GetFunctionEventInvokeConfig",
        &[on_function("lambda:GetFunctionEventInvokeConfig")],
    ),
    row(
        "DeleteFunctionEventInvokeConfig",
        &[on_function("lambda:DeleteFunctionEventInvokeConfig")],
    ),
    row(
        "PutRuntimeManagementConfig",
        &[on_function("lambda:PutRuntimeManagementConfig")],
    ),
    row(
        "GetRuntimeManagementConfig",
        &[on_function("lambda:GetRuntimeManagementConfig")],
    ),
    row(
        "AddPermission",
        &[on_function("lambda:AddPermission")
            .keys(&["lambda:Principal", "lambda:FunctionUrlAuthType"])],
    ),
    row(
        "RemovePermission",
        &[on_function("lambda:RemovePermission").keys(&["lambda:Principal"])],
    ),
    row("GetPolicy", &[on_function("lambda:GetPolicy")]),
    row(
        "TagResource",
        &[on_function("lambda:TagResource").keys(TAGS)],
    ),
    row(
        "UntagResource",
        &[on_function("lambda:UntagResource").keys(&["aws:TagKeys"])],
    ),
    row("ListTags", &[on_function("lambda:ListTags")]),
    row(
        "PublishLayerVersion",
        &[
            need("lambda:PublishLayerVersion", Layer),
            READ_CODE,
            DECRYPT_CODE,
        ],
    ),
    row(
        "ListLayerVersions",
        &[need("lambda:ListLayerVersions", Layer)],
    ),
    row("ListLayers", &[need("lambda:ListLayers", Unnamed)]),
    row(
        "GetLayerVersion",
        &[need("lambda:GetLayerVersion", LayerVersion)],
    ),
    row(
        "GetLayerVersionByArn",
        &[need("lambda:GetLayerVersion", LayerVersion)],
    ),
    row(
        "DeleteLayerVersion",
        &[need("lambda:DeleteLayerVersion", LayerVersion)],
    ),
    row(
        "CreateEventSourceMapping",
        &[
            need("lambda:CreateEventSourceMapping", Unnamed).keys(&["lambda:FunctionArn"]),
            need("lambda:TagResource", EventSourceMapping)
                .keys(TAGS)
                .when(When::Tags),
        ],
    ),
    row(
        "GetEventSourceMapping",
        &[need("lambda:GetEventSourceMapping", EventSourceMapping).keys(&["lambda:FunctionArn"])],
    ),
    row(
        "UpdateEventSourceMapping",
        &[need("lambda:UpdateEventSourceMapping", EventSourceMapping)
            .keys(&["lambda:FunctionArn"])],
    ),
    row(
        "DeleteEventSourceMapping",
        &[need("lambda:DeleteEventSourceMapping", EventSourceMapping)
            .keys(&["lambda:FunctionArn"])],
    ),
    row(
        "ListEventSourceMappings",
        &[need("lambda:ListEventSourceMappings", Unnamed)],
    ),
];
