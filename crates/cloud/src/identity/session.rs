//! Temporary credentials.
//!
//! A session token holds all that is known of its session, under a code that only this state can
//! make. Nothing is kept for a session: it ends by its time, or with its role.

use std::convert::Infallible;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::identity::entity::Role;
use crate::identity::ids::{IdKind, unique_id};
use crate::state::{ChangeError, State, StateError};

const SECRETS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("secrets");
const SESSION_KEY: &str = "session-key";
const CODE_LENGTH: usize = 32;

/// Makes and reads temporary credentials; a handle.
#[derive(Clone)]
pub(crate) struct Sessions {
    key: [u8; 32],
}

/// A session of a role, as its token tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// `ASIA…`.
    pub(crate) access_key_id: String,
    pub(crate) role_name: String,
    /// The session ends when no role has this id any more.
    pub(crate) role_id: String,
    pub(crate) session_name: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The policy passed when the role was assumed.
    pub(crate) policy: Option<String>,
    /// ARNs of managed policies passed likewise.
    pub(crate) policy_arns: Vec<String>,
}

/// What a session is made for.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) role: &'a Role,
    pub(crate) session_name: &'a str,
    pub(crate) issued_at: Timestamp,
    pub(crate) lasting: SignedDuration,
    pub(crate) policy: Option<&'a str>,
    pub(crate) policy_arns: Vec<String>,
}

/// The credentials of a session.
#[derive(Clone)]
pub(crate) struct TemporaryCredentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expires_at: Timestamp,
}

/// A token that this state did not make, or not for this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session token is not one of this state")]
pub(crate) struct TokenError;

impl Sessions {
    /// Reads the key of this state, or makes it.
    ///
    /// # Errors
    /// That the state cannot be read or written.
    pub(crate) async fn open(state: &State) -> Result<Self, StateError> {
        let fresh: [u8; 32] = rand::random();
        let key = state
            .maintain(move |change| {
                let kept = change
                    .read(SECRETS)?
                    .get(SESSION_KEY)?
                    .and_then(|kept| <[u8; 32]>::try_from(kept.value()).ok());
                if let Some(kept) = kept {
                    return Ok(kept);
                }
                change
                    .write(SECRETS)?
                    .insert(SESSION_KEY, fresh.as_slice())?;
                Ok::<_, ChangeError<Infallible>>(fresh)
            })
            .await?;
        Ok(Self { key })
    }

    /// Makes a session and its credentials.
    pub(crate) fn issue(&self, new: NewSession<'_>) -> TemporaryCredentials {
        let session = Session {
            access_key_id: unique_id(IdKind::TemporaryKey),
            role_name: new.role.principal.name.clone(),
            role_id: new.role.principal.id.clone(),
            session_name: new.session_name.to_owned(),
            issued_at: new.issued_at,
            expires_at: new.issued_at + new.lasting,
            policy: new.policy.map(str::to_owned),
            policy_arns: new.policy_arns,
        };
        TemporaryCredentials {
            secret_access_key: self.secret(&session.access_key_id),
            session_token: self.seal(&session),
            expires_at: session.expires_at,
            access_key_id: session.access_key_id,
        }
    }

    /// The session of a token that was made for this key. Whether it has expired is not looked at.
    ///
    /// # Errors
    /// [`TokenError`] if this state did not make it, or made it for another key.
    pub(crate) fn read(&self, access_key_id: &str, token: &str) -> Result<Session, TokenError> {
        let sealed = STANDARD.decode(token).map_err(|_| TokenError)?;
        if sealed.len() < CODE_LENGTH {
            return Err(TokenError);
        }
        let (code, body) = sealed.split_at(CODE_LENGTH);
        if !bool::from(code.ct_eq(&self.code("token", body))) {
            return Err(TokenError);
        }
        let session: Session = serde_json::from_slice(body).map_err(|_| TokenError)?;
        if session.access_key_id != access_key_id {
            return Err(TokenError);
        }
        Ok(session)
    }

    /// The secret of a temporary key.
    pub(crate) fn secret(&self, access_key_id: &str) -> String {
        STANDARD.encode(&self.code("secret", access_key_id.as_bytes())[..30])
    }

    fn seal(&self, session: &Session) -> String {
        let body = serde_json::to_vec(session).unwrap_or_default();
        let mut sealed = self.code("token", &body).to_vec();
        sealed.extend_from_slice(&body);
        STANDARD.encode(sealed)
    }

    fn code(&self, purpose: &str, body: &[u8]) -> [u8; CODE_LENGTH] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

// The secret and the token stay out of logs.
impl fmt::Debug for TemporaryCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
