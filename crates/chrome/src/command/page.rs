//! `Page`: one tab.

use crate::command::command;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub(crate) struct AddScript<'a> {
    pub(crate) source: &'a str,
}

command!(AddScript<'_>, "Page.addScriptToEvaluateOnNewDocument");

/// Makes the page tell of each document when it is loaded.
#[derive(Serialize)]
pub(crate) struct SetLifecycleEvents {
    pub(crate) enabled: bool,
}

command!(SetLifecycleEvents, "Page.setLifecycleEventsEnabled");

#[derive(Serialize)]
pub(crate) struct Navigate<'a> {
    pub(crate) url: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Navigated {
    /// Names the document in its lifecycle events.
    pub(crate) loader_id: Option<String>,
    /// The network's word for what went wrong: `net::ERR_CONNECTION_REFUSED`.
    pub(crate) error_text: Option<String>,
}

command!(Navigate<'_>, "Page.navigate", Navigated);

#[derive(Serialize)]
pub(crate) struct BringToFront {}

command!(BringToFront, "Page.bringToFront");
