//! What is to be added where the denial does not name the resource.

use super::candidate::Candidate;
use super::incident::via_s3;
use super::{Incident, place};
use crate::{CallerKind, Context, DenialKind, Layer, Request, Resource};

/// A statement whose resource has to be filled in.
///
/// It is no policy yet: AWS refuses a resource that is no ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The layer.
    pub layer: Layer,
    /// Where it belongs.
    pub place: String,
    /// The policy as JSON, with [`Draft::placeholder`] in place of the resource.
    pub text: String,
    /// What stands for the ARN that is not known.
    pub placeholder: &'static str,
}

/// The statement for a denial that says who and what, but not on which resource. `None` if it says more, or less, or
/// if a statement denies.
///
/// `region` is that of the bucket whose objects a key encrypts, where it is known: the key may then be used through
/// S3 of that region alone.
pub fn draft(incident: &Incident, region: Option<&str>) -> Option<Draft> {
    let (caller, action) = (incident.caller.clone()?, incident.action.clone()?);
    let kind = incident.denial.map(|denial| denial.kind);
    if incident.resource.is_some()
        || incident.resource_name.is_some()
        || kind == Some(DenialKind::Explicit)
        || matches!(caller.kind(), CallerKind::Anonymous)
    {
        return None;
    }
    let layer = incident
        .denial
        .map_or(Layer::Identity, |denial| denial.layer);
    let request = Request {
        resource_account: caller.account()?,
        resource: Resource::UNNAMED,
        context: Context::new(),
        caller,
        action,
    };
    let placeholder = if incident.is_key_of_object {
        "KEY_ARN"
    } else {
        "RESOURCE_ARN"
    };
    // A key's own policy means the key by `*`.
    let resource = match layer {
        Layer::Resource if incident.is_key_of_object => "*",
        _ => placeholder,
    };
    let mut candidate = Candidate::exactly(&request);
    candidate.resources = vec![resource.to_owned()];
    candidate.through = region.filter(|_| incident.is_key_of_object).map(via_s3);
    Some(Draft {
        layer,
        place: match layer {
            Layer::Resource if incident.is_key_of_object => "the key's policy".to_owned(),
            _ => place(layer, &request),
        },
        text: candidate.document(layer, false),
        placeholder,
    })
}
