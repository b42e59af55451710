//! Following a render to its end.

mod event;
mod follower;
mod observe;
mod pace;
mod tracker;

use std::time::Duration;

use futures_util::{Stream, stream};
use protocol::RenderId;
use protocol::error_info::EnhancedErrorInfo;
use protocol::status::{RenderProgress, StillHasNoProgress};
use store::{ErrorKind, StoreError};

pub use event::{Cost, Event, Outcome, OutputLocation, Plan, Snapshot};

use crate::{InvokeError, Render};
use follower::Follower;
use observe::Blind;

/// How patient a follower is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowOptions {
    /// Time between two looks at the progress. Near the end it is looked at more often.
    pub interval: Duration,
    /// After this time without a sign of life the render is taken up again.
    pub silence: Duration,
    /// After this time without a sign of life, however often it was taken up, it is given up.
    pub give_up: Duration,
    /// How long AWS may be unreachable.
    pub unreachable: Duration,
}

impl Default for FollowOptions {
    /// Looks twice a second; takes a render up after 16 s, when three heartbeats are missing and
    /// the function, too, holds its launch for gone; gives it up after 5 min; waits a minute for a
    /// network that is gone.
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(500),
            silence: Duration::from_secs(16),
            give_up: Duration::from_secs(5 * 60),
            unreachable: Duration::from_secs(60),
        }
    }
}

/// A render failed, or can no longer be followed. Where it was not the render that failed, it goes
/// on, and following it again goes on too.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The render failed.
    #[error(transparent)]
    Failed(Box<RenderFailure>),
    /// There is no render of this id.
    #[error("there is no render `{0}`")]
    Unknown(RenderId),
    /// The render makes an image, which is there as soon as its id is.
    #[error(transparent)]
    Still(#[from] StillHasNoProgress),
    /// The render shows no sign of life, although it was taken up again.
    #[error("render `{id}` shows no sign of life for {silence:?}")]
    Stalled {
        /// The render.
        id: RenderId,
        /// For how long.
        silence: Duration,
    },
    /// AWS cannot be reached for too long.
    #[error("the progress of render `{id}` cannot be read any more")]
    Unreachable {
        /// The render.
        id: RenderId,
        /// The last attempt.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The progress cannot be read.
    #[error("the progress of the render cannot be read")]
    Store(#[source] StoreError),
    /// The function does not tell the progress.
    #[error("the function does not tell the progress of the render")]
    Invoke(#[source] InvokeError),
    /// The progress is no document of a render.
    #[error("the progress of the render is malformed")]
    Malformed(#[source] serde_json::Error),
}

/// Why a render failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", error.error.message)]
pub struct RenderFailure {
    /// The render.
    pub id: RenderId,
    /// The composition, where the render came so far.
    pub composition: Option<String>,
    /// The error that ended it: message, the page's stack, frame, chunk, attempts, advice.
    pub error: EnhancedErrorInfo,
    /// What went wrong before that.
    pub earlier: Vec<EnhancedErrorInfo>,
}

impl RenderFailure {
    /// Whether the render ended because somebody wished so.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.error.error.name == protocol::progress::CANCELLED
    }
}

impl Render {
    /// Where the render stands now.
    ///
    /// # Errors
    /// [`FollowError`], but never for a render that failed: that is told in the answer.
    pub async fn progress(&self) -> Result<RenderProgress, FollowError> {
        let looked = match self.read_progress().await {
            Err(Blind::Store(error)) if matches!(error.kind(), ErrorKind::Denied(_)) => {
                tracing::info!(%error, "the function is asked for the progress instead");
                self.ask_status().await
            }
            looked => looked,
        };
        looked
            .map(|observation| observation.status)
            .map_err(|blind| match blind {
                Blind::Store(error) if error.is_missing() => FollowError::Unknown(self.id.clone()),
                Blind::Store(error) => FollowError::Store(error),
                Blind::Invoke(error) => FollowError::Invoke(error),
                Blind::Malformed(error) => FollowError::Malformed(error),
                Blind::Still(error) => error.into(),
            })
    }

    /// Follows the render until it has ended.
    ///
    /// The stream ends after [`Event::Finished`] or with an error. The progress document is read
    /// from the bucket; where that is denied, the function is asked. A render without a sign of
    /// life is taken up again; nothing else is changed by following it, and dropping the stream
    /// changes nothing.
    pub fn follow(
        &self,
        options: FollowOptions,
    ) -> impl Stream<Item = Result<Event, FollowError>> + Send + 'static {
        let follower = Follower::new(self.clone(), options);
        stream::try_unfold(follower, async |mut follower| {
            let event = follower.next().await?;
            Ok(event.map(|event| (event, follower)))
        })
    }
}
