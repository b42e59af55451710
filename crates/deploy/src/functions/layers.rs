//! Layers, each published once for each content.
//!
//! A layer's name tells its content, so that whether a content is there needs neither a list nor a description: the
//! first version of `framewright-chrome-0123456789ab` is it.

use aws_sdk_lambda::types::{Architecture, LayerVersionContentInput, Runtime};
use protocol::BucketName;

use super::code::{self, Place};
use super::package::Artifact;
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;

/// What the names of our layers begin with; policies match on it.
const PREFIX: &str = "framewright-";

/// Digits of the digest in a layer's name.
const DIGITS: usize = 12;

/// The ARN of the version that holds `layer`: one of those that the function has, one that is there, or a new one.
pub(super) async fn ensure(
    account: &Account,
    bucket: &BucketName,
    layer: &Artifact,
    present: &[String],
    changes: &mut Vec<Change>,
) -> Result<String, CallFailed> {
    let name = name(layer);
    let ours = present.iter().find(|arn| is_version_of(arn, &name));
    if let Some(arn) = ours {
        return Ok(arn.clone());
    }
    if let Some(arn) = existing(account, &name).await? {
        return Ok(arn);
    }
    let content = match code::bring(account, bucket, layer, changes).await? {
        Place::Inline(zip) => LayerVersionContentInput::builder().zip_file(zip),
        Place::Stored(bucket, key) => LayerVersionContentInput::builder()
            .s3_bucket(bucket)
            .s3_key(key),
    };
    let published = account
        .lambda
        .publish_layer_version()
        .layer_name(&name)
        .description(format!("Framewright: {} ({})", layer.name, layer.sha256()))
        .license_info("See framewright/licenses in the layer")
        .compatible_runtimes(Runtime::Providedal2023)
        .compatible_architectures(Architecture::X8664)
        .content(content.build());
    let published = published.send().await;
    let published = published.map_err(CallFailed::of(format!("publish the layer {name}")))?;
    changes.push(Change::new(format!("layer {name}"), "published"));
    Ok(published.layer_version_arn().unwrap_or_default().to_owned())
}

fn name(layer: &Artifact) -> String {
    let digest = layer.sha256();
    format!("{PREFIX}{}-{}", layer.name, &digest[..DIGITS])
}

fn is_version_of(arn: &str, name: &str) -> bool {
    arn.rsplit_once(':')
        .is_some_and(|(layer, _)| layer.ends_with(&format!(":layer:{name}")))
}

async fn existing(account: &Account, name: &str) -> Result<Option<String>, CallFailed> {
    let get = account.lambda.get_layer_version().layer_name(name);
    match get.version_number(1).send().await {
        Ok(found) => Ok(found.layer_version_arn().map(str::to_owned)),
        Err(error) if call::code(&error) == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(CallFailed::of(format!("look for the layer {name}"))(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_version_of;

    #[test]
    fn a_version_is_known_by_the_layers_name() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:layer:framewright-chrome-0123456789ab:4";
        assert!(is_version_of(arn, "framewright-chrome-0123456789ab"));
        assert!(!is_version_of(arn, "chrome-0123456789ab"));
        assert!(!is_version_of("no arn", "framewright-chrome-0123456789ab"));
    }
}
