//! The function, its role, its layers and its log group.

use super::super::{Call, Condition, Loss, Resource, Variant};
use super::row;

const FUNCTION: Loss = Loss::Step("functions deploy");
const ROLE: Loss = Loss::Degraded("the render role is taken as it is");

pub(super) const CALLS: &[Call] = &[
    row(
        &["GetRole"],
        "iam:GetRole",
        Resource::RenderRole,
        "Whether there is a render role, and whom it trusts, is looked up before a function gets it.",
        ROLE,
    ),
    row(
        &["GetRolePolicy"],
        "iam:GetRolePolicy",
        Resource::RenderRole,
        "What the render role may do is looked up before a function gets it.",
        ROLE,
    ),
    row(
        &["ListAttachedRolePolicies"],
        "iam:ListAttachedRolePolicies",
        Resource::RenderRole,
        "A render role that setup made has a managed policy in place of an inline one.",
        ROLE,
    ),
    row(
        &["ListFunctions"],
        "lambda:ListFunctions",
        Resource::Everything,
        "Functions that are deployed are found by their names' prefix.",
        Loss::Extra("functions ls"),
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
        Loss::Extra("functions deploy of changed code"),
    ),
    row(
        &["UpdateFunctionConfiguration"],
        "lambda:UpdateFunctionConfiguration",
        Resource::Function,
        "A function whose sizes or variables differ is corrected.",
        Loss::Extra("functions deploy of changed sizes"),
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
        Loss::Extra("functions deploy of a large package"),
    )
    .own(),
    row(
        &["PutObject"],
        "s3:PutObject",
        Resource::Objects("framewright/packages/"),
        "A package that is too large for a request is sent once, under its digest.",
        Loss::Extra("functions deploy of a large package"),
    )
    .own(),
    row(
        &["GetLayerVersion", "CreateFunction"],
        "lambda:GetLayerVersion",
        Resource::FramewrightLayers,
        "A layer that is there under its digest is not published again, and Lambda reads it.",
        Loss::Extra("functions deploy with layers"),
    )
    .when(Variant::PackageLayers),
    row(
        &["PublishLayerVersion"],
        "lambda:PublishLayerVersion",
        Resource::FramewrightLayerNames,
        "Chrome, ffmpeg and fonts are published as layers of the account.",
        Loss::Extra("functions deploy with layers"),
    )
    .when(Variant::PackageLayers),
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
];
