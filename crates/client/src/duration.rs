//! How long the video of a render is.

use std::time::Duration;

use protocol::keys::RenderKeys;
use protocol::state::Plan;
use store::StoreError;

use crate::Render;

/// More than any plan has.
const LARGEST_PLAN: u64 = 16 * 1024 * 1024;

impl Render {
    /// The length of the video, as the render's plan has it; `None` before there is a plan, and for renders of other
    /// functions, which write none.
    ///
    /// # Errors
    /// [`StoreError`] where the plan is there and cannot be read.
    pub async fn video_duration(&self) -> Result<Option<Duration>, StoreError> {
        let key = RenderKeys::new(&self.id).plan();
        let document = match self.client.bucket.read(&key, LARGEST_PLAN).await {
            Ok(document) => document,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let plan: Option<Plan> = serde_json::from_slice(&document.bytes).ok();
        Ok(plan
            .map(|plan| Duration::from_secs_f64(f64::from(plan.frame_count()) / plan.output_fps())))
    }
}
