//! CloudWatch Logs: groups are authorized with an empty stream after them.

use super::table::need;
use super::{Call, Need, Template, When};
use Template::{LogGroup, LogStream, Unnamed};

const TAGS: &[&str] = &["aws:RequestTag/*", "aws:TagKeys"];

const fn row(operation: &'static str, needs: &'static [Need]) -> Call {
    Call {
        service: "logs",
        operation,
        needs,
    }
}

// spec: iam/calls#logs
pub(super) const CALLS: &[Call] = &[
    row(
        "CreateLogGroup",
        &[
            need("logs:CreateLogGroup", LogGroup).keys(TAGS),
            need("logs:TagResource", LogGroup)
                .keys(TAGS)
                .when(When::Tags),
        ],
    ),
    row("DeleteLogGroup", &[need("logs:DeleteLogGroup", LogGroup)]),
    row(
        "PutRetentionPolicy",
        &[need("logs:PutRetentionPolicy", LogGroup)],
    ),
    row(
        "DeleteRetentionPolicy",
        &[need("logs:DeleteRetentionPolicy", LogGroup)],
    ),
    row(
        "DescribeLogGroups",
        &[need("logs:DescribeLogGroups", Unnamed)],
    ),
    row(
        "DescribeLogStreams",
        &[need("logs:DescribeLogStreams", LogGroup)],
    ),
    row("FilterLogEvents", &[need("logs:FilterLogEvents", LogGroup)]),
    row(
        "CreateLogStream",
        &[need("logs:CreateLogStream", LogStream)],
    ),
    row(
        "DeleteLogStream",
        &[need("logs:DeleteLogStream", LogStream)],
    ),
    row("PutLogEvents", &[need("logs:PutLogEvents", LogStream)]),
    row("GetLogEvents", &[need("logs:GetLogEvents", LogStream)]),
    row(
        "TagResource",
        &[need("logs:TagResource", LogGroup).keys(TAGS)],
    ),
    row(
        "UntagResource",
        &[need("logs:UntagResource", LogGroup).keys(&["aws:TagKeys"])],
    ),
    row(
        "ListTagsForResource",
        &[need("logs:ListTagsForResource", LogGroup)],
    ),
];
