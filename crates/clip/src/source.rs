//! The source of a clip, made readable to ffmpeg.

use media::Location;
use protocol::payload::ClipSource;
use store::{Bucket, ByteRange, ErrorKind, RangeProxy, RemoteRules};

use crate::error::ClipError;

/// A source that is there and may be read, behind a proxy that serves as long as this value lives.
#[derive(Debug)]
pub(crate) struct Readable {
    pub(crate) location: Location,
    proxy: RangeProxy,
}

impl Readable {
    /// Asks the source for its first byte: what is wrong with it is then told by S3, or its host, and not by ffmpeg.
    /// `rules` say which hosts are asked.
    ///
    /// # Errors
    /// [`ClipError::Object`], [`ClipError::Remote`], [`ClipError::Empty`], [`ClipError::Proxy`].
    pub(crate) async fn open(
        source: &ClipSource,
        bucket: impl Fn(&str) -> Bucket,
        rules: RemoteRules,
    ) -> Result<Self, ClipError> {
        let proxy = RangeProxy::start(rules).await.map_err(ClipError::Proxy)?;
        let url = match source {
            ClipSource::Object(object) => {
                let bucket = bucket(&object.bucket);
                let first = bucket
                    .get_range(&object.key, ByteRange::Between(0, 0))
                    .await;
                match first {
                    Err(error) if *error.kind() == ErrorKind::Range => {
                        return Err(ClipError::Empty);
                    }
                    first => first.map(drop).map_err(ClipError::Object)?,
                }
                proxy.object_url(&bucket, &object.key)
            }
            ClipSource::Url(url) => {
                let size = proxy.look(url).await.map_err(ClipError::Remote)?;
                if size == Some(0) {
                    return Err(ClipError::Empty);
                }
                proxy.remote_url(url).map_err(ClipError::Remote)?
            }
        };
        let location = Location::loopback_url(url);
        let location = location.map_err(|error| ClipError::Proxy(std::io::Error::other(error)))?;
        Ok(Self { location, proxy })
    }

    /// The error that explains `error`, where the proxy had to refuse ffmpeg something.
    pub(crate) fn explained(&self, error: media::cut::CutError) -> ClipError {
        match self.proxy.last_refusal() {
            Some(why) if error.run().is_some() => ClipError::Broken {
                why,
                source: Box::new(error),
            },
            _ => ClipError::Cut(Box::new(error)),
        }
    }
}
