//! The sender of a request.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::AccountId;

/// Who sent a request, and by which credentials.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(super) identity: Identity,
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
    Session(Arc<AssumedRole>),
}

/// A user as of the moment of the request.
#[derive(Debug)]
pub(crate) struct UserIdentity {
    pub(crate) account: AccountId,
    pub(crate) name: String,
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    pub(crate) arn: String,
    /// `AIDA…`.
    pub(crate) id: String,
}

/// A session of a role as of the moment of the request.
#[derive(Debug)]
pub(crate) struct AssumedRole {
    pub(crate) account: AccountId,
    pub(crate) role_name: String,
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub(crate) role_arn: String,
    /// `AROA…`.
    pub(crate) role_id: String,
    pub(crate) session_name: String,
    /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
    pub(crate) arn: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The policy passed when the role was assumed, as JSON text.
    pub(crate) session_policy: Option<String>,
    /// Whether a session assumed the role, which limits its duration to an hour.
    pub(crate) chained: bool,
}

/// How the request was signed.
#[derive(Debug, Clone)]
pub(crate) struct CredentialUse {
    pub(crate) access_key_id: String,
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
    /// The principal.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How the request was signed; nothing for an anonymous one.
    pub(crate) fn credential(&self) -> Option<&CredentialUse> {
        self.credential.as_ref()
    }

    /// The account of the principal; nothing for an anonymous request.
    pub(crate) fn account(&self) -> Option<&AccountId> {
        match &self.identity {
            Identity::Anonymous => None,
            Identity::User(user) => Some(&user.account),
            Identity::Session(session) => Some(&session.account),
        }
    }

    /// The ARN that denials and records name: of the session, not of its role. `anonymous` for
    /// a request without signature.
    pub(crate) fn arn(&self) -> &str {
        match &self.identity {
            Identity::Anonymous => "anonymous",
            Identity::User(user) => &user.arn,
            Identity::Session(session) => &session.arn,
        }
    }

    /// The value of `aws:userid`: `AIDA…` or `AROA…:SESSION`.
    pub(crate) fn user_id(&self) -> String {
        match &self.identity {
            Identity::Anonymous => "anonymous".to_owned(),
            Identity::User(user) => user.id.clone(),
            Identity::Session(session) => format!("{}:{}", session.role_id, session.session_name),
        }
    }
}
