//! The bucket of a render whose client names none.

use protocol::BucketName;
use protocol::names::BUCKET_PREFIX;

use crate::invocation::Function;

/// There is no bucket to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BucketError {
    /// The account has none for renders in this region.
    #[error(
        "no bucket whose name begins with `{0}` exists: create one, or name the bucket of the render (`forceBucketName`)"
    )]
    None(String),
    /// The account has more than one.
    #[error("more than one bucket could be meant ({}): name the bucket of the render (`forceBucketName`)", .0.join(", "))]
    Several(Vec<String>),
    /// They cannot be listed.
    #[error(
        "the function cannot find out its bucket, since it may not list buckets: name the bucket of the render (`forceBucketName`)"
    )]
    Unlisted(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The bucket that the client names, or else the only one of the account for renders in this region.
///
/// # Errors
/// [`BucketError`]
pub(crate) async fn render_bucket(
    function: &Function,
    named: Option<&str>,
) -> Result<BucketName, BucketError> {
    if let Some(name) = named {
        return Ok(name.into());
    }
    let prefix = format!(
        "{BUCKET_PREFIX}{}-",
        function.environment.region.replace('-', "")
    );
    let any = function.clients.bucket(&prefix.as_str().into(), None);
    let listed = Box::pin(any.client().list_buckets().send()).await;
    let listed = listed.map_err(|error| BucketError::Unlisted(error.into()))?;
    let mut names: Vec<String> = listed
        .buckets()
        .iter()
        .filter_map(|bucket| bucket.name())
        .filter(|name| name.starts_with(&prefix))
        .map(str::to_owned)
        .collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => Err(BucketError::None(prefix)),
        (Some(only), true) => Ok(only.as_str().into()),
        (Some(last), false) => {
            names.push(last);
            Err(BucketError::Several(names))
        }
    }
}
