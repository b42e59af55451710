//! Objects that are to be encrypted with a KMS key: the decision is made, the effect is refused.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::ServerSideEncryption;
use cloud::{EventQuery, Outcome};

use super::{BUCKET, s3_as, with_bucket};
use crate::harness::refusal;

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Who may write, and use the key through `service`.
fn policy(service: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::{BUCKET}/*"}},
            {{"Effect":"Allow","Action":"kms:GenerateDataKey","Resource":"{KEY}",
              "Condition":{{"StringEquals":{{"kms:ViaService":"{service}"}}}}}}]}}"#
    )
}

async fn put_encrypted(s3: &Client) -> (String, String) {
    let put = s3.put_object().bucket(BUCKET).key("k");
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    refusal(put.ssekms_key_id(KEY).send().await)
}

#[tokio::test]
async fn the_right_to_use_a_key_is_decided_before_encryption_is_refused() {
    let (cloud, _) = with_bucket().await;
    let elsewhere = policy("secretsmanager.us-east-1.amazonaws.com");
    let denied = s3_as(&cloud, cloud.user("denied", &elsewhere).await);
    let (code, message) = put_encrypted(&denied).await;
    assert_eq!(code, "AccessDenied");
    assert!(
        message.contains("not authorized to perform: kms:GenerateDataKey on this resource"),
        "{message}"
    );
    let through_s3 = policy("s3.us-east-1.amazonaws.com");
    let allowed = s3_as(&cloud, cloud.user("allowed", &through_s3).await);
    assert_eq!(put_encrypted(&allowed).await.0, "NotImplemented");
    let events = cloud.administrator().events(&EventQuery::default()).await;
    let decisions = events
        .unwrap()
        .into_iter()
        .flat_map(|event| event.decisions);
    let of_key: Vec<_> = decisions.filter(|one| one.resource == KEY).collect();
    assert!(
        of_key.iter().any(|one| one.outcome == Outcome::Allowed),
        "{of_key:?}"
    );
    assert_eq!(of_key.len(), 2);
}
