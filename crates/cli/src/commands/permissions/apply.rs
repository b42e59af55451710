//! Asking before anything is changed, and what becomes of a new key.

use std::io::{BufRead, IsTerminal, Write};

use client::credentials::AccessKey;
use deploy::permissions::MadeKey;
use serde_json::json;

use super::PermissionsError;
use crate::key_store::KeyStore;
use crate::show::Shown;

/// Goes on if `yes` was said, on the command line or on the terminal.
pub(super) fn confirmed(yes: bool) -> Result<(), PermissionsError> {
    if yes {
        return Ok(());
    }
    let (stdin, mut stderr) = (std::io::stdin(), std::io::stderr());
    if !stdin.is_terminal() {
        return Err(PermissionsError::NobodyToAsk);
    }
    let asked = write!(stderr, "Go on? [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| stdin.lock().read_line(&mut answer));
    let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if read.is_ok() && is_yes {
        Ok(())
    } else {
        Err(PermissionsError::Declined)
    }
}

/// Writes the key into `store`, with a region where one is given, or shows it: its secret cannot be had again.
pub(super) fn keep(
    key: &MadeKey,
    store: Option<&KeyStore>,
    region: Option<&str>,
    shown: &Shown,
) -> Result<(), PermissionsError> {
    match store {
        Some(store) => {
            let kept = AccessKey {
                id: key.id.clone(),
                secret: key.secret.clone(),
                session_token: None,
            };
            store.write(&kept, region)?;
            let place = store.to_string();
            let text = format!("access key {} of user {} is in {place}", key.id, key.user);
            shown.result(
                &text,
                &json!({ "accessKeyId": key.id, "user": key.user, "writtenTo": place }),
            );
            for warning in store.warnings() {
                shown.warning(&warning);
            }
        }
        None => show_once(key),
    }
    Ok(())
}

/// On standard error and nowhere else: what is piped on holds no secret.
fn show_once(key: &MadeKey) {
    let text = format!(
        "The access key of user {}, shown this once:\nREMOTION_AWS_ACCESS_KEY_ID={}\nREMOTION_AWS_SECRET_ACCESS_KEY={}\n",
        key.user, key.id, key.secret
    );
    if let Err(error) = std::io::stderr().write_all(text.as_bytes()) {
        tracing::error!(%error, "the access key could not be shown");
    }
}
