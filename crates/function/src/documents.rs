//! The documents of a render, typed.

use protocol::RenderId;
use protocol::keys::RenderKeys;
use protocol::progress::Progress;
use protocol::state::{Heartbeat, Lease, Manifest, Plan, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Bucket, Conditional, ETag, PutOptions, StoreError};

use crate::output;

/// No document is larger: plans hold props of a few megabytes, manifests what is heard in 600 frames.
const MAX_DOCUMENT_BYTES: u64 = 64 << 20;

/// The documents of one render.
#[derive(Debug, Clone)]
pub(crate) struct RenderDocuments {
    pub(crate) bucket: Bucket,
    pub(crate) keys: RenderKeys,
}

/// A document could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// S3 did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not what should be there.
    #[error("`{key}` cannot be read")]
    Malformed {
        /// Its key.
        key: String,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl DocumentError {
    /// Whether the function's role may not do this.
    pub(crate) fn is_denied(&self) -> bool {
        match self {
            Self::Store(error) => error.is_denied(),
            Self::Malformed { .. } => false,
        }
    }

    /// Whether the same call may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Malformed { .. } => false,
        }
    }
}

/// A document and the version that it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Versioned<T> {
    pub(crate) document: T,
    pub(crate) etag: ETag,
}

impl RenderDocuments {
    pub(crate) fn new(bucket: Bucket, render_id: &RenderId) -> Self {
        Self {
            bucket,
            keys: RenderKeys::new(render_id),
        }
    }

    /// The request, with the keys of another service where the output goes to one.
    pub(crate) async fn request(&self) -> Result<Option<Request>, DocumentError> {
        let stored = read::<Request>(&self.bucket, &self.keys.request()).await?;
        let Some(mut request) = stored.map(|stored| stored.document) else {
            return Ok(None);
        };
        // They are gone when the render is over, and nobody needs them then.
        if request.keys_apart
            && let Some(keys) = read(&self.bucket, &self.keys.output_keys()).await?
        {
            output::give_keys(request.start.out_name.as_mut(), keys.document);
        }
        Ok(Some(request))
    }

    pub(crate) async fn plan(&self) -> Result<Option<Plan>, DocumentError> {
        Ok(read(&self.bucket, &self.keys.plan())
            .await?
            .map(|stored| stored.document))
    }

    pub(crate) async fn lease(&self) -> Result<Option<Versioned<Lease>>, DocumentError> {
        read(&self.bucket, &self.keys.lease()).await
    }

    pub(crate) async fn progress(&self) -> Result<Option<Versioned<Progress>>, DocumentError> {
        read(&self.bucket, &self.keys.progress()).await
    }

    pub(crate) async fn manifest(&self, key: &str) -> Result<Option<Manifest>, DocumentError> {
        Ok(read(&self.bucket, key).await?.map(|stored| stored.document))
    }

    pub(crate) async fn heartbeat(&self, key: &str) -> Result<Option<Heartbeat>, DocumentError> {
        Ok(read(&self.bucket, key).await?.map(|stored| stored.document))
    }

    /// Writes a document, whatever was there.
    pub(crate) async fn write<T: Serialize>(
        &self,
        key: &str,
        document: &T,
    ) -> Result<ETag, DocumentError> {
        let json = encode(key, document)?;
        Ok(Box::pin(self.bucket.put(key, json, &PutOptions::json())).await?)
    }

    /// Writes a document unless there is one.
    pub(crate) async fn write_once<T: Serialize>(
        &self,
        key: &str,
        document: &T,
    ) -> Result<Conditional, DocumentError> {
        let json = encode(key, document)?;
        Ok(Box::pin(self.bucket.put_if_absent(key, json, &PutOptions::json())).await?)
    }

    /// Writes a document if what is there still is `previous`, or, without one, if nothing is.
    pub(crate) async fn write_after<T: Serialize>(
        &self,
        key: &str,
        previous: Option<&ETag>,
        document: &T,
    ) -> Result<Conditional, DocumentError> {
        let Some(previous) = previous else {
            return self.write_once(key, document).await;
        };
        let json = encode(key, document)?;
        Ok(Box::pin(
            self.bucket
                .put_if_match(key, previous, json, &PutOptions::json()),
        )
        .await?)
    }
}

/// Reads a document; `None` where there is none.
pub(crate) async fn read<T: DeserializeOwned>(
    bucket: &Bucket,
    key: &str,
) -> Result<Option<Versioned<T>>, DocumentError> {
    // Calls of the SDK are large futures: boxed here, they are small in all that awaits them.
    let stored = match Box::pin(bucket.read(key, MAX_DOCUMENT_BYTES)).await {
        Ok(stored) => stored,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let document =
        serde_json::from_slice(&stored.bytes).map_err(|source| DocumentError::Malformed {
            key: key.to_owned(),
            source,
        })?;
    Ok(Some(Versioned {
        document,
        etag: stored.etag,
    }))
}

fn encode<T: Serialize>(key: &str, document: &T) -> Result<Vec<u8>, DocumentError> {
    serde_json::to_vec(document).map_err(|source| DocumentError::Malformed {
        key: key.to_owned(),
        source,
    })
}
