//! `framewright functions ls`.

use deploy::functions::{self, FunctionRow};

use crate::args::FunctionsLs;
use crate::commands::opened;
use crate::error::CliError;
use crate::show::{Shown, rows};

/// Lists the render functions of the region.
pub(super) async fn run(args: FunctionsLs) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let found = opened(&args.place, &shown, async |account| {
        Ok(functions::list(account).await?)
    })
    .await?;
    let header = [
        "function",
        "version",
        "memory",
        "disk",
        "timeout",
        "last modified",
        "code",
    ];
    let table = rows(header, &found, |function: &FunctionRow| {
        let FunctionRow {
            name,
            version,
            memory_mib,
            disk_mib,
            timeout_seconds,
            last_modified,
            code_sha256,
        } = function;
        [
            name.clone(),
            version.clone().unwrap_or_else(|| "-".into()),
            format!("{memory_mib} MiB"),
            format!("{disk_mib} MiB"),
            format!("{timeout_seconds} s"),
            last_modified.clone(),
            code_sha256.chars().take(12).collect(),
        ]
    });
    shown.result(&table, &serde_json::json!({ "functions": found }));
    Ok(())
}
