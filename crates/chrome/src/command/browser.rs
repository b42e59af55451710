//! `Browser` and `Target`: Chrome as a whole, and its tabs.

use crate::command::command;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub(crate) struct GetVersion {}

#[derive(Deserialize)]
pub(crate) struct VersionReply {
    /// Product and version: `HeadlessChrome/156.0.8078.79`.
    pub(crate) product: String,
}

command!(GetVersion, "Browser.getVersion", VersionReply);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateTarget<'a> {
    pub(crate) url: &'a str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) browser_context_id: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) enable_begin_frame_control: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedTarget {
    pub(crate) target_id: String,
}

command!(CreateTarget<'_>, "Target.createTarget", CreatedTarget);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttachToTarget<'a> {
    pub(crate) target_id: &'a str,
    pub(crate) flatten: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttachedToTarget {
    pub(crate) session_id: String,
}

command!(
    AttachToTarget<'_>,
    "Target.attachToTarget",
    AttachedToTarget
);

/// A profile in memory, apart from all others.
#[derive(Serialize)]
pub(crate) struct CreateBrowserContext {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedContext {
    pub(crate) browser_context_id: String,
}

command!(
    CreateBrowserContext,
    "Target.createBrowserContext",
    CreatedContext
);

/// Ends a context with all its pages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DisposeBrowserContext<'a> {
    pub(crate) browser_context_id: &'a str,
}

command!(DisposeBrowserContext<'_>, "Target.disposeBrowserContext");
