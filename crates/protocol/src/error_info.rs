//! Errors of a render, as clients show them.

use serde::{Deserialize, Serialize};

use crate::frames::ChunkIndex;

/// Which part of a render failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// A renderer.
    Renderer,
    /// Chrome or the page.
    Browser,
    /// The launch: planning, audio, concatenation, upload.
    Stitcher,
    /// The call of a webhook.
    Webhook,
    /// A file that the composition emitted.
    Artifact,
}

/// An error of a render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorInfo {
    /// Which part failed.
    #[serde(rename = "type")]
    pub kind: ErrorKind,
    /// What went wrong, with composition, frame and chunk where they are known.
    pub message: String,
    /// The name of the error's class.
    pub name: String,
    /// The page's own stack where there is one.
    pub stack: String,
    /// The frame that failed.
    pub frame: Option<u32>,
    /// The chunk that failed.
    pub chunk: Option<ChunkIndex>,
    /// Whether the render ends with it.
    pub is_fatal: bool,
    /// Counts the attempts, from 1.
    pub attempt: u32,
    /// Whether it is tried again.
    pub will_retry: bool,
    /// How many attempts there may be.
    pub total_attempts: u32,
    /// What filled the disk, where it is full.
    #[serde(default)]
    pub tmp_dir: Option<TmpDir>,
}

/// What filled the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TmpDir {
    /// The biggest files.
    pub files: Vec<TmpFile>,
    /// Bytes in all.
    pub total: u64,
}

/// A file in `/tmp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TmpFile {
    /// Its name.
    pub filename: String,
    /// Bytes.
    pub size: u64,
}

/// An error with what clients expect beside it in the answer of `status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnhancedErrorInfo {
    /// The error.
    #[serde(flatten)]
    pub error: ErrorInfo,
    /// Always empty.
    #[serde(default)]
    pub s3_location: String,
    /// What a user can do about it.
    #[serde(default)]
    pub explanation: Option<String>,
}

impl From<ErrorInfo> for EnhancedErrorInfo {
    fn from(error: ErrorInfo) -> Self {
        let explanation = explain(&error.stack)
            .or_else(|| explain(&error.message))
            .map(str::to_owned);
        Self {
            error,
            s3_location: String::new(),
            explanation,
        }
    }
}

fn explain(text: &str) -> Option<&'static str> {
    let has = |part| text.contains(part);
    if has("FATAL:zygote_communication_linux.cc")
        || has("error while loading shared libraries: libnss3.so")
    {
        Some("Chrome failed to start. It is tried again; you can probably ignore this error.")
    } else if has("TooManyRequestsException") || has("ConcurrentInvocationLimitExceeded") {
        Some(
            "The account's limit of concurrent executions was reached. Ask for a higher one, or render with fewer renderers at once.",
        )
    } else if has("ENOSPC") || has("No space left on device") || has("no space left on device") {
        Some("The function's disk is full. Deploy it with a larger one, or use smaller chunks.")
    } else if has("net::ERR_INSUFFICIENT_RESOURCES") {
        Some("Chrome ran out of memory. Deploy the function with more.")
    } else if has("Target closed") || has("Session closed") {
        Some("Chrome crashed. Deploying the function with more memory may help.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_shape_and_explanation() {
        let error = ErrorInfo {
            kind: ErrorKind::Renderer,
            message: "composition `Broken`, frame 30".into(),
            name: "Error".into(),
            stack: "Error: Target closed".into(),
            frame: Some(30),
            chunk: Some(ChunkIndex(1)),
            is_fatal: false,
            attempt: 1,
            will_retry: true,
            total_attempts: 2,
            tmp_dir: None,
        };
        let json = serde_json::to_value(EnhancedErrorInfo::from(error)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "renderer", "message": "composition `Broken`, frame 30", "name": "Error",
                "stack": "Error: Target closed", "frame": 30, "chunk": 1, "isFatal": false, "attempt": 1,
                "willRetry": true, "totalAttempts": 2, "tmpDir": null, "s3Location": "",
                "explanation": "Chrome crashed. Deploying the function with more memory may help."
            })
        );
    }
}
