//! The SDK: start renders, follow them, fetch what they made.
//!
//! A [`Client`] speaks to one render function and its bucket as one identity. It does not know
//! whether that is AWS or an embedded cloud: only endpoint and credentials differ.
//!
//! ```no_run
//! # async fn example(config: aws_config::SdkConfig) -> Result<(), Box<dyn std::error::Error>> {
//! use client::{Client, Event, FollowOptions, Installation, OutputFile, RenderRequest};
//! use futures_util::TryStreamExt as _;
//!
//! let client = Client::new(&config, Installation {
//!     function: "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec".parse()?,
//!     bucket: "remotionlambda-useast1-abc123def4".into(),
//!     account: "123456789012".into(),
//! });
//! let output = OutputFile::new("out/Title.mp4", false)?;
//! let render = client.start(&RenderRequest::new("my-site", "Title")).await?;
//! println!("{}", render.id());
//! let mut events = std::pin::pin!(render.follow(FollowOptions::default()));
//! while let Some(event) = events.try_next().await? {
//!     match event {
//!         Event::Advanced(progress) => println!("{} frames", progress.frames_rendered),
//!         Event::Finished(outcome) => {
//!             client.fetch(&outcome.output, &output, |_| {}).await?;
//!         }
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A render needs nobody who watches: following it only reads, except that a render which shows no
//! sign of life is taken up again. Whoever has its id can follow it, now or later.

pub mod credentials;
pub mod env;

mod cancel;
mod clip;
mod compositions;
mod duration;
mod fetch;
mod follow;
mod installation;
mod invoke;
mod output_file;
mod props;
mod request;
mod start;
mod still;

use aws_config::SdkConfig;
use protocol::BucketName;
use store::Bucket;
pub use store::{ATTEMPTS, CaBundle, StoreError, Trouble, endpoint, s3_client};

pub use cancel::CancelError;
pub use clip::{ClipCutter, ClipError};
pub use compositions::CompositionsRequest;
pub use fetch::FetchError;
pub use follow::{
    Cost, Event, FollowError, FollowOptions, Outcome, OutputLocation, Plan, RenderFailure, Snapshot,
};
pub use installation::{FindError, Sought, render_bucket};
pub use invoke::InvokeError;
pub use output_file::{OutputFile, OutputFileError};
pub use props::{InvalidProps, Props};
pub use protocol::names::CLIP_FUNCTION;
pub use protocol::payload::{
    CLIP_FORMATS, Chunking, Clip, ClipErrorCode, ClipFailure, ClipObject, ClipOutput, ClipProgress,
    ClipResponse, ClipSource, ClipTime, ClipTimeError, CompositionSummary,
};
pub use protocol::settings::{ImageFormat, OutName, RequestedFrames, S3OutputProvider};
pub use protocol::status::RenderProgress;
pub use protocol::{DeleteAfter, FunctionName, RenderId};
pub use request::RenderRequest;
pub use start::StartError;
pub use still::StillRequest;

/// Where a render function is and where it keeps its renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The function.
    pub function: FunctionName,
    /// The bucket of its sites and renders.
    pub bucket: BucketName,
    /// The account that owns both.
    pub account: String,
}

/// A caller of one render function. Clones share connections and credentials.
#[derive(Debug, Clone)]
pub struct Client {
    lambda: aws_sdk_lambda::Client,
    bucket: Bucket,
    installation: Installation,
    region: String,
    held: Option<credentials::Held>,
    bundle: Option<CaBundle>,
}

impl Client {
    /// A caller with the credentials of `config`.
    pub fn new(config: &SdkConfig, installation: Installation) -> Self {
        let s3 = s3_client(config);
        let bucket = Bucket::new(s3, installation.bucket.as_str()).owned_by(&installation.account);
        Self {
            lambda: aws_sdk_lambda::Client::new(config),
            bucket,
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            installation,
            held: None,
            bundle: None,
        }
    }

    /// A caller that acts as `role`, and assumes it anew when AWS says that its credentials have
    /// expired.
    pub fn as_role(role: &credentials::AssumedRole, installation: Installation) -> Self {
        Self::new(role.config(), installation).renewing(role.held())
    }

    /// This caller, which gets new credentials from `held` when AWS says that those it has have expired.
    #[must_use]
    pub fn renewing(mut self, held: &credentials::Held) -> Self {
        self.held = Some(held.clone());
        self
    }

    /// This caller, which trusts `bundle` in place of the system's certificates where it fetches outputs.
    #[must_use]
    pub fn trusting(mut self, bundle: Option<CaBundle>) -> Self {
        self.bundle = bundle;
        self
    }

    /// What it calls.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// A render by its id, however it was started.
    pub fn render(&self, id: RenderId) -> Render {
        Render {
            client: self.clone(),
            id,
        }
    }
}

/// A render that was started.
#[derive(Debug, Clone)]
pub struct Render {
    client: Client,
    id: RenderId,
}

impl Render {
    /// Its id.
    pub fn id(&self) -> &RenderId {
        &self.id
    }
}
