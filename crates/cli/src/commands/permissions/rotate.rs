//! `framewright permissions rotate`.

use std::process::ExitCode;
use std::time::SystemTime;

use deploy::permissions::rotate::{Keys, RotateError};
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
                _ => Err(RotateError::TwoKeys { user, keys: both }.into()),
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
    let made = keys.make().await?;
    keep(&made, store.as_ref(), shown)?;
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
