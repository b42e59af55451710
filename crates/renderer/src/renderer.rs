//! The renderer: what is kept between two renders.

use crate::error::{ChunkError, PageError, StartError, StillError};
use crate::event::Event;
use crate::request::{ChunkRequest, PageRequest, StillRequest};
use crate::result::{Chunk, Still};
use protocol::page::PageComposition;
use protocol::settings::ChromiumOptions;
use std::path::PathBuf;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// How to start a renderer.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The options that Chrome is started with, ahead of a request that needs them.
    pub chromium_options: ChromiumOptions,
    /// Chrome. Looked for in `/opt/bin`, then `PATH`, where it is `None`.
    pub chrome: Option<PathBuf>,
    /// ffmpeg. Looked for in `/opt/bin`, then `PATH`, where it is `None`.
    pub ffmpeg: Option<PathBuf>,
}

/// A running Chrome, the loopback server that pages are opened from, and ffmpeg. Does one thing at a time.
///
/// Dropping it ends all of them, with every descendant.
#[derive(Debug)]
pub struct Renderer {}

impl Renderer {
    /// Opens the server, and starts Chrome and the look for ffmpeg without waiting for them. Within a tokio runtime.
    ///
    /// A Chrome or ffmpeg that is missing or does not start is told by the first call that needs it.
    ///
    /// # Errors
    /// [`StartError::Port`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let _ = config;
        todo!()
    }

    /// All compositions of the bundle, evaluated with `calculateMetadata`, in the bundle's order.
    ///
    /// # Errors
    /// [`PageError::NotABundle`], [`PageError::PropsRefused`] if any of them refuses its props, and others of the page.
    pub async fn compositions(
        &mut self,
        page: &PageRequest,
        events: &UnboundedSender<Event>,
    ) -> Result<Vec<PageComposition>, PageError> {
        let _ = (page, events);
        todo!()
    }

    /// The composition `id`, evaluated with `calculateMetadata`.
    ///
    /// # Errors
    /// [`PageError::UnknownComposition`], [`PageError::PropsRefused`], and others of the page.
    pub async fn composition(
        &mut self,
        page: &PageRequest,
        id: &str,
        events: &UnboundedSender<Event>,
    ) -> Result<PageComposition, PageError> {
        let _ = (page, id, events);
        todo!()
    }

    /// Renders frames of a composition into one file.
    ///
    /// When `stop` is cancelled, the frames so far become a shorter chunk, unless there is none yet.
    /// Frames reach the encoder through a pipe as they are captured; none is written to disk.
    ///
    /// # Errors
    /// [`ChunkError::Page`] with the frame and the page's stack, [`ChunkError::Encode`], [`ChunkError::Deadline`].
    pub async fn chunk(
        &mut self,
        request: &ChunkRequest,
        events: &UnboundedSender<Event>,
        stop: &CancellationToken,
    ) -> Result<Chunk, ChunkError> {
        let _ = (request, events, stop);
        todo!()
    }

    /// Renders one frame of a composition into a picture.
    ///
    /// # Errors
    /// [`StillError::Page`] with the page's stack.
    pub async fn still(
        &mut self,
        request: &StillRequest,
        events: &UnboundedSender<Event>,
    ) -> Result<Still, StillError> {
        let _ = (request, events);
        todo!()
    }
}
