//! The sender of a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use iam::{AccountId, Caller as Principal, Layers};
use jiff::Timestamp;

/// Who sent a request, by which credentials, and the policies that bind it: all as of the moment
/// at which the request was authenticated.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(super) identity: Identity,
    pub(super) principal: Principal,
    pub(super) layers: Layers,
    pub(super) credential: Option<CredentialUse>,
}

/// A principal of the account, or nobody.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// The request is not signed.
    Anonymous,
    /// A user, by a long-term key.
    User(Arc<UserIdentity>),
    /// A session of a role, by temporary credentials.
    Session(Arc<SessionIdentity>),
}

/// A user.
#[derive(Debug)]
pub(crate) struct UserIdentity {
    pub(crate) name: String,
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    pub(crate) arn: String,
    /// `AIDA…`.
    pub(crate) id: String,
    pub(crate) tags: BTreeMap<String, String>,
}

/// A session of a role.
#[derive(Debug)]
pub(crate) struct SessionIdentity {
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub(crate) role_arn: String,
    /// `AROA…`.
    pub(crate) role_id: String,
    pub(crate) role_tags: BTreeMap<String, String>,
    pub(crate) session_name: String,
    pub(crate) issued_at: Timestamp,
}

/// How the request was signed.
#[derive(Debug, Clone)]
pub(crate) struct CredentialUse {
    pub(crate) kind: SignatureKind,
    /// The time in the signature.
    pub(crate) signed_at: Timestamp,
}

/// Where the signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureKind {
    /// SigV4 in the `Authorization` header.
    Header,
    /// SigV4 in the query: a presigned URL.
    Presigned,
    /// The older signature in the query, which S3 alone takes.
    PresignedV2,
}

impl Caller {
    /// The principal, with what this cloud knows of it.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The principal as policies see it.
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The policies of the principal: identity, boundary and session layers.
    pub(crate) fn layers(&self) -> &Layers {
        &self.layers
    }

    /// How the request was signed; nothing for an anonymous one.
    pub(crate) fn credential(&self) -> Option<&CredentialUse> {
        self.credential.as_ref()
    }

    /// The account of the principal; nothing for an anonymous request.
    pub(crate) fn account(&self) -> Option<AccountId> {
        self.principal.account()
    }

    /// The ARN that denials and records name: of the session, not of its role. `anonymous` for
    /// a request without signature.
    pub(crate) fn arn(&self) -> &str {
        self.principal.as_str()
    }

    /// The value of `aws:userid`: `AIDA…` or `AROA…:SESSION`.
    pub(crate) fn user_id(&self) -> String {
        match &self.identity {
            Identity::Anonymous => "anonymous".to_owned(),
            Identity::User(user) => user.id.clone(),
            Identity::Session(session) => format!("{}:{}", session.role_id, session.session_name),
        }
    }

    /// The caller, having signed in this way.
    pub(super) fn signing(self, credential: CredentialUse) -> Self {
        Self {
            credential: Some(credential),
            ..self
        }
    }

    pub(super) fn anonymous() -> Self {
        Self {
            identity: Identity::Anonymous,
            principal: Principal::anonymous(),
            layers: Layers::default(),
            credential: None,
        }
    }
}
