//! What is said of a render whose function may not lead it to its end.

use protocol::progress::Progress;

use super::failure::{Failure, Place, Retry, to_error_info};
use crate::clock::now_unix_ms;
use crate::documents::{DocumentError, RenderDocuments};

/// Says in the progress document that the render has failed by `denial`, AWS's words with those of the call.
///
/// What the function's role may not do it may not do in a minute: nobody is to wait for another launch. A document that
/// may not be read is replaced. One that another launch writes meanwhile stays, and so does one that is over.
///
/// # Errors
/// [`DocumentError`] where the document cannot be written either.
pub(crate) async fn say(documents: &RenderDocuments, denial: &str) -> Result<(), DocumentError> {
    let key = documents.keys.progress();
    let now_unix_ms = now_unix_ms();
    match documents.progress().await {
        Ok(Some(stored)) => {
            let Some(ended) = ended(stored.document, denial, now_unix_ms) else {
                return Ok(());
            };
            documents
                .write_after(&key, Some(&stored.etag), &ended)
                .await?;
        }
        Ok(None) => {}
        Err(error) if error.is_denied() => {
            let initial = Progress::initial(now_unix_ms, now_unix_ms);
            if let Some(ended) = ended(initial, denial, now_unix_ms) {
                documents.write(&key, &ended).await?;
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The document of a render that ends by `denial`; nothing if it is over.
fn ended(mut progress: Progress, denial: &str, now_unix_ms: u64) -> Option<Progress> {
    if progress.is_over() {
        return None;
    }
    let failure = Failure::of_launch(denial, Retry::Never);
    let metadata = progress.render_metadata.as_ref();
    let place = Place {
        composition: metadata.map(|metadata| metadata.composition_id.as_str()),
        chunk: None,
        attempt: 1,
        total_attempts: 1,
        will_retry: false,
    };
    let info = to_error_info(&failure, place);
    progress.errors.push(info);
    progress.fatal_error_timestamp.get_or_insert(now_unix_ms);
    Some(progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_render_ends_once() {
        let denial = "User: u is not authorized to perform: s3:ListBucket";
        let once = ended(Progress::initial(1, 2), denial, 3).unwrap();
        let error = once.fatal_error().unwrap();
        assert_eq!(error.message, denial);
        assert_eq!(once.fatal_error_timestamp, Some(3));
        assert!(once.is_over());
        assert_eq!(ended(once, "another", 4), None);
    }
}
