//! The wire documents of Remotion Lambda and of a render's state.
//!
//! This crate is the only place with Remotion's JSON names. It is pure: it knows no clock, file, environment,
//! network or async runtime, so every value that depends on those is passed in.
//!
//! | module | holds |
//! | --- | --- |
//! | [`payload`] | what a client or the function itself sends: `start`, `launch`, `renderer`, `still`, … |
//! | [`framing`], [`message`] | the framed stream that `renderer` and `still` answer with |
//! | [`progress`], [`status`] | `progress.json` and the answer of `status`, as other clients read them |
//! | [`page`] | what the page in Chrome hands back: compositions and assets |
//! | [`state`] | the documents of a render that can be continued: request, plan, lease, manifests, heartbeats |
//! | [`audio`] | the audio of a chunk as its manifest carries it |
//! | [`site`] | the layout of a private site in its bucket |
//! | [`chunking`] | which frames each renderer invocation makes |
//! | [`price`] | what invocations cost on AWS |
//! | [`names`], [`keys`] | names of functions, buckets and renders, and the keys of their objects |
//!
//! Everything that is read tolerates unknown fields and fills in what an older client leaves out.

pub mod audio;
pub mod chunking;
pub mod error_info;
pub mod frames;
pub mod framing;
pub mod keys;
mod lenient;
pub mod message;
pub mod names;
pub mod page;
pub mod payload;
pub mod price;
pub mod progress;
pub mod props;
pub mod settings;
pub mod site;
pub mod state;
pub mod status;
pub mod version;

pub use frames::{ChunkIndex, FrameRange};
pub use names::{BucketName, DeleteAfter, FunctionName, RenderId};
pub use props::SerializedInputProps;
pub use version::Version;
