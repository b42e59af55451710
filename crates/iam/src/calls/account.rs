//! Account Management.

use super::table::need;
use super::{Call, Template};

// spec: iam/calls#account
pub(super) const CALLS: &[Call] = &[
    Call {
        service: "account",
        operation: "ListRegions",
        needs: &[need("account:ListRegions", Template::Account)],
    },
    Call {
        service: "account",
        operation: "GetRegionOptStatus",
        needs: &[
            need("account:GetRegionOptStatus", Template::Account).keys(&["account:TargetRegion"])
        ],
    },
];
