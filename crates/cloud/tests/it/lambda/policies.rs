//! Functions' own policies, tags, and how their events are retried.

use aws_sdk_lambda::primitives::Blob;
use serde_json::{Value, json};

use super::setup::{FunctionCloud, Settings};
use crate::harness::{credentials, refusal};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

impl FunctionCloud {
    /// A user who may do nothing by itself, and its ARN.
    async fn user(&self, name: &str) -> (aws_sdk_lambda::Client, String) {
        let iam = self.address.iam();
        let user = iam.create_user().user_name(name).send().await.unwrap();
        let made = iam.create_access_key().user_name(name).send().await;
        let key = made.unwrap().access_key.unwrap();
        let key = credentials(&key.access_key_id, &key.secret_access_key, None);
        (self.address.lambda_as(key), user.user.unwrap().arn)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_functions_policy_lets_a_user_invoke_it() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let (user, arn) = cloud.user("ana").await;
    let invoke = || {
        let event = Blob::new(json!({ "op": "echo" }).to_string());
        user.invoke().function_name("f").payload(event).send()
    };
    let (code, message) = refusal(invoke().await);
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("lambda:InvokeFunction"), "{message}");

    let none = lambda.get_policy().function_name("f").send().await;
    assert_eq!(refusal(none).0, "ResourceNotFoundException");
    let add = |principal: &str, statement: &str| {
        let call = lambda.add_permission().function_name("f");
        let call = call.action("lambda:InvokeFunction").principal(principal);
        call.statement_id(statement).send()
    };
    let added = add(&arn, "ana-invokes").await.unwrap();
    let statement: Value = serde_json::from_str(&added.statement.unwrap()).unwrap();
    assert_eq!(
        statement,
        json!({
            "Sid": "ana-invokes",
            "Effect": "Allow",
            "Principal": { "AWS": arn },
            "Action": "lambda:InvokeFunction",
            "Resource": ARN,
        })
    );
    assert!(invoke().await.unwrap().function_error.is_none());
    // What the policy names is the function, not one of its versions.
    let qualified = user.invoke().function_name("f").qualifier("$LATEST");
    assert_eq!(refusal(qualified.send().await).0, "AccessDeniedException");
    // Nor another call.
    let found = user.get_function().function_name("f").send().await;
    assert_eq!(refusal(found).0, "AccessDeniedException");

    let (code, message) = refusal(add(&arn, "ana-invokes").await);
    assert_eq!(code, "ResourceConflictException");
    assert!(message.contains("(ana-invokes)"), "{message}");
    let nobody = "arn:aws:iam::123456789012:user/nobody";
    assert_eq!(
        refusal(add(nobody, "nobody").await),
        (
            "InvalidParameterValueException".to_owned(),
            "The provided principal was invalid. Please check the principal and try again."
                .to_owned()
        )
    );

    let shown = lambda.get_policy().function_name("f").send().await.unwrap();
    let policy: Value = serde_json::from_str(&shown.policy.unwrap()).unwrap();
    assert_eq!(policy["Statement"], json!([statement]));
    let remove = |revision: Option<String>| {
        let call = lambda.remove_permission().function_name("f");
        let call = call.statement_id("ana-invokes");
        call.set_revision_id(revision).send()
    };
    let (code, _) = refusal(remove(Some("another".to_owned())).await);
    assert_eq!(code, "PreconditionFailedException");
    remove(shown.revision_id).await.unwrap();
    assert_eq!(refusal(invoke().await).0, "AccessDeniedException");
    assert_eq!(refusal(remove(None).await).0, "ResourceNotFoundException");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_goes_with_its_function_and_its_user() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let (_, arn) = cloud.user("ana").await;
    let call = lambda.add_permission().function_name("f").principal(&arn);
    let call = call.action("lambda:*").statement_id("all");
    call.send().await.unwrap();
    // A user of the same name is another user.
    let iam = cloud.address.iam();
    let keys = iam.list_access_keys().user_name("ana").send().await;
    for key in keys.unwrap().access_key_metadata {
        let gone = iam.delete_access_key().user_name("ana");
        let gone = gone.access_key_id(key.access_key_id.unwrap());
        gone.send().await.unwrap();
    }
    iam.delete_user().user_name("ana").send().await.unwrap();
    let (user, _) = cloud.user("ana").await;
    let found = user.get_function().function_name("f").send().await;
    assert_eq!(refusal(found).0, "AccessDeniedException");
    let shown = lambda.get_policy().function_name("f").send().await.unwrap();
    let policy: Value = serde_json::from_str(&shown.policy.unwrap()).unwrap();
    let named = policy["Statement"][0]["Principal"]["AWS"].as_str().unwrap();
    assert!(named.starts_with("AIDA"), "{named}");

    lambda
        .delete_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    let role = "arn:aws:iam::123456789012:role/execution";
    let again = cloud
        .address
        .function_with_role("f", role, Settings::default());
    again.await;
    let none = lambda.get_policy().function_name("f").send().await;
    assert_eq!(refusal(none).0, "ResourceNotFoundException");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_listed_and_taken_off() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let tagged = lambda.tag_resource().resource(ARN);
    let tagged = tagged.tags("team", "video").tags("stage", "test");
    tagged.send().await.unwrap();
    let tags = || async {
        let listed = lambda.list_tags().resource(ARN).send().await.unwrap();
        let mut tags: Vec<_> = listed.tags.unwrap().into_iter().collect();
        tags.sort();
        tags
    };
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(tags().await, [tag("stage", "test"), tag("team", "video")]);
    let untagged = lambda.untag_resource().resource(ARN);
    untagged
        .tag_keys("stage")
        .tag_keys("none")
        .send()
        .await
        .unwrap();
    assert_eq!(tags().await, [tag("team", "video")]);
    let (user, _) = cloud.user("ana").await;
    let listed = user.list_tags().resource(ARN).send().await;
    assert!(refusal(listed).1.contains("lambda:ListTags"));
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_are_changed_and_forgotten() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let update = || {
        lambda
            .update_function_event_invoke_config()
            .function_name("f")
    };
    let delete = || {
        lambda
            .delete_function_event_invoke_config()
            .function_name("f")
    };
    let nothing = update().maximum_retry_attempts(1).send().await;
    assert_eq!(refusal(nothing).0, "ResourceNotFoundException");
    assert_eq!(
        refusal(delete().send().await).0,
        "ResourceNotFoundException"
    );
    let put = lambda.put_function_event_invoke_config().function_name("f");
    let put = put
        .maximum_retry_attempts(2)
        .maximum_event_age_in_seconds(60);
    put.send().await.unwrap();
    let updated = update().maximum_retry_attempts(0).send().await.unwrap();
    assert_eq!(updated.maximum_retry_attempts, Some(0));
    // What is left out stays.
    assert_eq!(updated.maximum_event_age_in_seconds, Some(60));
    let wrong = update().maximum_retry_attempts(3).send().await;
    assert_eq!(refusal(wrong).0, "ValidationException");
    delete().send().await.unwrap();
    let get = lambda.get_function_event_invoke_config().function_name("f");
    assert_eq!(refusal(get.send().await).0, "ResourceNotFoundException");
    cloud.end().await;
}
