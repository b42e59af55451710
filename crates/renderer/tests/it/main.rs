//! Real renders of the example site, in a real Chrome, through a real ffmpeg.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod chunk;
mod colour;
mod failure;
mod pages;
mod sound;
mod still;

use protocol::FrameRange;
use protocol::page::{Composition, Overrides};
use protocol::settings::{ChromiumOptions, LogLevel};
use renderer::{
    Chunk, ChunkError, ChunkRequest, Config, Encoding, Event, FolderSite, NoRemoteMedia,
    PageRequest, Pictures, Renderer, Scale, ServeUrl,
};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// Far more than anything here takes; a test that needs it fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A renderer with a place for its files.
struct Bench {
    renderer: Renderer,
    events: UnboundedSender<Event>,
    received: UnboundedReceiver<Event>,
    folder: TempDir,
}

/// The bundle that the set-up builds.
fn site_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/site/build");
    assert!(
        folder.join("index.html").exists(),
        "examples/site has no bundle; `cargo xtask setup` builds it"
    );
    folder
}

fn page_of(folder: &Path) -> PageRequest {
    PageRequest {
        site: ServeUrl::Private {
            name: "example".to_owned(),
            files: Arc::new(FolderSite::new(folder)),
        },
        input_props: "{}".to_owned(),
        env_variables: BTreeMap::new(),
        timeout: Duration::from_secs(30),
        log_level: LogLevel::Info,
        chromium_options: ChromiumOptions::default(),
        media_cache_size_in_bytes: None,
        remote_media: Arc::new(NoRemoteMedia),
    }
}

fn page() -> PageRequest {
    page_of(&site_folder())
}

impl Bench {
    async fn new() -> Self {
        let (events, received) = unbounded_channel();
        Self {
            renderer: Renderer::start(Config::default()).await.unwrap(),
            events,
            received,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn composition(&mut self, id: &str) -> Composition {
        let composition = self
            .renderer
            .composition(&page(), id, &self.events)
            .await
            .unwrap();
        composition.resolve(Overrides::default()).unwrap()
    }

    async fn request(&mut self, id: &str, first: u32, last: u32) -> ChunkRequest {
        ChunkRequest {
            page: page(),
            composition: self.composition(id).await,
            frames: FrameRange::new(first, last).unwrap(),
            every_nth_frame: NonZeroU32::MIN,
            pictures: Pictures::Jpeg(80),
            scale: Scale::default(),
            encoding: Encoding::default(),
            sample_rate: Some(48_000),
            destination: self.folder.path().join("chunk.mp4"),
            deadline: Instant::now() + PATIENCE,
        }
    }

    async fn render(&mut self, request: &ChunkRequest) -> Result<Chunk, ChunkError> {
        self.renderer
            .chunk(request, &self.events, &CancellationToken::new())
            .await
    }

    /// What happened so far.
    fn past(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.received.try_recv().ok()).collect()
    }
}
