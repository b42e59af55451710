//! The steps that the table names, and how each shows what is worse.

use deploy::permissions::rotate::{Keys, RotateError};
use deploy::{buckets, functions, site};

use super::place::{Caller, FINISHED, Failed, Place, USER, settings, site_id};
use super::{auditing, deploying};

/// Takes a step as `caller`, after root has taken what comes before it.
pub(super) async fn take(place: &Place, caller: &Caller, step: &str) -> Result<(), Failed> {
    let root = place.root().await;
    let function = settings().function.to_string();
    match step {
        "functions ls" => {
            functions::list(&caller.account).await?;
        }
        "functions rm" => {
            root.make_bucket().await?;
            root.deploy(&place.package(), &settings()).await?;
            functions::remove(&caller.account, &function).await?;
        }
        "sites rm" => {
            root.make_bucket().await?;
            root.create_site(&place.bundle()).await?;
            let bucket = caller.bucket().await?;
            site::remove(&caller.account, &bucket, &site_id()).await?;
        }
        "buckets rm" => {
            root.make_bucket().await?;
            let bucket = root.bucket().await?;
            for folder in ["renders", "input-props", "clips", "framewright"] {
                root.put(bucket.as_str(), &format!("{folder}/one")).await;
            }
            buckets::remove(&caller.account, bucket.as_str(), true).await?;
        }
        "presigned fetch"
        | "presigned fetch from the output bucket"
        | "presigned fetch from an encrypted bucket" => {
            root.make_bucket().await?;
            let mut bucket = root.bucket().await?.to_string();
            if step.ends_with("output bucket") {
                FINISHED.clone_into(&mut bucket);
                let s3 = root.account.s3();
                s3.create_bucket().bucket(FINISHED).send().await?;
            }
            if step.ends_with("encrypted bucket") {
                root.encrypt(&bucket).await?;
            }
            // A URL gives what its signer may read.
            root.put(&bucket, "renders/one/out.mp4").await;
            let get = caller.account.s3().get_object().bucket(bucket);
            get.key("renders/one/out.mp4").send().await?;
        }
        "permissions rotate" => rotate(caller).await?,
        other => deploying::take(place, caller, other).await?,
    }
    Ok(())
}

async fn rotate(caller: &Caller) -> Result<(), Failed> {
    let keys = Keys::new(&caller.config, USER);
    let old = keys.only().await?;
    let new = keys.make().await?;
    keys.verify(&new).await?;
    keys.deactivate(&old.id).await?;
    match keys.only().await {
        Err(RotateError::TwoKeys { .. }) => {}
        other => panic!("{other:?}"),
    }
    Ok(keys.delete(&old.id).await?)
}

/// Whether it is as the table says of a right that is missing; with all rights it is not.
pub(super) async fn is_worse(place: &Place, caller: &Caller, how: &str) -> Result<bool, Failed> {
    if how == "the log group stays until its lines expire" {
        let root = place.root().await;
        root.make_bucket().await?;
        root.deploy(&place.package(), &settings()).await?;
        let function = settings().function.to_string();
        let logs = functions::remove_logs(&caller.account, &function).await;
        return Ok(logs.is_err_and(|error| error.to_string().contains("logs:DeleteLogGroup")));
    }
    if how == "when keys were last used is not told" {
        let keys = Keys::new(&caller.config, USER);
        keys.make().await?;
        return match keys.only().await {
            Err(RotateError::TwoKeys { keys, .. }) => {
                Ok(keys.iter().any(|key| key.last_used.is_none()))
            }
            other => panic!("{other:?}"),
        };
    }
    match auditing::is_worse(place, caller, how).await? {
        Some(is_worse) => Ok(is_worse),
        None => deploying::is_worse(place, caller, how).await,
    }
}
