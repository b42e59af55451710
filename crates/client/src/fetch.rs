//! Fetching what a render made.

use std::time::Duration;

use store::{Bucket, Download, DownloadError, StoreError};

use crate::output_file::SaveError;
use crate::{Client, OutputFile, OutputFileError, OutputLocation};

/// How long the URL of a download is good for; a broken one is taken up again by the same URL.
const URL_LIFETIME: Duration = Duration::from_secs(3600);

/// An output cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No URL can be signed.
    #[error(transparent)]
    Presign(StoreError),
    /// The output cannot be read.
    #[error("the output cannot be downloaded")]
    Download(#[source] DownloadError),
    /// The file cannot be written.
    #[error(transparent)]
    File(OutputFileError),
}

impl Client {
    /// A URL by which anyone may read an output until `expires_in` has passed.
    ///
    /// # Errors
    /// [`StoreError`] where nothing can be signed.
    pub async fn output_url(
        &self,
        output: &OutputLocation,
        expires_in: Duration,
    ) -> Result<String, StoreError> {
        let bucket = Bucket::new(self.bucket.client().clone(), &output.bucket);
        bucket.presign_get(&output.key, expires_in).await
    }

    /// Downloads an output through a presigned URL, and returns its size in bytes.
    ///
    /// `written` is told how many bytes there are so far. The file is whole or not there.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn fetch(
        &self,
        output: &OutputLocation,
        file: &OutputFile,
        written: impl FnMut(u64),
    ) -> Result<u64, FetchError> {
        let url = self.output_url(output, URL_LIFETIME).await;
        let url = url.map_err(FetchError::Presign)?;
        let download = Download::open(&url, self.bundle.as_ref())
            .await
            .map_err(FetchError::Download)?;
        let saved = file.save(download.into_stream(), written).await;
        saved.map_err(|error| match error {
            SaveError::Source(error) => FetchError::Download(error),
            SaveError::File(error) => FetchError::File(error),
        })
    }
}
