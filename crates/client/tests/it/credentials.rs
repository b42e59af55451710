//! Roles that are assumed, and assumed again.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use client::credentials::{AssumeRoleError, AssumedRole, who_am_i};

use crate::service::{Answer, Seen, Service, To};

const ROLE: &str = "arn:aws:iam::123456789012:role/framewright-trigger-role";

/// Keys that are named by their number and live for `lifetime`.
fn keys(seen: &Seen, lifetime: Duration) -> Answer {
    let expiry = DateTime::from(SystemTime::now() + lifetime);
    let expiry = expiry.fmt(DateTimeFormat::DateTime).expect("a date");
    let number = seen.number;
    Answer::ok(format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{expiry}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

/// Whose key signed a request.
fn signer(seen: &Seen) -> String {
    let header = seen.headers["authorization"].to_str().expect("ASCII");
    let (_, rest) = header.split_once("Credential=").expect("a credential");
    rest.split('/').next().expect("a key").to_owned()
}

/// Three reads in a row as the role.
async fn three_reads(role: &AssumedRole) {
    let bucket = store::Bucket::new(store::s3_client(role.config()), "b");
    for _ in 0..3 {
        bucket.read("k", 10).await.expect("a document");
    }
}

#[tokio::test]
async fn a_role_is_assumed_once_for_as_long_as_its_keys_live() {
    let mut service = Service::start(|seen| match seen.to {
        To::Sts => keys(seen, Duration::from_secs(3600)),
        _ => Answer::ok("x"),
    })
    .await;
    let role = AssumedRole::assume(&service.config(), ROLE, "s", None).await;
    three_reads(&role.expect("assumed")).await;
    let seen = service.seen_all();
    assert_eq!(seen.iter().filter(|seen| seen.to == To::Sts).count(), 1);
    let reads = seen.iter().filter(|seen| seen.to == To::S3);
    assert!(reads.map(signer).all(|key| key == "ASIA0"));
}

#[tokio::test]
async fn keys_at_their_end_are_renewed() {
    let mut service = Service::start(|seen| match (seen.to, seen.number) {
        (To::Sts, 0) => keys(seen, Duration::ZERO),
        (To::Sts, _) => keys(seen, Duration::from_secs(3600)),
        _ => Answer::ok("x"),
    })
    .await;
    let role = AssumedRole::assume(&service.config(), ROLE, "s", None).await;
    three_reads(&role.expect("assumed")).await;
    let seen = service.seen_all();
    assert_eq!(seen.iter().filter(|seen| seen.to == To::Sts).count(), 2);
    let reads = seen.iter().filter(|seen| seen.to == To::S3);
    assert!(reads.map(signer).all(|key| key == "ASIA1"));
}

#[tokio::test]
async fn forgotten_keys_are_not_used_again() {
    let mut service = Service::start(|seen| match seen.to {
        To::Sts => keys(seen, Duration::from_secs(3600)),
        _ => Answer::ok("x"),
    })
    .await;
    let role = AssumedRole::assume(&service.config(), ROLE, "s", None).await;
    let role = role.expect("assumed");
    role.held().forget().await;
    three_reads(&role).await;
    assert!(
        service
            .seen(To::S3)
            .iter()
            .map(signer)
            .all(|key| key == "ASIA1")
    );
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_caller_is_refused_at_once() {
    let service = Service::start(|_| Answer::sts_error(403, "AccessDenied")).await;
    let refused = AssumedRole::assume(&service.config(), ROLE, "s", None).await;
    assert!(
        matches!(&refused, Err(AssumeRoleError::Denied { message, .. }) if message == "because"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_identity_is_what_sts_says() {
    let service = Service::start(|_| {
        Answer::ok(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn>\
             <UserId>u</UserId><Account>1</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>",
        )
    })
    .await;
    let identity = who_am_i(&service.config()).await.expect("an identity");
    assert_eq!(
        (identity.account.as_str(), identity.arn.as_str()),
        ("1", "arn:x")
    );
}
