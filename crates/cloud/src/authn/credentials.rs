//! Whose a key is.

use std::sync::Arc;

use iam::policy::Kind;
use iam::{Arn, Caller as Principal, Policy};
use jiff::Timestamp;

use crate::authn::caller::{Caller, Identity, SessionIdentity, UserIdentity};
use crate::authn::error::AuthError;
use crate::identity::{Directory, Identities, KeyStatus, Session, Sessions};

/// Finds the owners of keys; a handle.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) identities: Identities,
    pub(super) sessions: Sessions,
}

/// A key that may be used at this moment.
pub(super) struct Found {
    pub(super) caller: Caller,
    pub(super) secret: String,
}

impl Credentials {
    /// The owner and the secret of a key.
    ///
    /// # Errors
    /// That the key does not exist or is inactive, or that its session is not one or is over.
    pub(super) fn find(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Found, AuthError> {
        let directory = self.identities.in_force();
        let unknown = || AuthError::UnknownKey(access_key_id.to_owned());
        if let Some((user, key)) = directory.access_key(access_key_id) {
            if key.status == KeyStatus::Inactive {
                return Err(unknown());
            }
            if session_token.is_some() {
                return Err(AuthError::BadToken);
            }
            let identity = UserIdentity {
                name: user.principal.name.clone(),
                arn: user.principal.arn.clone(),
                id: user.principal.id.clone(),
                tags: user.principal.tags.clone(),
            };
            let principal = Principal::parse(&identity.arn)
                .map_err(|_| unknown())?
                .with_unique_id(&identity.id);
            return Ok(Found {
                caller: Caller {
                    principal,
                    layers: directory.layers(&user.principal).ok_or_else(unknown)?,
                    identity: Identity::User(Arc::new(identity)),
                    credential: None,
                },
                secret: key.secret.clone(),
            });
        }
        let token = session_token.ok_or_else(unknown)?;
        let session = self
            .sessions
            .read(access_key_id, token)
            .map_err(|_| AuthError::BadToken)?;
        if session.expires_at <= now {
            return Err(AuthError::ExpiredToken);
        }
        Ok(Found {
            caller: self.in_session(&directory, session)?,
            secret: self.sessions.secret(access_key_id),
        })
    }

    fn in_session(&self, directory: &Directory, session: Session) -> Result<Caller, AuthError> {
        let role = directory
            .role(&session.role_name)
            .filter(|role| role.principal.id == session.role_id)
            .ok_or(AuthError::BadToken)?;
        let arn = Arn::parse(&role.principal.arn).map_err(|_| AuthError::BadToken)?;
        let principal = Principal::role_session(arn, &session.session_name)
            .map_err(|_| AuthError::BadToken)?
            .with_unique_id(&session.role_id);
        let mut layers = directory
            .layers(&role.principal)
            .ok_or(AuthError::BadToken)?;
        layers.session = session_policies(directory, &session)?;
        let identity = SessionIdentity {
            role_arn: role.principal.arn.clone(),
            role_id: session.role_id,
            role_tags: role.principal.tags.clone(),
            session_name: session.session_name,
            issued_at: session.issued_at,
        };
        Ok(Caller {
            identity: Identity::Session(Arc::new(identity)),
            principal,
            layers,
            credential: None,
        })
    }
}

/// The policies passed with a session; nothing if none was.
fn session_policies(
    directory: &Directory,
    session: &Session,
) -> Result<Option<Vec<Arc<Policy>>>, AuthError> {
    let mut policies = Vec::new();
    for arn in &session.policy_arns {
        policies.push(directory.in_force(arn).ok_or(AuthError::BadToken)?);
    }
    if let Some(text) = &session.policy {
        let policy = Policy::parse("session-policy", text, Kind::Session)
            .map_err(|_| AuthError::BadToken)?;
        policies.push(policy);
    }
    Ok((!policies.is_empty()).then_some(policies))
}
