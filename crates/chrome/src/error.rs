//! Why a call to Chrome has no answer.

/// A call to Chrome failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Chrome has ended, or is ending.
    #[error("Chrome is gone")]
    Gone,
    /// The page crashed or was closed.
    #[error("the page crashed or was closed")]
    PageGone,
    /// Chrome refused.
    #[error("Chrome refused {method}: {message}")]
    Refused {
        /// The method.
        method: &'static str,
        /// DevTools' own code.
        code: i64,
        /// Why.
        message: String,
    },
    /// Chrome answered with something that this crate does not understand.
    #[error("Chrome answered {method} with something unexpected")]
    Malformed {
        /// The method.
        method: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The page shows nothing, however many frames it is given.
    #[error("the page shows nothing")]
    NothingShown,
}
