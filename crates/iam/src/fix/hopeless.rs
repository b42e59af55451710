//! Denials that no change of a policy helps against.

use super::Incident;
use crate::message::PublicAccessBlock;
use crate::{Denial, Layer};

/// Why no change of a policy helps, and what does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hopeless {
    /// S3 Block Public Access refuses a public policy.
    PublicPolicies,
    /// S3 Block Public Access refuses a public ACL.
    PublicAcls,
    /// The bucket's owner disabled ACLs.
    AclsDisabled,
    /// Temporary credentials are over.
    Expired,
    /// A presigned request is over.
    RequestExpired,
    /// The key does not exist or is inactive.
    UnknownKey,
    /// The signature does not fit.
    Signature,
    /// The clock is wrong.
    Clock,
    /// The request went to another region.
    WrongRegion,
    /// What is named does not exist.
    NotFound,
    /// The role to pass does not exist.
    NoSuchRole,
    /// The layer is not shared, or is of another region or version.
    LayerNotShared,
}

/// Words that tell of it; the first that a text holds counts.
// spec: iam/messages#not-a-permission
const WORDS: [(&str, Hopeless); 22] = [
    ("AccessControlListNotSupported", Hopeless::AclsDisabled),
    ("The bucket does not allow ACLs", Hopeless::AclsDisabled),
    (
        "public access control lists (ACLs) are blocked",
        Hopeless::PublicAcls,
    ),
    ("ExpiredToken", Hopeless::Expired),
    (
        "security token included in the request is expired",
        Hopeless::Expired,
    ),
    ("provided token has expired", Hopeless::Expired),
    ("Request has expired", Hopeless::RequestExpired),
    ("InvalidClientTokenId", Hopeless::UnknownKey),
    ("UnrecognizedClientException", Hopeless::UnknownKey),
    ("InvalidAccessKeyId", Hopeless::UnknownKey),
    (
        "security token included in the request is invalid",
        Hopeless::UnknownKey,
    ),
    ("RequestTimeTooSkewed", Hopeless::Clock),
    ("Signature expired", Hopeless::Clock),
    ("SignatureDoesNotMatch", Hopeless::Signature),
    ("InvalidSignatureException", Hopeless::Signature),
    ("AuthorizationHeaderMalformed", Hopeless::WrongRegion),
    ("PermanentRedirect", Hopeless::WrongRegion),
    ("does not exist in this Region", Hopeless::WrongRegion),
    ("NoSuchBucket", Hopeless::NotFound),
    ("NoSuchEntity", Hopeless::NotFound),
    ("ResourceNotFoundException", Hopeless::NotFound),
    ("NoSuchKey", Hopeless::NotFound),
];

/// Whether a text tells of one.
pub(super) fn is_told(text: &str) -> bool {
    WORDS.iter().any(|(words, _)| text.contains(words))
}

pub(super) fn hopeless(incident: &Incident) -> Option<Hopeless> {
    match incident.public_access_block {
        Some(PublicAccessBlock::Policies) => return Some(Hopeless::PublicPolicies),
        Some(PublicAccessBlock::Acls) => return Some(Hopeless::PublicAcls),
        None => {}
    }
    let is = |name: &str| {
        incident
            .action
            .as_ref()
            .is_some_and(|action| action.is(name))
    };
    if is("iam:PassRole") && incident.resource_name.is_some() {
        return Some(Hopeless::NoSuchRole);
    }
    let by_resource = matches!(
        incident.denial,
        Some(Denial {
            layer: Layer::Resource,
            ..
        })
    );
    if is("lambda:GetLayerVersion") && by_resource {
        return Some(Hopeless::LayerNotShared);
    }
    // A message that names action and reason is about permissions, whatever stands around it.
    if incident.denial.is_some() {
        return None;
    }
    let told = WORDS
        .iter()
        .find(|(words, _)| incident.text.contains(words));
    told.map(|(_, hopeless)| *hopeless)
}

impl Hopeless {
    /// The cause in one sentence.
    pub fn cause(self) -> &'static str {
        match self {
            Self::PublicPolicies => {
                "S3 Block Public Access refuses bucket policies that are public."
            }
            Self::PublicAcls => "S3 Block Public Access refuses ACLs that are public.",
            Self::AclsDisabled => {
                "The bucket's owner has disabled ACLs, so that a request with one is refused."
            }
            Self::Expired => "The temporary credentials have expired.",
            Self::RequestExpired => "The presigned request has expired.",
            Self::UnknownKey => {
                "The access key does not exist or is inactive, or its session token is wrong."
            }
            Self::Signature => {
                "The signature does not fit the request: the secret key is wrong, or the request was changed."
            }
            Self::Clock => {
                "The clock of the machine that signed is wrong, or the request took too long."
            }
            Self::WrongRegion => "The request went to a region where the resource is not.",
            Self::NotFound => "What the request names does not exist.",
            Self::NoSuchRole => {
                "The role that is to be passed does not exist: AWS names it without an ARN."
            }
            Self::LayerNotShared => {
                "The layer version is not shared with this account, or does not exist in this region or version."
            }
        }
    }

    /// What helps instead.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::PublicPolicies => {
                "hold the policy to named principals; serve files by presigned URLs instead of publicly"
            }
            Self::PublicAcls => {
                "send no ACL, and serve files by presigned URLs instead of publicly"
            }
            Self::AclsDisabled => "send no ACL (Remotion: `privacy: \"no-acl\"`)",
            Self::Expired => "get new ones: log in again, or let the SDK refresh them",
            Self::RequestExpired => {
                "sign a new one; it lives no longer than the credentials that sign it"
            }
            Self::UnknownKey => {
                "check the key, the profile and the variables that the program reads; a temporary key needs its session token"
            }
            Self::Signature => {
                "copy the secret key again, and look for a proxy that changes headers"
            }
            Self::Clock => "set the clock",
            Self::WrongRegion => "name the resource's region",
            Self::NotFound => "check the name, the region and the account",
            Self::NoSuchRole => "create the role, or correct its name",
            Self::LayerNotShared => {
                "check the layer's ARN: region, version, architecture; its owner shares it"
            }
        }
    }
}
