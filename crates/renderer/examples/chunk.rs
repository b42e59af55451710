//! Renders one composition of a bundle in a folder into one file, and prints where the time went.
//!
//! Usage: `chunk SITE COMPOSITION OUT [FIRST-LAST]`

#![expect(clippy::print_stdout, reason = "this is a program")]

use protocol::FrameRange;
use protocol::page::Overrides;
use protocol::settings::{ChromiumOptions, LogLevel};
use renderer::{
    ChunkRequest, Config, Encoding, FolderSite, NoRemoteMedia, PageRequest, Pictures, Renderer,
    Scale, ServeUrl,
};
use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [site, composition, out, range @ ..] = arguments.as_slice() else {
        return Err("usage: chunk SITE COMPOSITION OUT [FIRST-LAST]".into());
    };
    let began = Instant::now();
    let mut renderer = Renderer::start(Config::default()).await?;
    let page = PageRequest {
        site: ServeUrl::Private {
            name: "example".to_owned(),
            files: Arc::new(FolderSite::new(site)),
        },
        input_props: "{}".to_owned(),
        env_variables: BTreeMap::new(),
        timeout: Duration::from_secs(30),
        log_level: LogLevel::Info,
        chromium_options: ChromiumOptions::default(),
        media_cache_size_in_bytes: None,
        remote_media: Arc::new(NoRemoteMedia),
    };
    let (events, mut received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(event) = received.recv().await {
            tracing::info!(?event);
        }
    });
    let composition = renderer.composition(&page, composition, &events).await?;
    let composition = composition.resolve(Overrides::default())?;
    println!("evaluated after {:?}", began.elapsed());
    let frames = match range {
        [range] => {
            let (first, last) = range.split_once('-').ok_or("no range")?;
            FrameRange::new(first.parse()?, last.parse()?)?
        }
        _ => FrameRange::new(0, composition.duration_in_frames.get() - 1)?,
    };
    let request = ChunkRequest {
        page,
        composition,
        frames,
        every_nth_frame: NonZeroU32::MIN,
        pictures: Pictures::Jpeg(80),
        scale: Scale::default(),
        encoding: Encoding::default(),
        sample_rate: Some(48_000),
        destination: out.into(),
        deadline: Instant::now() + Duration::from_secs(600),
    };
    let chunk = renderer
        .chunk(&request, &events, &CancellationToken::new())
        .await?;
    println!("{:?}", chunk.timings);
    println!(
        "frames {}, {} bytes, {} frames with sound, all after {:?}",
        chunk.frames,
        chunk.video.bytes,
        chunk.audio.frames.len(),
        began.elapsed()
    );
    Ok(())
}
