//! `framewright functions rm`.

use deploy::functions;

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
            let text = format!("function {name} is deleted");
            shown.result(&text, &serde_json::json!({ "deleted": name }));
        }
        Ok(())
    })
    .await
}
