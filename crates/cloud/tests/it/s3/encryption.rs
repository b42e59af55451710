//! Objects that a KMS key encrypts: who may use the key is decided, and nothing is encrypted.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    CompletedMultipartUpload, CompletedPart, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use cloud::{EventQuery, Outcome};
use serde_json::json;

use super::{BUCKET, put, s3_as, with_bucket};
use crate::harness::{TestCloud, refusal};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const OTHER_KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/other";

const THROUGH_S3: &str = "s3.us-east-1.amazonaws.com";

/// S3 as a user sees it who may do everything with objects, and these `actions` with `key` through `service`.
async fn user(cloud: &TestCloud, name: &str, actions: &[&str], key: &str, service: &str) -> Client {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
            {
                "Effect": "Allow",
                "Action": actions,
                "Resource": key,
                "Condition": { "StringEquals": { "kms:ViaService": service } },
            },
        ],
    });
    s3_as(cloud, cloud.user(name, &policy.to_string()).await)
}

/// Sets the key of new objects in [`BUCKET`].
async fn set_default(s3: &Client, algorithm: ServerSideEncryption, key: Option<&str>) {
    refused_default(s3, algorithm, key).await.unwrap();
}

/// The same, where it may be refused; with what code and message.
async fn refused_default(
    s3: &Client,
    algorithm: ServerSideEncryption,
    key: Option<&str>,
) -> Result<(), (String, String)> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(algorithm)
        .set_kms_master_key_id(key.map(str::to_owned))
        .build()
        .unwrap();
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(true);
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    let put = s3.put_bucket_encryption().bucket(BUCKET);
    let put = put.server_side_encryption_configuration(configuration.build().unwrap());
    match put.send().await {
        Ok(_) => Ok(()),
        failed => Err(refusal(failed)),
    }
}

async fn put_encrypted(s3: &Client, key: &str) -> Result<(), (String, String)> {
    let put = s3.put_object().bucket(BUCKET).key("k");
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    match put.ssekms_key_id(key).send().await {
        Ok(_) => Ok(()),
        failed => Err(refusal(failed)),
    }
}

/// A denial by a key's side, which S3 does not name.
#[track_caller]
fn is_denied_by_key((code, message): &(String, String), action: &str) {
    assert_eq!(code, "AccessDenied");
    let named = format!("not authorized to perform: {action} on this resource");
    assert!(message.contains(&named), "{message}");
}

#[tokio::test]
async fn a_write_that_names_a_key_needs_the_key() {
    let (cloud, root) = with_bucket().await;
    let may = ["kms:GenerateDataKey"];
    let elsewhere = "secretsmanager.us-east-1.amazonaws.com";
    let denied = user(&cloud, "denied", &may, KEY, elsewhere).await;
    let told = put_encrypted(&denied, KEY).await.unwrap_err();
    is_denied_by_key(&told, "kms:GenerateDataKey");
    let allowed = user(&cloud, "allowed", &may, KEY, THROUGH_S3).await;
    put_encrypted(&allowed, KEY).await.unwrap();
    let told = put_encrypted(&allowed, OTHER_KEY).await.unwrap_err();
    is_denied_by_key(&told, "kms:GenerateDataKey");

    let head = root.head_object().bucket(BUCKET).key("k").send().await;
    let head = head.unwrap();
    assert_eq!(head.ssekms_key_id(), Some(KEY));
    assert_eq!(
        head.server_side_encryption(),
        Some(&ServerSideEncryption::AwsKms)
    );
    let events = cloud.administrator().events(&EventQuery::default()).await;
    let events = events.unwrap().into_iter();
    let decisions = events.flat_map(|event| event.decisions);
    let mut of_key = decisions.filter(|one| one.resource == KEY && one.action == may[0]);
    assert!(of_key.any(|one| one.outcome == Outcome::Allowed));
}

#[tokio::test]
async fn a_bucket_gives_new_objects_its_key() {
    let (cloud, root) = with_bucket().await;
    put(&root, "before", b"plain").await;
    set_default(&root, ServerSideEncryption::AwsKms, Some(KEY)).await;
    put(&root, "after", b"opened by a key").await;

    let reader = user(&cloud, "reader", &["kms:Decrypt"], KEY, THROUGH_S3).await;
    let stranger = user(&cloud, "stranger", &["kms:Decrypt"], OTHER_KEY, THROUGH_S3).await;
    let get = |s3: &Client, key: &str| s3.get_object().bucket(BUCKET).key(key).send();
    let read = get(&reader, "after").await.unwrap();
    assert_eq!(read.ssekms_key_id(), Some(KEY));
    let bytes = read.body.collect().await.unwrap().into_bytes();
    assert_eq!(bytes, b"opened by a key".as_slice());
    is_denied_by_key(&refusal(get(&stranger, "after").await), "kms:Decrypt");
    // What was there before has no key, and what is not there is missing.
    get(&stranger, "before").await.unwrap();
    assert_eq!(refusal(get(&stranger, "none").await).0, "NoSuchKey");
    let told = refusal(reader.put_object().bucket(BUCKET).key("new").send().await);
    is_denied_by_key(&told, "kms:GenerateDataKey");
    // A write may ask for S3's own key.
    let own = reader.put_object().bucket(BUCKET).key("own");
    let own = own.server_side_encryption(ServerSideEncryption::Aes256);
    own.send().await.unwrap();
    get(&stranger, "own").await.unwrap();

    let told = root.get_bucket_encryption().bucket(BUCKET).send().await;
    let told = told.unwrap().server_side_encryption_configuration.unwrap();
    let rule = &told.rules[0];
    let default = rule.apply_server_side_encryption_by_default();
    assert_eq!(default.unwrap().kms_master_key_id(), Some(KEY));
    assert_eq!(rule.bucket_key_enabled, Some(true));
    let delete = root.delete_bucket_encryption().bucket(BUCKET);
    delete.send().await.unwrap();
    let told = root.get_bucket_encryption().bucket(BUCKET).send().await;
    let told = told.unwrap().server_side_encryption_configuration.unwrap();
    let default = told.rules[0].apply_server_side_encryption_by_default();
    let algorithm = default.unwrap().sse_algorithm();
    assert_eq!(algorithm, &ServerSideEncryption::Aes256);
    put(&root, "plain again", b"").await;
    get(&stranger, "plain again").await.unwrap();
    is_denied_by_key(&refusal(get(&stranger, "after").await), "kms:Decrypt");
}

#[tokio::test]
async fn parts_are_added_with_the_key_that_their_upload_began_with() {
    let (cloud, root) = with_bucket().await;
    set_default(&root, ServerSideEncryption::AwsKms, Some(KEY)).await;
    let begins = user(&cloud, "begins", &["kms:GenerateDataKey"], KEY, THROUGH_S3).await;
    let create = begins.create_multipart_upload().bucket(BUCKET).key("k");
    let begun = create.send().await.unwrap();
    assert_eq!(begun.ssekms_key_id(), Some(KEY));
    let id = begun.upload_id().unwrap();
    set_default(&root, ServerSideEncryption::AwsKms, Some(OTHER_KEY)).await;
    let part = |s3: &Client| {
        let part = s3.upload_part().bucket(BUCKET).key("k").upload_id(id);
        let part = part.part_number(1);
        part.body(ByteStream::from_static(b"part")).send()
    };
    is_denied_by_key(&refusal(part(&begins).await), "kms:Decrypt");
    let adds = user(&cloud, "adds", &["kms:Decrypt"], KEY, THROUGH_S3).await;
    let added = part(&adds).await.unwrap();
    let parts = CompletedPart::builder().part_number(1);
    let parts = parts.set_e_tag(added.e_tag).build();
    let parts = CompletedMultipartUpload::builder().parts(parts).build();
    let complete = |s3: &Client| {
        let complete = s3.complete_multipart_upload().bucket(BUCKET).key("k");
        let complete = complete.upload_id(id).multipart_upload(parts.clone());
        complete.send()
    };
    is_denied_by_key(&refusal(complete(&begins).await), "kms:Decrypt");
    let completed = complete(&adds).await.unwrap();
    assert_eq!(completed.ssekms_key_id(), Some(KEY));
}

#[tokio::test]
async fn a_copy_needs_the_keys_of_both_objects() {
    let (cloud, root) = with_bucket().await;
    set_default(&root, ServerSideEncryption::AwsKms, Some(KEY)).await;
    put(&root, "source", b"bytes").await;
    set_default(&root, ServerSideEncryption::AwsKms, Some(OTHER_KEY)).await;
    let copy = |s3: &Client| {
        let copy = s3.copy_object().bucket(BUCKET).key("target");
        copy.copy_source(format!("{BUCKET}/source")).send()
    };
    let write = ["kms:GenerateDataKey"];
    let writes = user(&cloud, "writes", &write, OTHER_KEY, THROUGH_S3).await;
    is_denied_by_key(&refusal(copy(&writes).await), "kms:Decrypt");
    let reads = user(&cloud, "reads", &["kms:Decrypt"], KEY, THROUGH_S3).await;
    is_denied_by_key(&refusal(copy(&reads).await), "kms:GenerateDataKey");
    let both = [write[0], "kms:Decrypt"];
    let does_both = user(&cloud, "both", &both, "*", THROUGH_S3).await;
    let copied = copy(&does_both).await.unwrap();
    assert_eq!(copied.ssekms_key_id(), Some(OTHER_KEY));
}

#[tokio::test]
async fn keys_that_this_cloud_cannot_know_are_refused() {
    let (_cloud, root) = with_bucket().await;
    let kms = ServerSideEncryption::AwsKms;
    for (key, code) in [
        (Some("alias/videos"), "InvalidArgument"),
        (
            Some("arn:aws:kms:us-east-1:999999999999:key/1"),
            "InvalidArgument",
        ),
        (
            Some("arn:aws:kms:eu-west-1:123456789012:key/1"),
            "KMS.NotFoundException",
        ),
        (None, "NotImplemented"),
    ] {
        let refused = refused_default(&root, kms.clone(), key).await;
        assert_eq!(refused.unwrap_err().0, code, "{key:?}");
        if let Some(key) = key {
            assert_eq!(put_encrypted(&root, key).await.unwrap_err().0, code);
        }
    }
    // AWS's own key for S3, and a key without the word that it counts.
    let put = || root.put_object().bucket(BUCKET).key("k");
    let unnamed = put().server_side_encryption(kms).send().await;
    assert_eq!(refusal(unnamed).0, "NotImplemented");
    let unsaid = put().ssekms_key_id(KEY).send().await;
    assert_eq!(refusal(unsaid).0, "InvalidArgument");
}
