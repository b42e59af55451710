//! `framewright permissions rotate`.

use std::process::ExitCode;
use std::time::SystemTime;

use deploy::permissions::rotate::{KeyStatus, Keys, RotateError};
use serde_json::json;

use super::PermissionsError;
use super::apply::keep;
use crate::args::Rotate;
use crate::error::CliError;
use crate::key_store::KeyStore;
use crate::show::Shown;
use crate::target::Target;

pub(super) async fn run(args: Rotate) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let target = Target::open(&args.place, &shown).await?;
    let rotated = rotate(&args, &target, &shown).await;
    target.finish().await;
    rotated?;
    Ok(ExitCode::SUCCESS)
}

async fn rotate(args: &Rotate, target: &Target, shown: &Shown) -> Result<(), PermissionsError> {
    let keys = Keys::new(target.config(), &args.user);
    if let Some(id) = &args.delete {
        return delete(&keys, &args.user, id, shown).await;
    }
    let old = match keys.only().await {
        Ok(old) => old,
        Err(RotateError::TwoKeys { keys: both, user }) => {
            let mut off = both.iter().filter(|key| !key.is_active);
            return match (args.delete_old, off.next(), off.next()) {
                (true, Some(old), None) => {
                    keys.delete(&old.id).await?;
                    shown.result(
                        &format!("{}: deleted", old.id),
                        &json!({ "user": user, "deleted": old.id }),
                    );
                    Ok(())
                }
                _ => {
                    tell_places(&both, shown)?;
                    Err(RotateError::TwoKeys { user, keys: both }.into())
                }
            };
        }
        Err(error) => return Err(error.into()),
    };
    let age = old.age_in_days(SystemTime::now());
    if let (Some(limit), Some(age)) = (args.older_than, age)
        && age < limit
    {
        shown.result(
            &format!("{}: {age} days old, which is not {limit}", old.id),
            &json!({ "user": args.user, "kept": old.id, "ageInDays": age }),
        );
        return Ok(());
    }
    // What cannot be written must be known before a second key exists.
    let store = match KeyStore::chosen(&args.keep)? {
        Some(store) => Some(store),
        None => KeyStore::holding(&old.id)?,
    };
    if let Some(store) = &store {
        store.vacant_but_for(Some(&old.id))?;
    }
    let made = keys.make().await?;
    if let Err(error) = keep(&made, store.as_ref(), None, shown) {
        // Its secret is nowhere, and there is no room for a third.
        keys.delete(&made.id).await?;
        return Err(error);
    }
    let arn = keys.verify(&made).await?;
    keys.deactivate(&old.id).await?;
    let mut fate = "turned off";
    if args.delete_old {
        keys.delete(&old.id).await?;
        fate = "deleted";
    }
    shown.result(
        &format!("{}: in force for {arn}\n{}: {fate}", made.id, old.id),
        &json!({ "user": args.user, "made": made.id, "arn": arn, "old": old.id, "oldIs": fate }),
    );
    Ok(())
}

/// Deletes one key of two.
async fn delete(keys: &Keys, user: &str, id: &str, shown: &Shown) -> Result<(), PermissionsError> {
    let named = |id: &str| (user.to_owned(), id.to_owned());
    let there = keys.list().await?;
    if !there.iter().any(|key| key.id == id) {
        let (user, id) = named(id);
        return Err(PermissionsError::NoSuchKey { user, id });
    }
    if !there.iter().any(|key| key.id != id && key.is_active) {
        let (user, id) = named(id);
        return Err(PermissionsError::LastKey { user, id });
    }
    keys.delete(id).await?;
    shown.result(
        &format!("{id}: deleted"),
        &json!({ "user": user, "deleted": id }),
    );
    Ok(())
}

/// Says which of the keys is where this machine's commands find it: the other is the one to delete.
fn tell_places(keys: &[KeyStatus], shown: &Shown) -> Result<(), PermissionsError> {
    for key in keys {
        if let Some(store) = KeyStore::holding(&key.id)? {
            shown.warning(&format!("{} is in {store}", key.id));
        }
    }
    Ok(())
}
