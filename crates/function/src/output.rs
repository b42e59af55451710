//! Where outputs go: beside the render's documents, to another bucket, or to another service that speaks S3.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use protocol::keys::RenderKeys;
use protocol::names::BUCKET_PREFIX;
use protocol::settings::{OutName, Privacy, S3OutputProvider};
use serde::{Deserialize, Serialize};
use store::{Bucket, OtherService};

use crate::invocation::Function;

/// A service that the output cannot be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderError {
    /// Its address is none.
    #[error("`{0}` is no address of an `s3OutputProvider`: an http(s) address is expected")]
    Endpoint(String),
    /// Half of a key.
    #[error("the `s3OutputProvider` needs both `accessKeyId` and `secretAccessKey`, or neither")]
    HalfKey,
}

/// Checks what can be checked of a place before anything starts.
///
/// # Errors
/// [`ProviderError`]
pub(crate) fn check(out_name: Option<&OutName>) -> Result<(), ProviderError> {
    let Some(provider) = provider(out_name) else {
        return Ok(());
    };
    let endpoint = &provider.endpoint;
    if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
        return Err(ProviderError::Endpoint(endpoint.clone()));
    }
    if provider.access_key_id.is_some() != provider.secret_access_key.is_some() {
        return Err(ProviderError::HalfKey);
    }
    Ok(())
}

/// The other service that is named, if one is.
pub(crate) fn provider(out_name: Option<&OutName>) -> Option<&S3OutputProvider> {
    match out_name? {
        OutName::Object {
            s3_output_provider, ..
        } => s3_output_provider.as_ref(),
        OutName::Name(_) => None,
    }
}

/// Bucket and key that `out_name` means in a render whose own bucket is `own`; `default` is the name of an output
/// that has none.
pub(crate) fn place(
    out_name: Option<&OutName>,
    own: &str,
    keys: &RenderKeys,
    default: &str,
) -> (String, String) {
    match out_name {
        Some(OutName::Object {
            bucket_name, key, ..
        }) => (bucket_name.clone(), key.clone()),
        Some(OutName::Name(name)) => (own.to_owned(), keys.output(name)),
        None => (own.to_owned(), keys.output(default)),
    }
}

/// The bucket `name` as this function may write `key` to it: its own as it is, another by its role, or another service's
/// by that service's keys. Another bucket may belong to another account, and be in another region.
pub(crate) async fn bucket(
    function: &Function,
    own: &Bucket,
    (name, key): (&str, &str),
    provider: Option<&S3OutputProvider>,
) -> Bucket {
    match provider {
        Some(provider) => store::bucket_elsewhere(&service(function, provider), name),
        None if name == own.name() => own.clone(),
        None => {
            let bucket = function.clients.bucket(&name.into(), None);
            Box::pin(bucket.in_its_region(key)).await
        }
    }
}

fn service(function: &Function, provider: &S3OutputProvider) -> OtherService {
    let keys = provider
        .access_key_id
        .as_ref()
        .zip(provider.secret_access_key.as_ref());
    OtherService {
        endpoint: provider.endpoint.clone(),
        region: provider.region.clone(),
        // Every service takes buckets in the path; in the host's name only those that have a name there.
        path_style: provider.force_path_style.unwrap_or(true),
        credentials: match keys {
            Some((id, secret)) => SharedCredentialsProvider::new(Credentials::new(
                id,
                secret,
                None,
                None,
                "S3OutputProvider",
            )),
            None => function.environment.credentials(),
        },
    }
}

/// The keys of another service.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceKeys {
    access_key_id: String,
    secret_access_key: String,
}

/// Takes the keys of another service out of a place.
pub(crate) fn take_keys(out_name: Option<&mut OutName>) -> Option<ServiceKeys> {
    let provider = provider_mut(out_name)?;
    let keys = provider
        .access_key_id
        .take()
        .zip(provider.secret_access_key.take());
    keys.map(|(access_key_id, secret_access_key)| ServiceKeys {
        access_key_id,
        secret_access_key,
    })
}

/// Puts the keys of another service back where [`take_keys`] took them from.
pub(crate) fn give_keys(out_name: Option<&mut OutName>, keys: ServiceKeys) {
    if let Some(provider) = provider_mut(out_name) {
        provider.access_key_id = Some(keys.access_key_id);
        provider.secret_access_key = Some(keys.secret_access_key);
    }
}

fn provider_mut(out_name: Option<&mut OutName>) -> Option<&mut S3OutputProvider> {
    match out_name? {
        OutName::Object {
            s3_output_provider, ..
        } => s3_output_provider.as_mut(),
        OutName::Name(_) => None,
    }
}

/// What progress documents show of a place: no keys.
pub(crate) fn without_keys(out_name: Option<&OutName>) -> Option<OutName> {
    let mut shown = out_name.cloned();
    // Dropped, and shown to nobody.
    let _keys = take_keys(shown.as_mut());
    shown
}

/// What to say of a name that was probably meant as something else: a bucket, of which only the object form tells.
pub(crate) fn taken_for_a_key(out_name: Option<&OutName>) -> Option<String> {
    let Some(OutName::Name(name)) = out_name else {
        return None;
    };
    let (first, rest) = name.split_once('/')?;
    Some(format!(
        "`outName` \"{name}\" is a key below the render's folder. If `{first}` was meant as a bucket, pass \
         {{bucketName: \"{first}\", key: \"{rest}\"}}, and let the function's role put objects there"
    ))
}

/// What to say of outputs that clients ask to be public, as theirs do by default, where they are private.
pub(crate) fn is_not_public(
    privacy: Privacy,
    public_outputs: bool,
    bucket: &str,
) -> Option<&'static str> {
    let asked = privacy == Privacy::Public;
    (asked && !public_outputs && bucket.starts_with(BUCKET_PREFIX)).then_some(
        "`privacy` is `public`, but the bucket is private and the output with it: its plain address (`outputFile`) \
         answers 403. Fetch it by a presigned URL (`presignUrl`, `downloadMedia`), or deploy in public mode (`--public`)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(provider: &str) -> OutName {
        let json = format!(r#"{{"bucketName":"b","key":"k.mp4","s3OutputProvider":{provider}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_provider_has_an_address_and_a_whole_key() {
        let check = |provider| check(Some(&object(provider)));
        assert_eq!(check(r#"{"endpoint":"https://e"}"#), Ok(()));
        assert!(matches!(
            check(r#"{"endpoint":"e"}"#),
            Err(ProviderError::Endpoint(_))
        ));
        assert_eq!(
            check(r#"{"endpoint":"https://e","accessKeyId":"id"}"#),
            Err(ProviderError::HalfKey)
        );
    }

    #[test]
    fn progress_shows_no_keys() {
        let name = object(r#"{"endpoint":"https://e","accessKeyId":"id","secretAccessKey":"s"}"#);
        let shown = serde_json::to_string(&without_keys(Some(&name))).unwrap();
        assert!(shown.contains("https://e") && !shown.contains("\"s\"") && !shown.contains("id\""));
    }

    #[test]
    fn keys_that_are_taken_out_can_be_given_back() {
        let whole = object(r#"{"endpoint":"https://e","accessKeyId":"id","secretAccessKey":"s"}"#);
        let mut name = whole.clone();
        let keys = take_keys(Some(&mut name)).unwrap();
        assert_eq!(Some(&name), without_keys(Some(&whole)).as_ref());
        assert!(take_keys(Some(&mut name)).is_none());
        give_keys(Some(&mut name), keys);
        assert_eq!(name, whole);
    }

    #[test]
    fn a_name_that_looks_like_a_bucket_is_told_about() {
        let told = |name: &str| taken_for_a_key(Some(&OutName::Name(name.to_owned())));
        let text = told("transfer-to-this-bucket/film.mp4").unwrap();
        assert!(text.contains(r#"bucketName: "transfer-to-this-bucket", key: "film.mp4""#));
        assert_eq!(told("film.mp4"), None);
    }

    #[test]
    fn only_who_asks_for_public_outputs_of_a_private_bucket_is_warned() {
        let bucket = "remotionlambda-useast1-abc";
        assert!(is_not_public(Privacy::Public, false, bucket).is_some());
        assert!(is_not_public(Privacy::Private, false, bucket).is_none());
        assert!(is_not_public(Privacy::NoAcl, false, bucket).is_none());
        assert!(is_not_public(Privacy::Public, true, bucket).is_none());
        assert!(is_not_public(Privacy::Public, false, "somewhere").is_none());
    }
}
