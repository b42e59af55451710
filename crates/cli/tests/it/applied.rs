//! Denials that `policies fix --apply` mends in an account, and those for which it changes nothing.

use aws_sdk_iam::Client;
use client::credentials::with_key;
use percent_encoding::percent_decode_str;

use crate::from_target::{Account, has, root};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn iam(account: &Account) -> Client {
    let running = &account.running;
    Client::new(&with_key("us-east-1", running.endpoint(), root(running)))
}

async fn policies(iam: &Client, user: &str) -> Vec<String> {
    let listed = iam.list_user_policies().user_name(user).send();
    listed.await.unwrap().policy_names
}

async fn policy(iam: &Client, user: &str, name: &str) -> String {
    let read = iam.get_user_policy().user_name(user).policy_name(name);
    let document = read.send().await.unwrap().policy_document;
    let text = percent_decode_str(&document).decode_utf8().unwrap();
    text.into_owned()
}

fn applied(account: &Account, arguments: &[&str]) -> String {
    let command = [&["policies", "fix", "--apply"][..], arguments].concat();
    account.shown(&root(&account.running), &command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_of_another_account_changes_nothing_here() {
    let account = Account::start().await;
    let elsewhere = "User: arn:aws:iam::281502313273:user/deployer is not authorized to perform: lambda:InvokeFunction on \
        resource: arn:aws:lambda:us-east-1:281502313273:function:f because no identity-based policy allows the \
        lambda:InvokeFunction action";
    let said = applied(&account, &[elsewhere]);
    has(&said, &["281502313273", "123456789012", "nothing was"]);
    assert_eq!(policies(&iam(&account), "deployer").await, ["own"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_given_once_its_arn_is_said() {
    let account = Account::start().await;
    let iam = iam(&account);
    iam.create_user().user_name("reader").send().await.unwrap();
    let denial = "cannot read `k` in bucket `videos`: access denied: User: arn:aws:iam::123456789012:user/reader is not \
        authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action";
    let said = applied(&account, &[denial]);
    has(
        &said,
        &[
            "get-bucket-encryption --bucket videos",
            "--resource",
            "KEY_ARN",
        ],
    );
    let said = applied(&account, &[denial, "--resource", "KEY_ARN"]);
    has(&said, &["`KEY_ARN` is not an ARN"]);
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let said = applied(&account, &[denial, "--resource", function]);
    has(&said, &["kms:Decrypt is never about"]);
    assert!(policies(&iam, "reader").await.is_empty());

    let said = applied(&account, &[denial, "--resource", KEY]);
    has(&said, &["made: inline policy KmsDecryptPermission"]);
    assert!(!said.contains("still denied"), "{said}");
    let written = policy(&iam, "reader", "KmsDecryptPermission").await;
    has(
        &written,
        &[KEY, r#""kms:ViaService":"s3.eu-west-1.amazonaws.com""#],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_that_is_told_twice_is_mended_once() {
    let account = Account::start().await;
    let iam = iam(&account);
    iam.create_user().user_name("writer").send().await.unwrap();
    let once = "User: arn:aws:iam::123456789012:user/writer is not authorized to perform: s3:PutObject on resource: \
        \"arn:aws:s3:::output-bucket/other/card.mp4\" because no identity-based policy allows the s3:PutObject action";
    let twice = format!(
        "access denied: {once}: service error: unhandled error (AccessDenied): Error {{ code: \"AccessDenied\", message: \
         {once:?}, aws_request_id: \"01J\" }}"
    );
    has(&applied(&account, &[&twice]), &["the call is allowed now"]);
    let written = policy(&iam, "writer", "S3PutObjectPermission").await;
    let resource = r#""Resource":"arn:aws:s3:::output-bucket/other/card.mp4""#;
    has(&written, &[resource]);
}
