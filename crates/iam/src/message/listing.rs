//! What services name in denials of actions that have no resource type.
//!
//! Policies name nothing narrower than `*` for these actions, and decisions are about that. The messages of some
//! services tell what is listed all the same.

use super::NamedResource;
use crate::{Caller, Request, Values};

/// The resource that a denial names in place of `*`; `None` where it names `*` itself.
// spec: iam/messages#listings
pub(super) fn named(request: &Request) -> Option<String> {
    let account = request.resource_account;
    let partition = partition(&request.caller);
    let action = request.action.as_str().to_ascii_lowercase();
    Some(match action.as_str() {
        "iam:listusers" => format!("arn:{partition}:iam::{account}:user/"),
        "iam:listroles" => format!("arn:{partition}:iam::{account}:role/"),
        "iam:listgroups" => format!("arn:{partition}:iam::{account}:group/"),
        "iam:listinstanceprofiles" => format!("arn:{partition}:iam::{account}:instance-profile/"),
        "iam:listpolicies" => POLICIES.to_owned(),
        "logs:describeloggroups" => {
            let Some(Values::One(region)) = request.context.get("aws:RequestedRegion") else {
                return None;
            };
            format!("arn:{partition}:logs:{region}:{account}:log-group::log-stream:")
        }
        _ => return None,
    })
}

/// What `iam:ListPolicies` is denied on.
const POLICIES: &str = "policy path /";

/// Reads what [`named`] writes and is no ARN, and says where it ends.
pub(super) fn read(text: &str) -> Option<(NamedResource, usize)> {
    let kind = "policy path";
    let path = text.strip_prefix(kind)?.strip_prefix(' ')?;
    let path = path.split(char::is_whitespace).next()?;
    let end = kind.len() + 1 + path.len();
    let named = NamedResource::KindAndName(kind.to_owned(), path.to_owned());
    Some((named, end))
}

fn partition(caller: &Caller) -> &str {
    caller.arn().map_or("aws", |arn| arn.partition())
}
