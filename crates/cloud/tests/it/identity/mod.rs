//! Groups, boundaries, tags, instance profiles and the account as a whole, through the SDK.

mod account;
mod boundaries;
mod groups;
mod instance_profiles;
mod keys;
mod tags;
mod updates;

use aws_credential_types::Credentials;
use aws_sdk_iam::types::Tag;

use crate::harness::{TestCloud, credentials};

/// A managed policy; its ARN.
async fn managed(cloud: &TestCloud, name: &str, document: &str) -> String {
    let made = cloud
        .iam()
        .create_policy()
        .policy_name(name)
        .policy_document(document)
        .send()
        .await
        .unwrap();
    made.policy.unwrap().arn.unwrap()
}

/// A user without policies, and a key of that user.
async fn bare_user(cloud: &TestCloud, name: &str) -> Credentials {
    let iam = cloud.iam();
    iam.create_user().user_name(name).send().await.unwrap();
    let made = iam.create_access_key().user_name(name).send().await;
    let key = made.unwrap().access_key.unwrap();
    credentials(&key.access_key_id, &key.secret_access_key, None)
}

async fn role(cloud: &TestCloud, name: &str) {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    cloud
        .iam()
        .create_role()
        .role_name(name)
        .assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}
