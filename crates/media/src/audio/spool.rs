//! Decoded sound that waits on disk.

use crate::audio::decode::Decoder;
use crate::audio::error::AudioError;
use crate::audio::pcm::{SAMPLE_BYTES, fill};
use std::io::SeekFrom;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// Bytes carried to disk at a time.
const BUFFER: usize = 256 * 1024;

/// A file of samples, gone with the value.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
}

/// Reads a [`Spool`], which stays as long as anybody reads it.
#[derive(Debug)]
pub(super) struct SpoolReader {
    file: File,
    _spool: Arc<Spool>,
}

impl Spool {
    /// Writes the first `samples` samples of `decoder` to a new file at `path`, or all there are.
    pub(super) async fn fill(
        mut decoder: Decoder,
        samples: u64,
        path: PathBuf,
    ) -> Result<Arc<Self>, AudioError> {
        let mut file = File::create(&path).await.map_err(AudioError::Scratch)?;
        let spool = Arc::new(Self { path });
        let mut buffer = vec![0; BUFFER];
        let mut left = samples * SAMPLE_BYTES;
        while left > 0 {
            let wanted = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            let filled = decoder.read(&mut buffer[..wanted]).await?;
            file.write_all(&buffer[..filled])
                .await
                .map_err(AudioError::Scratch)?;
            if filled < wanted {
                break;
            }
            left -= filled as u64;
        }
        file.flush().await.map_err(AudioError::Scratch)?;
        decoder.stop().await;
        Ok(spool)
    }

    /// Reads from sample `sample` on.
    pub(super) async fn read_from(
        self: &Arc<Self>,
        sample: u64,
    ) -> Result<SpoolReader, AudioError> {
        let mut file = File::open(&self.path).await.map_err(AudioError::Scratch)?;
        file.seek(SeekFrom::Start(sample * SAMPLE_BYTES))
            .await
            .map_err(AudioError::Scratch)?;
        Ok(SpoolReader {
            file,
            _spool: Arc::clone(self),
        })
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "decoded sound stays on disk");
        }
    }
}

impl SpoolReader {
    /// Fills `buffer` as far as there is sound; after less there is no more.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, AudioError> {
        fill(&mut self.file, buffer)
            .await
            .map_err(AudioError::Scratch)
    }
}
