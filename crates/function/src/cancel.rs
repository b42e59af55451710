//! The client's wish that a render ends.

use std::time::Duration;

use crate::documents::RenderDocuments;

/// Between two looks. Remotion's renderers look as often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Returns when the client has wished that the render ends.
///
/// What keeps S3 from saying so is logged, and the next look may tell.
pub(crate) async fn wished(documents: &RenderDocuments) {
    let key = documents.keys.cancel();
    loop {
        match Box::pin(documents.bucket.head(&key)).await {
            Ok(_) => return,
            Err(error) if error.is_missing() => {}
            Err(error) => tracing::warn!(%error, "whether the render is cancelled is unknown"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
