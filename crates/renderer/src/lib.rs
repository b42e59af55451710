//! A frame range of one composition becomes one file.
//!
//! A [`Renderer`] holds what is worth keeping between two renders: a running Chrome, the loopback server that the page
//! is opened from, and ffmpeg. It knows no AWS: the files of a site come through [`SiteFiles`], and media that lie
//! elsewhere through [`RemoteMedia`].
//!
//! ```no_run
//! # async fn run(request: renderer::ChunkRequest) -> Result<(), Box<dyn std::error::Error>> {
//! use renderer::{Config, Renderer};
//! use tokio::sync::mpsc;
//! use tokio_util::sync::CancellationToken;
//!
//! // Chrome, the server and the look for ffmpeg start at once; nothing waits for them yet.
//! let mut renderer = Renderer::start(Config::default()).await?;
//! let (events, _progress) = mpsc::unbounded_channel();
//! let chunk = renderer.chunk(&request, &events, &CancellationToken::new()).await?;
//! println!("{} holds frames {}", chunk.video.path.display(), chunk.frames);
//! # Ok(())
//! # }
//! ```

mod chunk;
mod error;
mod event;
mod page;
mod remote;
mod renderer;
mod request;
mod result;
mod server;
mod site;
mod sound;
mod still;
mod tools;

pub use chrome::{UnpackError, unpack as unpack_chrome};
pub use error::{ChunkError, PageError, PageErrorKind, PageException, StartError, StillError};
pub use event::{ConsoleLine, Event};
pub use remote::{NoRemoteMedia, RemoteMedia, RemoteMediaError};
pub use renderer::{Config, Renderer};
pub use request::{
    ChunkRequest, Encoding, InvalidScale, PageRequest, Pictures, Scale, ServeUrl, StillFormat,
    StillRequest,
};
pub use result::{Chunk, InlineAudio, Still, Timings};
pub use site::{ByteRange, FolderSite, Opened, SiteFileError, SiteFiles};
