//! The render functions of a region.

use aws_sdk_lambda::types::{EphemeralStorage, FunctionConfiguration};
use protocol::FunctionName;
use protocol::names::FUNCTION_PREFIX;
use serde::Serialize;

use crate::account::Account;
use crate::call::CallFailed;

/// A render function, as Lambda lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRow {
    /// Its name.
    pub name: String,
    /// The version that its name tells; `None` for a name that does not follow the convention.
    pub version: Option<String>,
    /// MiB.
    pub memory_mib: u32,
    /// MiB of `/tmp`.
    pub disk_mib: u32,
    /// Seconds of one invocation.
    pub timeout_seconds: u32,
    /// As Lambda writes it: ISO 8601 with an offset.
    pub last_modified: String,
    /// Base64 of the SHA-256 of the code's zip.
    pub code_sha256: String,
}

/// All functions whose names begin as those of render functions do, ascending by name.
///
/// # Errors
/// Where functions cannot be listed.
pub async fn list(account: &Account) -> Result<Vec<FunctionRow>, CallFailed> {
    let mut pages = account.lambda.list_functions().into_paginator().send();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(CallFailed::of("list the functions"))?;
        let ours = page.functions().iter().filter_map(row);
        rows.extend(ours);
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

fn row(function: &FunctionConfiguration) -> Option<FunctionRow> {
    let name = function
        .function_name()
        .filter(|name| name.starts_with(FUNCTION_PREFIX))?;
    let version = name.parse::<FunctionName>().ok();
    let disk = function.ephemeral_storage().map(EphemeralStorage::size);
    let unsigned = |size: Option<i32>| size.and_then(|size| u32::try_from(size).ok());
    Some(FunctionRow {
        name: name.to_owned(),
        version: version.map(|name| name.version().to_string()),
        memory_mib: unsigned(function.memory_size()).unwrap_or_default(),
        // What Lambda gives where nothing is asked for.
        disk_mib: unsigned(disk).unwrap_or(512),
        timeout_seconds: unsigned(function.timeout()).unwrap_or_default(),
        last_modified: function.last_modified().unwrap_or_default().to_owned(),
        code_sha256: function.code_sha256().unwrap_or_default().to_owned(),
    })
}
