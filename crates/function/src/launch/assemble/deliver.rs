//! The output on its way to where it is stored.

use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use media::output::{AssembleError, Assembled};
use protocol::state::{OutputPlan, Plan};
use store::{Bucket, Conditional, NotStored, PutOptions, UploadError, Uploaded, upload_while};
use tokio::io::DuplexStream;
use tokio_util::io::ReaderStream;

use super::super::failure::{Failure, Retry};
use super::super::hands::Hands;
use crate::output;
use crate::rendering::{momentary, not_stored, unreadable};

/// How much of the output is read at once.
const READ_BYTES: usize = 1 << 20;

/// Stores the file, and returns its size.
pub(super) async fn file(hands: &Hands, plan: &Plan, file: &Path) -> Result<u64, Failure> {
    let open = tokio::fs::File::open(file)
        .await
        .map_err(|error| momentary(&error))?;
    let size = open
        .metadata()
        .await
        .map_err(|error| momentary(&error))?
        .len();
    let destination = Destination::of(hands, &plan.output).await?;
    let bytes = ReaderStream::with_capacity(open, READ_BYTES).boxed();
    let stored = destination.upload(bytes).await;
    destination
        .settle(stored.map_err(|error| not_stored(&error))?, size)
        .await
}

/// Stores what `making` writes into the other end of `made`, and returns its size.
pub(super) async fn made(
    hands: &Hands,
    plan: &Plan,
    made: DuplexStream,
    making: impl Future<Output = Result<Assembled, AssembleError>>,
) -> Result<u64, Failure> {
    let destination = Destination::of(hands, &plan.output).await?;
    let bytes = ReaderStream::with_capacity(made, READ_BYTES);
    let stored = upload_while(making, bytes, |bytes| destination.upload(bytes)).await;
    let (stored, assembled) = stored.map_err(|error| match error {
        NotStored::Making(error) => momentary(&error),
        NotStored::Upload(error) => not_stored(&error),
    })?;
    destination.settle(stored, assembled.bytes).await
}

/// Where the output goes, and what is said of it there.
struct Destination<'a> {
    bucket: Bucket,
    output: &'a OutputPlan,
    options: PutOptions,
}

impl<'a> Destination<'a> {
    /// The keys of another service are in the request alone.
    async fn of(hands: &Hands, output: &'a OutputPlan) -> Result<Self, Failure> {
        let request = if output.elsewhere {
            let request = hands.documents.request().await;
            request.map_err(|error| unreadable(&error))?
        } else {
            None
        };
        let out_name = request.and_then(|request| request.start.out_name);
        let provider = output::provider(out_name.as_ref());
        let own = &hands.documents.bucket;
        let place = (output.bucket.as_str(), output.key.as_str());
        Ok(Self {
            bucket: output::bucket(&hands.function, own, place, provider).await,
            output,
            options: PutOptions {
                content_type: Some("video/mp4".to_owned()),
                content_disposition: output.download_behavior.content_disposition(),
                storage_class: output.storage_class.clone(),
                ..PutOptions::default()
            },
        })
    }

    async fn upload(
        &self,
        bytes: BoxStream<'_, io::Result<Bytes>>,
    ) -> Result<Conditional<Uploaded>, UploadError> {
        let (bucket, key, options) = (&self.bucket, &self.output.key, &self.options);
        if self.output.overwrite {
            let upload = bucket.upload(key, bytes, options).boxed();
            return upload.await.map(Conditional::Written);
        }
        bucket.upload_if_absent(key, bytes, options).boxed().await
    }

    /// The planning saw that nothing was there. What is there now, and of equal size, was stored by a launch of this
    /// render that died before it could say so.
    async fn settle(&self, stored: Conditional<Uploaded>, size: u64) -> Result<u64, Failure> {
        let Conditional::Refused = stored else {
            return Ok(size);
        };
        let (bucket, key) = (&self.bucket, &self.output.key);
        match Box::pin(bucket.head(key)).await {
            Ok(head) if head.size == size => Ok(size),
            Ok(_) => Err(Failure::of_launch(
                format!(
                    "output file `{key}` in bucket `{}` was written by somebody else meanwhile",
                    bucket.name()
                ),
                Retry::Never,
            )),
            Err(error) if error.is_denied() => Err(Failure::of_launch(
                format!(
                    "output file `{key}` in bucket `{}` exists already, and the function's role may not see whether \
                     this render wrote it; set `overwrite` to replace it",
                    bucket.name()
                ),
                Retry::Never,
            )),
            Err(error) => Err(momentary(&error)),
        }
    }
}
