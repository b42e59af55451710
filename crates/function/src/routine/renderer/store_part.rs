//! The objects of a part, and last its manifest.

use std::io;
use std::path::PathBuf;

use ::renderer::InlineAudio;
use futures_util::StreamExt as _;
use protocol::audio::ChunkAudio;
use protocol::frames::FrameRange;
use protocol::message::ChunkComplete;
use protocol::payload::Renderer;
use protocol::state::{Manifest, Object, Pcm};
use store::{Conditional, PutOptions, StoreError, UploadError};
use tokio_util::io::ReaderStream;

use crate::documents::{DocumentError, RenderDocuments};
use crate::fault::{self, Point};
use crate::launch::failure::{Failure, Retry};
use crate::log_lines;
use crate::rendering::momentary;

/// How much of the video is read at once.
const READ_BYTES: usize = 1 << 20;

/// A part could not be stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum StorePartError {
    /// The video on disk.
    #[error("the video cannot be read")]
    Read(#[source] io::Error),
    /// The video in the bucket.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// The samples.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manifest.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Another attempt's manifest was there and is gone.
    #[error("the manifest of another attempt vanished")]
    Vanished,
}

impl StorePartError {
    /// What becomes of the attempt: it is made again, unless the function's role may not store parts.
    pub(super) fn failure(&self) -> Failure {
        let is_denied = match self {
            Self::Upload(UploadError::Store(error)) | Self::Store(error) => error.is_denied(),
            Self::Document(error) => error.is_denied(),
            Self::Upload(_) | Self::Read(_) | Self::Vanished => false,
        };
        if is_denied {
            Failure::of_launch(log_lines::chain(self), Retry::Never)
        } else {
            momentary(self)
        }
    }
}

/// A part that is made and not yet stored.
#[derive(Debug)]
pub(super) struct MadePart {
    /// The file of its video.
    pub(super) video: PathBuf,
    pub(super) frames: FrameRange,
    pub(super) audio: ChunkAudio,
    pub(super) inline_audio: Option<InlineAudio>,
    pub(super) started_at_unix_ms: u64,
    pub(super) rendered_at_unix_ms: u64,
}

/// Stores a part. Where another attempt was faster its part stands, and this one's objects go with the render's chunks.
pub(super) async fn store(
    documents: &RenderDocuments,
    payload: &Renderer,
    made: MadePart,
) -> Result<ChunkComplete, StorePartError> {
    let object = |name| {
        documents
            .keys
            .chunk_object(payload.chunk, payload.attempt, name)
    };
    let (video_key, pcm_key) = (object("video.mp4"), object("inline.pcm"));
    let file = tokio::fs::File::open(&made.video)
        .await
        .map_err(StorePartError::Read)?;
    let bytes = ReaderStream::with_capacity(file, READ_BYTES).boxed();
    let options = PutOptions::content_type("video/mp4");
    let video = Box::pin(documents.bucket.upload(&video_key, bytes, &options)).await?;
    fault::point(Point::BetweenObjects, payload.attempt.0 == 1);
    let pcm = match made.inline_audio {
        None => None,
        Some(inline) => {
            let size = inline.pcm.len() as u64;
            let options = PutOptions::content_type("application/octet-stream");
            Box::pin(documents.bucket.put(&pcm_key, inline.pcm, &options)).await?;
            Some(Pcm {
                object: Object { key: pcm_key, size },
                spans: inline.spans,
            })
        }
    };
    let manifest = Manifest {
        chunk: payload.chunk,
        part: payload.part,
        attempt: payload.attempt,
        frames: made.frames,
        video: Object {
            key: video_key,
            size: video.size,
        },
        audio: made.audio,
        pcm,
        started_at_unix_ms: made.started_at_unix_ms,
        rendered_at_unix_ms: made.rendered_at_unix_ms,
    };
    let key = documents.keys.manifest(payload.chunk, payload.part);
    match documents.write_once(&key, &manifest).await? {
        Conditional::Written(_) => Ok(complete(&manifest)),
        Conditional::Refused => {
            let stands = documents
                .manifest(&key)
                .await?
                .ok_or(StorePartError::Vanished)?;
            Ok(complete(&stands))
        }
    }
}

/// What a stored part is told as.
pub(super) fn complete(manifest: &Manifest) -> ChunkComplete {
    ChunkComplete {
        start: manifest.started_at_unix_ms,
        rendered: manifest.rendered_at_unix_ms,
        frames: manifest.frames,
        bytes: manifest.video.size,
    }
}
