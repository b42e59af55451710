//! Requests beside the denied one, which a change should not allow.

use super::candidate::{has_parts, through};
use super::incident::VIA_SERVICE;
use crate::{AccountId, Action, Arn, Caller, Layer, Request, Resource, catalog};

/// A request beside another.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// How it differs, in words.
    pub what: String,
    /// The request.
    pub request: Request,
}

/// Requests that differ from `request` in one part: look-alike and other names, what is below and above, other
/// regions and accounts, other actions of the service, and in layers that name principals other callers.
pub(super) fn neighbours(request: &Request, layer: Layer) -> Vec<Neighbour> {
    let mut found = Vec::new();
    if let Some(arn) = request.resource.arn() {
        for (what, resource) in resources(request, arn) {
            found.extend(with_resource(request, what, &resource));
        }
    }
    found.extend(actions(request));
    found.extend(by_itself(request));
    if matches!(layer, Layer::Resource | Layer::Vpce) {
        found.extend(callers(request));
    }
    found
}

/// The use of a key by the caller itself, where the request is a service's for it.
fn by_itself(request: &Request) -> Option<Neighbour> {
    through(request)?;
    let mut alone = request.clone();
    alone.context.set_list::<String>(VIA_SERVICE, []);
    Some(Neighbour {
        what: "a use of the key by itself".to_owned(),
        request: alone,
    })
}

fn with_resource(request: &Request, what: &str, resource: &str) -> Option<Neighbour> {
    let resource: Resource = resource.parse().ok()?;
    let named = resource
        .arn()
        .map(Arn::account)
        .and_then(|account| account.parse::<AccountId>().ok());
    let is_other = resource != request.resource;
    is_other.then(|| Neighbour {
        what: what.to_owned(),
        request: Request {
            resource_account: named.unwrap_or(request.resource_account),
            resource,
            ..request.clone()
        },
    })
}

fn resources(request: &Request, arn: &Arn) -> Vec<(&'static str, String)> {
    let with = |region: &str, account: &str, resource: &str| {
        format!(
            "arn:{}:{}:{region}:{account}:{resource}",
            arn.partition(),
            arn.service()
        )
    };
    let (region, account, resource) = (arn.region(), arn.account(), arn.resource());
    let start = resource.rfind(['/', ':']).map_or(0, |at| at + 1);
    let (stem, name) = resource.split_at(start);
    let same = |resource: &str| with(region, account, resource);
    let mut found = vec![
        ("a look-alike name", same(&format!("{resource}-evil"))),
        ("a longer name", same(&format!("{resource}2"))),
        (
            "a name that ends alike",
            same(&format!("{stem}evil-{name}")),
        ),
        ("another name", same(&format!("{stem}payroll"))),
        (
            "the name in other case",
            same(&format!("{stem}{}", swapped_case(name))),
        ),
    ];
    for (separator, below) in [(':', "prod"), (':', "$LATEST"), (':', "7"), ('/', "part")] {
        if has_parts(request, arn, separator) {
            let what = if separator == ':' {
                "a qualifier of it"
            } else {
                "what is below it"
            };
            found.push((what, same(&format!("{resource}{separator}{below}"))));
        }
    }
    if let Some(above) = stem
        .strip_suffix(['/', ':'])
        .filter(|above| above.contains(['/', ':']) || arn.service() == "s3")
    {
        found.push(("what is above it", same(above)));
    }
    if !region.is_empty() {
        let other = if region == "us-west-2" {
            "eu-central-1"
        } else {
            "us-west-2"
        };
        found.push(("another region", with(other, account, resource)));
    }
    if !account.is_empty() {
        let other = if account == "999999999999" {
            "111111111111"
        } else {
            "999999999999"
        };
        found.push(("another account", with(region, other, resource)));
    }
    found
}

fn swapped_case(name: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        }
    };
    name.chars().map(swap).collect()
}

/// Every other action of the service that can be about the resource.
fn actions(request: &Request) -> Vec<Neighbour> {
    let service = catalog::service(request.action.service());
    let known = service.into_iter().flat_map(|service| service.actions());
    let others = known.filter(|action| {
        !request.action.is(&action.to_string()) && action.applies_to(&request.resource)
    });
    let neighbour = |action: catalog::KnownAction| {
        Some(Neighbour {
            what: "another action".to_owned(),
            request: Request {
                action: Action::parse(&action.to_string()).ok()?,
                ..request.clone()
            },
        })
    };
    others.filter_map(neighbour).collect()
}

fn callers(request: &Request) -> Vec<Neighbour> {
    let account = request.caller.account().map(|account| account.to_string());
    let own = account.as_deref().unwrap_or("111122223333");
    let other = if own == "999999999999" {
        "111111111111"
    } else {
        "999999999999"
    };
    let named = [
        (
            "another user of the account",
            format!("arn:aws:iam::{own}:user/someone-else"),
        ),
        (
            "a role of the account",
            format!("arn:aws:sts::{own}:assumed-role/someone-else/session"),
        ),
        (
            "a user of another account",
            format!("arn:aws:iam::{other}:user/someone-else"),
        ),
        ("an unsigned request", "anonymous".to_owned()),
    ];
    let neighbour = |(what, name): (&str, String)| {
        Some(Neighbour {
            what: what.to_owned(),
            request: Request {
                caller: Caller::parse(&name)
                    .ok()
                    .filter(|caller| *caller != request.caller)?,
                ..request.clone()
            },
        })
    };
    named.into_iter().filter_map(neighbour).collect()
}
