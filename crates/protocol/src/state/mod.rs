//! The documents of a render that can be continued, under `renders/<id>/`.
//!
//! Any invocation may die at any point; the next continues from what these documents say.
//!
//! | document | written by | how |
//! | --- | --- | --- |
//! | [`Request`] | `start` | once, before the first `launch` is invoked |
//! | [`Lease`] | `launch` | by epoch: each write is conditional on the one before |
//! | [`Plan`] | `launch` | once, before any renderer is invoked |
//! | [`Manifest`] | `renderer` | once a part, after the objects that it names |
//! | [`Heartbeat`] | `renderer` | while it renders |
//! | [`crate::progress::Progress`] | the leading `launch` | conditional on the one before, at least every 5 s |

mod lease;
mod manifest;
mod plan;
mod request;

pub use lease::{Leadership, Lease, RecordedAttempt, Tries};
pub use manifest::{Attempt, Heartbeat, Manifest, Object, Part, Pcm, StoredPart};
pub use plan::{AudioPlan, EncodePlan, OutputPlan, PagePlan, Plan};
pub use request::Request;
