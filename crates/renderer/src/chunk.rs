//! Frames of a composition become a file: capture and encoding side by side.

use crate::error::{ChunkError, PageError};
use crate::event::{ConsoleLine, Event};
use crate::page::stage::{NotTaken, Stage, Taken};
use crate::page::{PageRole, even_size};
use crate::renderer::{Look, Renderer};
use crate::request::{ChunkRequest, Pictures, ServeUrl};
use crate::result::{Chunk, Timings};
use crate::sound::Sounds;
use bytes::Bytes;
use chrome::{PictureFormat, Viewport};
use media::encode::{
    ChunkEncoder, EncodeError, EncodeSettings, EncodedChunk, PictureFormat as EncoderInput,
};
use media::{Ffmpeg, FrameRate};
use protocol::FrameRange;
use protocol::page::RenderAsset;
use protocol::settings::LogLevel;
use std::time::Instant;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_util::sync::CancellationToken;

/// How many frames may wait for the encoder. Enough that neither side waits for a single slow frame of the other.
const FRAMES_AHEAD: usize = 8;

/// How often Chrome may crash at one frame.
const CRASHES_PER_FRAME: u32 = 2;

/// A captured frame on its way to the encoder.
enum Captured {
    Picture(Bytes),
    /// The same picture as before.
    Repeated,
}

pub(crate) async fn render(
    renderer: &mut Renderer,
    ffmpeg: &Ffmpeg,
    request: &ChunkRequest,
    events: &UnboundedSender<Event>,
    stop: &CancellationToken,
) -> Result<Chunk, ChunkError> {
    let began = Instant::now();
    check_range(request)?;
    // ffmpeg starts while the page is opened.
    let encoder = ChunkEncoder::start(
        ffmpeg,
        &settings(request)?,
        &request.destination,
        request.deadline,
    )?;
    let mut capture = Capture::new(renderer, request, events, began);
    let (frames, captured) = mpsc::channel(FRAMES_AHEAD);
    let encoding = encode(encoder, captured, events);
    tokio::pin!(encoding);
    let ended_early = tokio::select! {
        biased;
        // The encoder ends before its input does only if it fails.
        encoded = &mut encoding => Some(encoded?),
        captured = tokio::time::timeout_at(request.deadline.into(), capture.run(frames, stop)) => {
            captured.map_err(|_| ChunkError::Deadline { frames: capture.captured })??;
            None
        }
    };
    let video = match ended_early {
        Some(video) => video,
        None => encoding.await?,
    };
    Ok(capture.into_chunk(video))
}

fn check_range(request: &ChunkRequest) -> Result<(), PageError> {
    let last = request.composition.duration_in_frames.get() - 1;
    if request.frames.last() <= last {
        return Ok(());
    }
    Err(PageError::FrameOutside {
        composition: request.composition.id.clone(),
        frame: request.frames.last(),
        last,
    })
}

fn settings(request: &ChunkRequest) -> Result<EncodeSettings, ChunkError> {
    let rate = FrameRate::new(request.composition.fps / f64::from(request.every_nth_frame.get()))?;
    Ok(EncodeSettings {
        pictures: match request.pictures {
            Pictures::Jpeg(_) => EncoderInput::Jpeg,
            Pictures::Png => EncoderInput::Png,
        },
        crf: request.encoding.crf,
        preset: request.encoding.preset,
        colour_space: request.encoding.colour_space,
        ..EncodeSettings::new(rate)
    })
}

/// Hands frames to the encoder until there are no more, and tells how far it is.
async fn encode(
    mut encoder: ChunkEncoder,
    mut captured: mpsc::Receiver<Captured>,
    events: &UnboundedSender<Event>,
) -> Result<EncodedChunk, EncodeError> {
    let mut progress = encoder.progress();
    let telling = async {
        while progress.changed().await.is_ok() {
            let frames = u32::try_from(progress.borrow_and_update().frames).unwrap_or(u32::MAX);
            // Nobody may be listening any more.
            let _ = events.send(Event::FramesEncoded(frames));
        }
        std::future::pending().await
    };
    let encoding = async {
        while let Some(frame) = captured.recv().await {
            match frame {
                Captured::Picture(picture) => encoder.push(picture).await?,
                Captured::Repeated => encoder.repeat().await?,
            }
        }
        encoder.finish().await
    };
    tokio::select! {
        encoded = encoding => encoded,
        never = telling => never,
    }
}

/// The capturing half of a chunk.
struct Capture<'a> {
    renderer: &'a mut Renderer,
    request: &'a ChunkRequest,
    events: &'a UnboundedSender<Event>,
    began: Instant,
    /// `None` before the first frame, and after a page was given up.
    stage: Option<Stage>,
    last_picture: Option<Bytes>,
    last_frame: u32,
    captured: u32,
    sounds: Sounds,
    timings: Timings,
}

impl<'a> Capture<'a> {
    fn new(
        renderer: &'a mut Renderer,
        request: &'a ChunkRequest,
        events: &'a UnboundedSender<Event>,
        began: Instant,
    ) -> Self {
        let site = match &request.page.site {
            ServeUrl::Private { name, .. } => Some(name.clone()),
            ServeUrl::Public(_) => None,
        };
        Self {
            sounds: Sounds::new(site, renderer.port()),
            renderer,
            request,
            events,
            began,
            stage: None,
            last_picture: None,
            last_frame: request.frames.first(),
            captured: 0,
            timings: Timings::default(),
        }
    }

    /// Captures frame after frame, until the last or until `stop`.
    async fn run(
        &mut self,
        frames: mpsc::Sender<Captured>,
        stop: &CancellationToken,
    ) -> Result<(), PageError> {
        for frame in self.request.frames.frames(self.request.every_nth_frame) {
            let taken = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                taken = self.take(frame) => taken?,
            };
            let picture = self.keep(frame, taken);
            if frames.send(picture).await.is_err() {
                // The encoder failed, and says why.
                return Ok(());
            }
        }
        // The page is closed while the encoder works off what is left.
        self.stage = None;
        if self.captured == 0 {
            return Err(PageError::Stopped);
        }
        self.timings.last_frame = self.began.elapsed();
        Ok(())
    }

    /// Takes a frame, on a new page or in a new Chrome where that helps.
    async fn take(&mut self, frame: u32) -> Result<Taken, PageError> {
        let mut attempt = 1;
        let mut crashes = 0;
        loop {
            match self.try_take(frame, attempt).await {
                Ok(taken) => return Ok(taken),
                Err(NotTaken {
                    error: PageError::Crashed { reason, .. },
                    ..
                }) => {
                    self.stage = None;
                    self.renderer.end_chrome();
                    crashes += 1;
                    if crashes == CRASHES_PER_FRAME {
                        return Err(PageError::Crashed {
                            frame: Some(frame),
                            times: crashes,
                            reason,
                        });
                    }
                    tracing::warn!(frame, reason, "Chrome crashed; the frame is tried again");
                    self.tell(Event::ChromeRestarted { frame });
                }
                Err(NotTaken {
                    error,
                    retries_left: 0,
                }) => return Err(error),
                Err(NotTaken {
                    error,
                    retries_left,
                }) => {
                    tracing::info!(frame, retries_left, %error, "the frame is tried again on a new page");
                    self.stage = None;
                    attempt += 1;
                }
            }
        }
    }

    async fn try_take(&mut self, frame: u32, attempt: u32) -> Result<Taken, NotTaken> {
        let stage = match &mut self.stage {
            Some(stage) => stage,
            None => {
                let opened = self.open(frame, attempt).await;
                let stage = opened.map_err(|error| NotTaken {
                    error,
                    retries_left: 0,
                })?;
                self.stage.insert(stage)
            }
        };
        stage.take(frame, attempt).await
    }

    async fn open(&mut self, frame: u32, attempt: u32) -> Result<Stage, PageError> {
        let request = self.request;
        let role = PageRole {
            initial_frame: frame,
            attempt,
            video: true,
            sample_rate: request.sample_rate,
            port: self.renderer.port(),
        };
        let composition = &request.composition;
        let (width, height) = even_size(
            composition.width.get(),
            composition.height.get(),
            request.scale,
        );
        let look = Look {
            viewport: Viewport { width, height },
            scale: request.scale,
            format: match request.pictures {
                Pictures::Jpeg(quality) => PictureFormat::Jpeg(quality),
                Pictures::Png => PictureFormat::Png,
            },
            // The video has no alpha: what nobody paints is black in it.
            transparent: false,
        };
        let stage = self
            .renderer
            .stage(&request.page, composition, role, look, self.events)
            .await?;
        if self.captured == 0 {
            self.timings.page_ready = self.began.elapsed();
            self.tell(Event::PageReady(self.timings.page_ready));
        }
        Ok(stage)
    }

    fn keep(&mut self, frame: u32, taken: Taken) -> Captured {
        if self.captured == 0 {
            self.timings.first_frame = self.began.elapsed();
        }
        self.captured += 1;
        self.last_frame = frame;
        if self.request.sample_rate.is_some() {
            self.hear(frame, taken.assets);
        }
        self.tell(Event::FrameCaptured {
            frame,
            captured: self.captured,
        });
        if self.last_picture.as_ref() == Some(&taken.picture) {
            self.timings.repeated += 1;
            return Captured::Repeated;
        }
        self.last_picture = Some(taken.picture.clone());
        Captured::Picture(taken.picture)
    }

    fn hear(&mut self, frame: u32, assets: Vec<RenderAsset>) {
        for file in self.sounds.add(frame, assets) {
            self.tell(Event::Console(ConsoleLine {
                level: LogLevel::Warn,
                tag: None,
                text: format!(
                    "the composition emits the file `{file}`, which is not supported yet"
                ),
            }));
        }
    }

    fn tell(&self, event: Event) {
        // Nobody may be listening any more; rendering goes on.
        let _ = self.events.send(event);
    }

    fn into_chunk(mut self, video: EncodedChunk) -> Chunk {
        self.timings.encoded = self.began.elapsed();
        let first = self.request.frames.first();
        let frames = FrameRange::new(first, self.last_frame).unwrap_or(self.request.frames);
        let (audio, inline_audio) = self.sounds.into_parts();
        Chunk {
            frames,
            video,
            audio,
            inline_audio,
            timings: self.timings,
        }
    }
}
