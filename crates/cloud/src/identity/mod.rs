//! The principals of the account and their policies.
//!
//! A [`Directory`] is one consistent view of all of them. The owner of [`Identities`] applies one
//! change at a time to a copy, writes what differs, and publishes the copy; whoever decides reads
//! the view that is published at that moment, whose policies are compiled already.

mod change;
mod directory;
mod entity;
mod ids;
mod key_use;
mod policy;
mod principals;
mod published;
mod session;
mod table;

pub(crate) use self::change::Identities;
pub(crate) use self::directory::Directory;
pub(crate) use self::entity::{
    AccessKey, Group, InstanceProfile, KeyStatus, ManagedPolicy, Policies, PolicyVersion,
    Principal, Role, Tags, User,
};
pub(crate) use self::ids::{IdKind, secret_access_key, unique_id};
pub(crate) use self::key_use::{KeyUse, KeyUses, keep_key_use};
pub(crate) use self::policy::Compiled;
pub(crate) use self::principals::{InvalidPrincipal, Pinned};
pub(crate) use self::session::{NewSession, Session, Sessions, TemporaryCredentials};
