//! The renderer: what is kept between two renders.

use crate::chunk;
use crate::error::{ChunkError, PageError, StartError, StillError};
use crate::event::Event;
use crate::page::{self, OpenPage, PageRole, compositions, stage::Stage};
use crate::request::{ChunkRequest, PageRequest, Scale, ServeUrl, StillRequest};
use crate::result::{Chunk, Still};
use crate::server::{Mounted, Server};
use crate::still;
use crate::tools::{Chrome, FfmpegLookup, chrome_options};
use chrome::{PictureFormat, Viewport};
use media::Ffmpeg;
use protocol::page::{Composition, PageComposition};
use protocol::settings::ChromiumOptions;
use std::fmt;
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
/// A call that is dropped before it has ended leaves nothing behind but a Chrome that is ready for the next.
/// Dropping the renderer ends all of them, with every descendant.
pub struct Renderer {
    config: Config,
    server: Server,
    chrome: Chrome,
    ffmpeg: FfmpegLookup,
}

impl Renderer {
    /// Opens the server, and starts Chrome and the look for ffmpeg without waiting for them. Within a tokio runtime.
    ///
    /// A Chrome or ffmpeg that is missing or does not start is told by the first call that needs it.
    ///
    /// # Errors
    /// [`StartError::Port`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let options = chrome_options(config.chrome.clone(), &config.chromium_options, 1.0);
        let chrome = Chrome::start(options);
        let ffmpeg = FfmpegLookup::start(config.ffmpeg.clone());
        let server = Server::start().await.map_err(StartError::Port)?;
        Ok(Self {
            config,
            server,
            chrome,
            ffmpeg,
        })
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
        let _mounted = self.mount(page).await?;
        let role = self.evaluating();
        let mut page = self.open(page, role, Look::unseen(), events).await?;
        compositions::all(&mut page, role).await
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
        let _mounted = self.mount(page).await?;
        let role = self.evaluating();
        let mut page = self.open(page, role, Look::unseen(), events).await?;
        compositions::one(&mut page, role, id).await
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
        let (ffmpeg, _mounted) = self.mount(&request.page).await.map_err(PageError::from)?;
        chunk::render(self, &ffmpeg, request, events, stop).await
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
        let _mounted = self.mount(&request.page).await.map_err(PageError::from)?;
        still::render(self, request, events).await
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    /// Ends Chrome, so that the next page is opened in a new one.
    pub(crate) fn end_chrome(&mut self) {
        self.chrome.end();
    }

    /// Opens a page and mounts `composition` on it.
    pub(crate) async fn stage(
        &mut self,
        request: &PageRequest,
        composition: &Composition,
        role: PageRole,
        look: Look,
        events: &UnboundedSender<Event>,
    ) -> Result<Stage, PageError> {
        let page = self.open(request, role, look, events).await?;
        Stage::mount(page, composition, role, look.transparent).await
    }

    /// Opens a page. A Chrome that died since it was used last is replaced without further ado.
    async fn open(
        &mut self,
        request: &PageRequest,
        role: PageRole,
        look: Look,
        events: &UnboundedSender<Event>,
    ) -> Result<OpenPage, PageError> {
        match self.open_once(request, role, look, events).await {
            Err(PageError::Crashed { reason, .. }) => {
                tracing::warn!(reason, "Chrome died; a new one is started");
                self.end_chrome();
                self.open_once(request, role, look, events).await
            }
            opened => opened,
        }
    }

    async fn open_once(
        &mut self,
        request: &PageRequest,
        role: PageRole,
        look: Look,
        events: &UnboundedSender<Event>,
    ) -> Result<OpenPage, PageError> {
        let options = chrome_options(
            self.config.chrome.clone(),
            &request.chromium_options,
            look.scale.get(),
        );
        let browser = self
            .chrome
            .running(options)
            .await
            .map_err(StartError::from)?;
        let view = (look.viewport, look.format);
        page::open(browser, &self.server, request, role, view, events).await
    }

    async fn mount(&mut self, request: &PageRequest) -> Result<(Ffmpeg, Mounted), StartError> {
        let ffmpeg = self.ffmpeg.found(self.config.ffmpeg.clone()).await?;
        let site = match &request.site {
            ServeUrl::Private { name, files } => Some((name.clone(), files.clone())),
            ServeUrl::Public(_) => None,
        };
        let mounted = self
            .server
            .mount(site, request.remote_media.clone(), ffmpeg.clone());
        Ok((ffmpeg, mounted))
    }

    fn evaluating(&self) -> PageRole {
        PageRole {
            initial_frame: 0,
            attempt: 1,
            video: false,
            sample_rate: None,
            port: self.port(),
        }
    }
}

/// How a composition is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) viewport: Viewport,
    pub(crate) scale: Scale,
    pub(crate) format: PictureFormat,
    /// Whether what nobody paints stays transparent.
    pub(crate) transparent: bool,
}

impl Look {
    /// For pages of which no picture is taken.
    fn unseen() -> Self {
        Self {
            viewport: Viewport {
                width: 1280,
                height: 720,
            },
            scale: Scale::default(),
            format: PictureFormat::Jpeg(80),
            transparent: false,
        }
    }
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer")
            .field("config", &self.config)
            .field("port", &self.port())
            .field("chrome", &self.chrome)
            .finish_non_exhaustive()
    }
}
