//! Creating, changing and deleting functions and layers.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, LastUpdateStatus, LayerVersionContentInput, State};
use serde_json::json;

use super::setup::{FunctionCloud, MAY_LOG, Settings, bootstrap_zip, pack};
use crate::harness::{credentials, refusal};

fn code(zip: Vec<u8>) -> FunctionCode {
    FunctionCode::builder().zip_file(Blob::new(zip)).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_pending_then_active() {
    let cloud = FunctionCloud::start().await;
    let role = cloud.address.role("execution", MAY_LOG).await;
    let lambda = cloud.address.lambda();
    let create = || {
        lambda
            .create_function()
            .function_name("f")
            .role(&role)
            .runtime("provided.al2023".into())
            .handler("h")
            .code(code(bootstrap_zip()))
            .tags("team", "video")
            .send()
    };
    let created = create().await.unwrap();
    assert_eq!(created.state, Some(State::Pending));
    assert_eq!(created.timeout, Some(3));
    assert_eq!(created.memory_size, Some(128));
    assert_eq!(created.ephemeral_storage.unwrap().size, 512);
    let found = lambda
        .get_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    assert_eq!(found.tags.unwrap()["team"], "video");
    let configuration = found.configuration.unwrap();
    assert_eq!(configuration.state, Some(State::Active));
    assert_eq!(configuration.revision_id, created.revision_id);
    assert_eq!(
        refusal(create().await),
        (
            "ResourceConflictException".to_owned(),
            "Function already exist: f".to_owned()
        )
    );
    lambda
        .delete_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    let gone = lambda.get_function().function_name("f").send().await;
    assert_eq!(refusal(gone).0, "ResourceNotFoundException");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn zips_are_checked() {
    let cloud = FunctionCloud::start().await;
    let role = cloud.address.role("execution", MAY_LOG).await;
    let create = |zip: Vec<u8>| {
        let call = cloud.address.lambda().create_function();
        let call = call.function_name("f").role(&role).handler("h");
        call.runtime("provided.al2023".into())
            .code(code(zip))
            .send()
    };
    for zip in [b"no zip".to_vec(), pack(&[("../evil", b"x", 0o644)])] {
        assert_eq!(
            refusal(create(zip).await),
            (
                "InvalidParameterValueException".to_owned(),
                "Could not unzip uploaded file. Please check your file, then try to upload again."
                    .to_owned()
            )
        );
    }
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_must_exist_and_trust_lambda() {
    let cloud = FunctionCloud::start().await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let iam = cloud.address.iam();
    let other = iam.create_role().role_name("other");
    let other = other
        .assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    for role in [
        other.role.unwrap().arn,
        "arn:aws:iam::123456789012:role/absent".to_owned(),
    ] {
        let call = cloud.address.lambda().create_function();
        let call = call.function_name("f").role(&role).handler("h");
        let call = call.runtime("provided.al2023".into());
        let refused = call.code(code(bootstrap_zip())).send().await;
        assert_eq!(
            refusal(refused),
            (
                "InvalidParameterValueException".to_owned(),
                "The role defined for the function cannot be assumed by Lambda.".to_owned()
            ),
            "{role}"
        );
    }
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_the_role_is_a_decision_of_its_own() {
    let cloud = FunctionCloud::start().await;
    let role = cloud.address.role("execution", MAY_LOG).await;
    let iam = cloud.address.iam();
    iam.create_user()
        .user_name("deployer")
        .send()
        .await
        .unwrap();
    let key = iam
        .create_access_key()
        .user_name("deployer")
        .send()
        .await
        .unwrap();
    let key = key.access_key.unwrap();
    let deployer = credentials(&key.access_key_id, &key.secret_access_key, None);
    let allow = |actions: &str| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}]}}"#
        );
        let put = iam.put_user_policy().user_name("deployer");
        put.policy_name("p").policy_document(policy).send()
    };
    let create = || {
        let call = cloud.address.lambda_as(deployer.clone()).create_function();
        let call = call.function_name("f").role(&role).handler("h");
        call.runtime("provided.al2023".into())
            .code(code(bootstrap_zip()))
            .send()
    };
    let user = "arn:aws:iam::123456789012:user/deployer";
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    assert_eq!(
        refusal(create().await),
        (
            "AccessDeniedException".to_owned(),
            format!(
                "User: {user} is not authorized to perform: lambda:CreateFunction on resource: \
                 {function} because no identity-based policy allows the lambda:CreateFunction action"
            )
        )
    );
    allow(r#""lambda:CreateFunction""#).await.unwrap();
    let (_, message) = refusal(create().await);
    assert!(
        message.contains("is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/execution"),
        "{message}"
    );
    allow(r#""lambda:CreateFunction","iam:PassRole""#)
        .await
        .unwrap();
    create().await.unwrap();
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_take_effect_at_the_next_invocation() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    assert_eq!(
        cloud.address.ask(json!({ "op": "echo" })).await["served"],
        1
    );

    let environment = aws_sdk_lambda::types::Environment::builder().variables("NEW", "1");
    let updated = lambda
        .update_function_configuration()
        .function_name("f")
        .environment(environment.build())
        .timeout(33)
        .send()
        .await
        .unwrap();
    assert_eq!(
        updated.last_update_status,
        Some(LastUpdateStatus::InProgress)
    );
    assert_eq!(updated.timeout, Some(33));
    let variables = cloud.address.ask(json!({ "op": "environment" })).await;
    assert_eq!(variables["NEW"], "1");

    let program = std::fs::read(super::setup::example("bootstrap")).unwrap();
    let zip = pack(&[("bootstrap", &program, 0o755), ("beside", b"new", 0o644)]);
    let stale = lambda
        .update_function_code()
        .function_name("f")
        .revision_id("stale");
    let refused = stale.zip_file(Blob::new(zip.clone())).send().await;
    assert_eq!(refusal(refused).0, "PreconditionFailedException");
    let update = lambda.update_function_code().function_name("f");
    update.zip_file(Blob::new(zip)).send().await.unwrap();
    let read = json!({ "op": "read", "path": "/var/task/beside" });
    assert_eq!(cloud.address.ask(read).await, "new");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_lie_in_opt_in_order() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let publish = async |name: &str, zip: Vec<u8>| {
        let content = LayerVersionContentInput::builder()
            .zip_file(Blob::new(zip))
            .build();
        let call = lambda
            .publish_layer_version()
            .layer_name(name)
            .content(content);
        call.send().await.unwrap().layer_version_arn.unwrap()
    };
    let lower = publish(
        "lower",
        pack(&[("bin/a", b"lower", 0o755), ("only", b"x", 0o644)]),
    )
    .await;
    let upper = publish("upper", pack(&[("bin/a", b"upper", 0o755)])).await;
    assert_eq!(lower, "arn:aws:lambda:us-east-1:123456789012:layer:lower:1");
    let found = lambda
        .get_layer_version()
        .layer_name("upper")
        .version_number(1);
    assert_eq!(
        found.send().await.unwrap().layer_version_arn.unwrap(),
        upper
    );

    let update = lambda.update_function_configuration().function_name("f");
    update.layers(lower).layers(upper).send().await.unwrap();
    let read = async |path: &str| {
        cloud
            .address
            .ask(json!({ "op": "read", "path": path }))
            .await
    };
    assert_eq!(read("/opt/bin/a").await, "upper");
    assert_eq!(read("/opt/only").await, "x");

    let update = lambda.update_function_configuration().function_name("f");
    let absent = "arn:aws:lambda:us-east-1:123456789012:layer:absent:1";
    assert_eq!(
        refusal(update.layers(absent).send().await),
        (
            "InvalidParameterValueException".to_owned(),
            format!("Layer version {absent} does not exist.")
        )
    );
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beside_the_configuration_is_kept() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let lambda = cloud.address.lambda();
    let put = lambda.put_function_event_invoke_config().function_name("f");
    let put = put
        .maximum_retry_attempts(0)
        .maximum_event_age_in_seconds(60);
    assert_eq!(put.send().await.unwrap().maximum_retry_attempts, Some(0));
    let got = lambda.get_function_event_invoke_config().function_name("f");
    assert_eq!(
        got.send().await.unwrap().maximum_event_age_in_seconds,
        Some(60)
    );
    let pin = lambda.put_runtime_management_config().function_name("f");
    let version = "arn:aws:lambda:us-east-1::runtime:x";
    let pin = pin
        .update_runtime_on("Manual".into())
        .runtime_version_arn(version);
    assert_eq!(
        pin.send().await.unwrap().runtime_version_arn.unwrap(),
        version
    );
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    lambda
        .tag_resource()
        .resource(function)
        .tags("a", "b")
        .send()
        .await
        .unwrap();
    let found = lambda
        .get_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    assert_eq!(found.tags.unwrap()["a"], "b");
    let listed = lambda.list_functions().send().await.unwrap();
    assert_eq!(listed.functions.unwrap().len(), 1);
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn layer_versions_are_listed_and_their_numbers_not_given_again() {
    let cloud = FunctionCloud::start().await;
    let lambda = cloud.address.lambda();
    let publish = |name: &'static str, runtime: &'static str| {
        let zip = pack(&[("file", runtime.as_bytes(), 0o644)]);
        let content = LayerVersionContentInput::builder()
            .zip_file(Blob::new(zip))
            .build();
        let call = lambda.publish_layer_version().layer_name(name);
        call.compatible_runtimes(runtime.into())
            .content(content)
            .send()
    };
    for (name, runtime) in [
        ("fonts", "provided.al2"),
        ("fonts", "provided.al2023"),
        ("chrome", "provided.al2023"),
    ] {
        publish(name, runtime).await.unwrap();
    }
    let versions = || async {
        let call = lambda.list_layer_versions().layer_name("fonts");
        let listed = call.send().await.unwrap().layer_versions.unwrap();
        let numbers = listed.into_iter().map(|version| version.version);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(versions().await, [2, 1]);
    let old = lambda.list_layer_versions().layer_name("fonts");
    let old = old.compatible_runtime("provided.al2".into()).send().await;
    assert_eq!(old.unwrap().layer_versions.unwrap().len(), 1);

    let pages = lambda.list_layers().max_items(1).send().await.unwrap();
    assert_eq!(
        pages.layers.unwrap()[0].layer_name.as_deref(),
        Some("chrome")
    );
    let rest = lambda.list_layers().set_marker(pages.next_marker).send();
    let rest = rest.await.unwrap();
    assert_eq!(rest.next_marker, None);
    let fonts = &rest.layers.unwrap()[0];
    let newest = fonts.latest_matching_version.as_ref().unwrap();
    assert_eq!(newest.version, 2);
    let arn = newest.layer_version_arn.clone().unwrap();
    let found = lambda.get_layer_version_by_arn().arn(&arn).send().await;
    assert_eq!(found.unwrap().version, 2);

    let delete = |version| {
        let call = lambda.delete_layer_version().layer_name("fonts");
        call.version_number(version).send()
    };
    delete(2).await.unwrap();
    // What is gone already is gone.
    delete(2).await.unwrap();
    assert_eq!(versions().await, [1]);
    let gone = lambda.get_layer_version_by_arn().arn(&arn).send().await;
    assert_eq!(refusal(gone).0, "ResourceNotFoundException");
    let again = publish("fonts", "provided.al2023").await.unwrap();
    assert_eq!(again.version, 3);
    cloud.end().await;
}
