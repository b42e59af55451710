//! Uploading bytes while they are made.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::oneshot;

use super::UploadError;

/// Why what was made is not there.
#[derive(Debug)]
pub enum NotStored<E> {
    /// It was not made to its end.
    Making(E),
    /// S3 did not take it.
    Upload(UploadError),
}

/// Uploads `bytes` while `making` makes them. The upload cannot complete before it is known that all of them came: its
/// stream ends in an error unless `making` succeeds.
///
/// `making` must end when nobody takes the bytes any more.
///
/// # Errors
/// [`NotStored`], with what came first.
pub async fn upload_while<'a, T, E, U, F>(
    making: impl Future<Output = Result<T, E>>,
    bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'a,
    upload: impl FnOnce(BoxStream<'a, io::Result<Bytes>>) -> F,
) -> Result<(U, T), NotStored<E>>
where
    F: Future<Output = Result<U, UploadError>>,
{
    let (tell, told) = oneshot::channel();
    let end = stream::once(async move {
        match told.await {
            Ok(true) => Ok(Bytes::new()),
            Ok(false) | Err(_) => Err(io::Error::other("the bytes broke off")),
        }
    });
    let making = async move {
        let made = making.await;
        // An upload that was refused waits for nothing more.
        let _waiting = tell.send(made.is_ok());
        made
    };
    match tokio::join!(upload(bytes.chain(end).boxed()), making) {
        (Ok(stored), Ok(made)) => Ok((stored, made)),
        (Ok(_) | Err(UploadError::Source(_)), Err(error)) => Err(NotStored::Making(error)),
        (Err(error), _) => Err(NotStored::Upload(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn taken(bytes: BoxStream<'_, io::Result<Bytes>>) -> Result<Vec<u8>, UploadError> {
        let pieces: Vec<_> = bytes.collect().await;
        let whole: io::Result<Vec<Bytes>> = pieces.into_iter().collect();
        whole
            .map(|pieces| pieces.concat())
            .map_err(|error| UploadError::Source(error.into()))
    }

    fn pieces() -> impl Stream<Item = io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))])
    }

    #[tokio::test]
    async fn what_is_made_to_its_end_is_stored() {
        let stored = upload_while(async { Ok::<_, ()>(7) }, pieces(), taken).await;
        let (stored, made) = stored.expect("it was made");
        assert_eq!((&stored[..], made), (&b"abc"[..], 7));
    }

    #[tokio::test]
    async fn what_breaks_off_is_not_stored_and_the_first_failure_is_told() {
        let broken = upload_while(async { Err::<(), _>("broken") }, pieces(), taken).await;
        assert!(matches!(broken, Err(NotStored::Making("broken"))));
        let refusing = |bytes| async move {
            drop(bytes);
            Err::<(), _>(UploadError::TooLarge)
        };
        let refused = upload_while(async { Err::<(), _>("unread") }, pieces(), refusing).await;
        assert!(matches!(
            refused,
            Err(NotStored::Upload(UploadError::TooLarge))
        ));
    }
}
