//! What a state is made with: its account and its administrator.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use iam::policy::Kind;
use iam::{AccountId, Policy};
use jiff::Timestamp;
use redb::{ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::config::Region;
use crate::identity::{
    AccessKey, Directory, IdKind, Identities, KeyStatus, Policies, Principal, User,
    secret_access_key, unique_id,
};
use crate::state::{Change, ChangeError, State, StateError};

/// Facts about the state as a whole.
const FACTS: TableDefinition<'_, &str, &str> = TableDefinition::new("facts");

/// The name of the user that a state is made with.
const ADMINISTRATOR: &str = "administrator";

const ADMINISTRATOR_POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The key of the administrator of a cloud.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AdministratorKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// The secret. It is in the state folder, in a file that the user alone can read.
    pub secret_access_key: String,
}

// The secret stays out of logs.
impl fmt::Debug for AdministratorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdministratorKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What a state was made with.
#[derive(Debug)]
pub(super) struct Facts {
    /// The account that owns everything in it.
    pub(super) account: String,
    /// The region whose tables bear no region's name.
    pub(super) region: String,
}

/// What the state was made with: if it is new, this account and region.
pub(super) async fn facts(
    state: &State,
    account: AccountId,
    region: &Region,
) -> Result<Facts, StateError> {
    let region = region.clone();
    let facts = state
        .maintain(move |change| {
            let facts = Facts {
                account: settled(change, "account", account.as_str())?,
                region: settled(change, "region", region.as_str())?,
            };
            Ok::<_, ChangeError<Infallible>>(facts)
        })
        .await?;
    Ok(facts)
}

/// The value of a fact: the one kept, or else this one from now on.
fn settled(change: &mut Change<'_>, fact: &str, value: &str) -> Result<String, StateError> {
    let kept = change
        .read(FACTS)?
        .get(fact)?
        .map(|kept| kept.value().to_owned());
    if let Some(kept) = kept {
        return Ok(kept);
    }
    change.write(FACTS)?.insert(fact, value)?;
    Ok(value.to_owned())
}

/// The administrator's key: the one given if it is in force, or else a fresh one.
///
/// The administrator is made with the state, and made again if somebody deleted it: whoever can
/// read the folder can do anything with it anyway.
pub(super) async fn administrator(
    identities: &Identities,
    account: AccountId,
    kept: Option<AdministratorKey>,
    now: Timestamp,
) -> Result<AdministratorKey, StateError> {
    let directory = identities.directory();
    if let Some(kept) = kept
        && in_force(&directory, &kept)
    {
        return Ok(kept);
    }
    let key = AdministratorKey {
        access_key_id: unique_id(IdKind::LongTermKey),
        secret_access_key: secret_access_key(),
    };
    let user = user_with(&key, account, now);
    identities
        .found(move |directory| directory.put_user(user))
        .await?;
    Ok(key)
}

fn in_force(directory: &Directory, kept: &AdministratorKey) -> bool {
    directory
        .access_key(&kept.access_key_id)
        .is_some_and(|(owner, key)| {
            owner.principal.name == ADMINISTRATOR
                && key.secret == kept.secret_access_key
                && key.status == KeyStatus::Active
        })
}

fn user_with(key: &AdministratorKey, account: AccountId, now: Timestamp) -> User {
    let policy = Policy::parse("everything", ADMINISTRATOR_POLICY, Kind::Identity)
        .unwrap_or_else(|error| unreachable!("the administrator's policy: {error}"));
    User {
        principal: Principal {
            name: ADMINISTRATOR.to_owned(),
            path: "/".to_owned(),
            arn: format!("arn:aws:iam::{account}:user/{ADMINISTRATOR}"),
            id: unique_id(IdKind::User),
            created_at: now,
            tags: BTreeMap::new(),
            boundary: None,
            policies: Policies {
                inline: BTreeMap::from([("everything".to_owned(), policy.into())]),
                ..Policies::default()
            },
        },
        keys: vec![AccessKey {
            id: key.access_key_id.clone(),
            secret: key.secret_access_key.clone(),
            status: KeyStatus::Active,
            created_at: now,
        }],
    }
}
