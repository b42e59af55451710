//! Cancelling a render.

use std::time::SystemTime;

use protocol::keys::RenderKeys;
use protocol::progress::Progress;
use store::{PutOptions, StoreError};

use crate::Render;

/// The largest progress document that is read.
pub(crate) const PROGRESS_LIMIT: u64 = 32 << 20;

/// A render could not be cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// It was not started as one that can be.
    #[error("the render was started without the option to cancel it")]
    NotCancellable,
    /// It is over already.
    #[error("the render is over")]
    Over,
    /// Its progress cannot be read, or the wish cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its progress is no document of a render.
    #[error("the progress of the render cannot be read")]
    Malformed(#[source] serde_json::Error),
}

impl Render {
    /// Asks the function to give the render up. Its renderers see that within seconds.
    ///
    /// # Errors
    /// [`CancelError`].
    pub async fn cancel(&self) -> Result<(), CancelError> {
        let keys = RenderKeys::new(&self.id);
        let bucket = &self.client.bucket;
        let document = bucket.read(&keys.progress(), PROGRESS_LIMIT).await?;
        let progress: Progress =
            serde_json::from_slice(&document.bytes).map_err(CancelError::Malformed)?;
        if progress.is_over() {
            return Err(CancelError::Over);
        }
        if progress.cancellation_enabled != Some(true) {
            return Err(CancelError::NotCancellable);
        }
        let wish = serde_json::json!({ "cancelledAt": unix_ms(SystemTime::now()) });
        bucket
            .put(&keys.cancel(), wish.to_string(), &PutOptions::json())
            .await?;
        Ok(())
    }
}

/// Milliseconds of the Unix epoch; 0 for a clock that is before it.
pub(crate) fn unix_ms(now: SystemTime) -> u64 {
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let milliseconds = since.unwrap_or_default().as_millis();
    u64::try_from(milliseconds).unwrap_or(u64::MAX)
}
