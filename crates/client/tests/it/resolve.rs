//! Credentials and region as the environment says.

use aws_credential_types::provider::ProvideCredentials as _;
use client::credentials::{ResolveError, Wish, resolve};
use client::env::{self, Environment};

fn key() -> Environment {
    Environment::of([
        (env::REMOTION_AWS_ACCESS_KEY_ID, "AKIAREMOTION"),
        (env::REMOTION_AWS_SECRET_ACCESS_KEY, "s"),
        (env::AWS_ACCESS_KEY_ID, "AKIAOTHER"),
        (env::AWS_SECRET_ACCESS_KEY, "s"),
        (env::AWS_REGION, "eu-west-1"),
    ])
}

#[tokio::test]
async fn what_is_asked_for_comes_before_the_environment() {
    let wish = Wish {
        region: Some("eu-central-1".into()),
        fallback_region: Some("us-west-2".into()),
        ..Wish::default()
    };
    let resolved = resolve(&key(), &wish).await.expect("a key and a region");
    assert_eq!(resolved.region, "eu-central-1");
    let resolved = resolve(&key(), &Wish::default()).await.expect("a region");
    assert_eq!(resolved.region, "eu-west-1");
    assert_eq!(resolved.shadowed.len(), 1);
    let provider = resolved.config.credentials_provider().expect("credentials");
    let credentials = provider.provide_credentials().await.expect("a key");
    assert_eq!(credentials.access_key_id(), "AKIAREMOTION");
}

#[tokio::test]
async fn a_bundle_that_cannot_be_used_is_named() {
    let environment = Environment::of([
        (env::AWS_REGION, "eu-west-1"),
        (env::AWS_CA_BUNDLE, "/nowhere/ca.pem"),
    ]);
    let refused = resolve(&environment, &Wish::default()).await;
    assert!(
        matches!(&refused, Err(ResolveError::CaBundle { path, .. }) if path == "/nowhere/ca.pem"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_profile_that_no_file_has_is_named() {
    let environment = Environment::of([(env::REMOTION_AWS_PROFILE, "no-such-profile")]);
    let refused = resolve(&environment, &Wish::default()).await;
    let text = refused.expect_err("no profile").to_string();
    assert!(
        text.starts_with("there is no profile `no-such-profile` (REMOTION_AWS_PROFILE)"),
        "{text}"
    );
}
