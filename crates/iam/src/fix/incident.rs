//! A denial, from whatever was pasted.

use crate::catalog;
use crate::message::{self, Form, NamedResource, PublicAccessBlock};
use crate::trace::{Recorded, Trace, account_of};
use crate::{
    AccountId, Action, Arn, Caller, Context, Decision, Denial, DenialKind, Layer, Request, Resource,
};

/// What is known of a denied call.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Who called, where it is said in a form that can be read.
    pub caller: Option<Caller>,
    /// The action.
    pub action: Option<Action>,
    /// The resource.
    pub resource: Option<Resource>,
    /// The resource as it is named, where that is no ARN.
    pub resource_name: Option<String>,
    /// The condition keys that are known.
    pub context: Context,
    /// The layer that denies, and how.
    pub denial: Option<Denial>,
    /// The policy that denies, where it is named.
    pub policy: Option<Arn>,
    /// The setting of S3 Block Public Access that refuses.
    pub public_access_block: Option<PublicAccessBlock>,
    /// Whether it is about the key that S3 encrypts an object with, which S3 does not name.
    pub is_key_of_object: bool,
    /// The denial's own words, where it has such.
    pub words: Option<String>,
    /// The text that was read.
    pub text: String,
}

/// The text tells of no denial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no denial is told of: an error message of AWS, a CloudTrail event or an event of the embedded cloud is expected"
)]
pub struct ReadError;

impl Incident {
    /// Finds the first denial in a text.
    ///
    /// # Errors
    /// [`ReadError`] if there is none, and nothing else that is known to have no remedy in policies.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let recorded = if text.trim_start().starts_with(['{', '[']) {
            denied(text)
        } else {
            None
        };
        if let Some(recorded) = recorded {
            return Ok(Self::of_recorded(&recorded, text));
        }
        match message::parse(text) {
            Some(parsed) => Ok(Self::of_parsed(parsed, text)),
            None if super::hopeless::is_told(text) => Ok(Self::empty(text)),
            None => Err(ReadError),
        }
    }

    /// Says what the resource is, where the denial does not.
    #[must_use]
    pub fn with_resource(mut self, resource: Resource) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Says who called, where the denial does not.
    #[must_use]
    pub fn with_caller(mut self, caller: Caller) -> Self {
        self.caller = Some(caller);
        self
    }

    fn empty(text: &str) -> Self {
        Self {
            caller: None,
            action: None,
            resource: None,
            resource_name: None,
            context: Context::new(),
            denial: None,
            policy: None,
            public_access_block: None,
            is_key_of_object: false,
            words: None,
            text: text.to_owned(),
        }
    }

    fn of_recorded(recorded: &Recorded, text: &str) -> Self {
        let parsed = recorded.message.as_deref().and_then(message::parse);
        let told = parsed.map(|parsed| Self::of_parsed(parsed, text));
        let kind = match recorded.outcome {
            Some(Decision::ExplicitDeny) => DenialKind::Explicit,
            _ => DenialKind::Implicit,
        };
        let layer = recorded.layer.map(|layer| Denial { layer, kind });
        let told_denial = told.as_ref().and_then(|told| told.denial);
        Self {
            caller: recorded
                .principal
                .as_deref()
                .and_then(|name| Caller::parse(name).ok()),
            action: Action::parse(&recorded.action).ok(),
            resource: recorded.resource.parse().ok(),
            context: recorded.context.clone(),
            denial: layer.or(told_denial),
            ..told.unwrap_or_else(|| Self::empty(text))
        }
    }

    fn of_parsed(parsed: message::Parsed, text: &str) -> Self {
        let caller = parsed
            .principal
            .as_deref()
            .and_then(|name| Caller::parse(name).ok());
        let account = caller.as_ref().and_then(Caller::account);
        // Where an action has no resource type, policies name `*` alone, whatever the message calls what is listed.
        let is_unnamed = parsed.action.as_ref().is_some_and(|action| {
            let known = catalog::action(action.as_str());
            known.is_some_and(|known| known.resource_types().next().is_none())
        });
        let (resource, resource_name) = match parsed.resource {
            _ if is_unnamed => (Some(Resource::UNNAMED), None),
            Some(NamedResource::Arn(arn)) => (Some(arn.into()), None),
            Some(NamedResource::Unnamed) => (Some(Resource::UNNAMED), None),
            Some(NamedResource::KindAndName(kind, name)) => (of_kind(account, &kind, &name), None),
            Some(NamedResource::Other(name)) => (None, Some(name)),
            None => (None, None),
        };
        Self {
            caller,
            action: parsed.action,
            resource,
            resource_name,
            denial: parsed.denial,
            policy: parsed.policy,
            public_access_block: match parsed.form {
                Form::PublicAccessBlock(block) => Some(block),
                _ => None,
            },
            is_key_of_object: parsed.form == Form::KeyOfObject,
            words: Some(parsed.words),
            ..Self::empty(text)
        }
    }

    /// What is not known and is needed.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let needed = [
            (self.caller.is_none(), "who called"),
            (self.action.is_none(), "the action"),
            (self.resource.is_none(), "the resource"),
        ];
        needed
            .into_iter()
            .filter(|(missing, _)| *missing)
            .map(|(_, what)| what)
            .collect()
    }

    /// The denied request, where enough is known.
    pub(super) fn request(&self) -> Option<Request> {
        let (caller, resource) = (self.caller.clone()?, self.resource.clone()?);
        let owner = account_of(&caller, &resource)?;
        let mut context = self.context.clone();
        if let Some(service) = self.through(&resource) {
            context.set(VIA_SERVICE, service);
        }
        Some(Request {
            resource_account: owner,
            action: self.action.clone()?,
            context,
            caller,
            resource,
        })
    }

    /// The service that uses a key for the caller: S3 uses keys of the bucket's own region.
    fn through(&self, key: &Resource) -> Option<String> {
        let region = key.arn()?.region();
        let is_told =
            self.is_key_of_object && !region.is_empty() && self.context.get(VIA_SERVICE).is_none();
        is_told.then(|| via_s3(region))
    }

    /// The cause in one sentence.
    pub(super) fn cause(&self) -> String {
        let caller = self.caller.as_ref().map_or("the caller", Caller::as_str);
        let action = self.action.as_ref().map_or("the action", Action::as_str);
        let resource = match (&self.resource, &self.resource_name) {
            (Some(resource), _) => resource.to_string(),
            (None, Some(name)) => name.clone(),
            (None, None) if self.is_key_of_object => {
                "the key that the object is encrypted with".to_owned()
            }
            (None, None) => "the resource".to_owned(),
        };
        let reason = match self.denial {
            None => "for a reason that the message does not tell".to_owned(),
            Some(Denial { layer, kind }) => {
                let policy = match layer {
                    Layer::Identity => "identity-based policy of the caller",
                    Layer::Resource => "policy of the resource",
                    Layer::Boundary => "permissions boundary",
                    Layer::Session => "session policy",
                    Layer::Scp => "service control policy",
                    Layer::Rcp => "resource control policy",
                    Layer::Vpce => "VPC endpoint policy",
                };
                match kind {
                    DenialKind::Implicit => format!("because no {policy} allows it"),
                    DenialKind::Explicit => {
                        let article = if layer == Layer::Identity { "an" } else { "a" };
                        format!("because a statement of {article} {policy} denies it")
                    }
                }
            }
        };
        format!("{caller} may not {action} on {resource}, {reason}.")
    }
}

/// The condition key that says which service uses a key for the caller.
pub(super) const VIA_SERVICE: &str = "kms:ViaService";

/// How [`VIA_SERVICE`] names S3.
pub(super) fn via_s3(region: &str) -> String {
    format!("s3.{region}.amazonaws.com")
}

fn of_kind(account: Option<AccountId>, kind: &str, name: &str) -> Option<Resource> {
    let account = account?;
    Arn::of(
        "aws",
        "iam",
        "",
        account.as_str(),
        &format!("{kind}/{name}"),
    )
    .ok()
    .map(Resource::from)
}

/// The first denied decision that a record holds.
fn denied(text: &str) -> Option<Recorded> {
    let is_denied = |recorded: &Recorded| {
        recorded
            .outcome
            .is_some_and(|outcome| outcome != Decision::Allowed)
    };
    Trace::read(text).recorded.into_iter().find(is_denied)
}
