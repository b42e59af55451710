//! `framewright functions rm`.

use deploy::Account;
use deploy::functions::{self, RemoveError};

use crate::args::FunctionsRm;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::Shown;

/// Deletes functions, one after the other.
pub(super) async fn run(args: FunctionsRm) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    opened(&args.place, &shown, async |account| {
        for name in &args.names {
            functions::remove(account, name).await?;
            let logs = args.with_logs && logs_removed(account, name, &shown).await?;
            let text = if logs {
                format!("function {name} and its log group are deleted")
            } else {
                format!("function {name} is deleted")
            };
            shown.result(&text, &serde_json::json!({ "deleted": name, "logs": logs }));
        }
        Ok(())
    })
    .await
}

/// Deletes the log group too. One that may not be deleted stays until its lines expire.
async fn logs_removed(account: &Account, name: &str, shown: &Shown) -> Result<bool, CliError> {
    match functions::remove_logs(account, name).await {
        Ok(()) => Ok(true),
        Err(RemoveError::Call(error)) if error.is_denied() => {
            shown.warning(&format!("the log group stays: {error}"));
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
