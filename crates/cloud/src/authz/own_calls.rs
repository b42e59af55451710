//! Calls that the table of AWS's calls lacks: those about this cloud itself.

use iam::calls::{Call, Need, Template, When};

const fn own(action: &'static str) -> Need {
    Need {
        action,
        resource: Template::Unnamed,
        when: When::Always,
        keys: &[],
    }
}

const OWN_CALLS: [Call; 3] = [
    Call {
        service: "cloudtrail",
        operation: "LookupEvents",
        needs: &[own("cloudtrail:LookupEvents")],
    },
    Call {
        service: "framewright",
        operation: "LendRole",
        needs: &[own("framewright:LendRole")],
    },
    Call {
        service: "framewright",
        operation: "Prune",
        needs: &[own("framewright:Prune")],
    },
];

/// The row of a call about this cloud itself.
pub(super) fn own_call(service: &str, operation: &str) -> Option<&'static Call> {
    OWN_CALLS
        .iter()
        .find(|call| call.service == service && call.operation == operation)
}
