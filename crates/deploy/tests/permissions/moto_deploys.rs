//! Against moto's server: buckets, functions and sites, made, changed, listed and deleted.

use std::io::Write as _;
use std::path::Path;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use deploy::buckets::{self, BucketError, BucketName, PublicReading, Visibility};
use deploy::functions::{self, Claim, Package, Settings};
use deploy::site::{self, Bundle, SiteId};
use deploy::{Account, Change, provision};
use zip::write::SimpleFileOptions;

use crate::moto::{ACCOUNT, Moto};

const REGION: &str = "us-east-1";

/// Answers the one call of a deployment that moto lacks, as `moto-lacks.txt` says; all others go to moto.
#[derive(Debug)]
struct WithRuntimes(SharedHttpClient);

#[derive(Debug)]
struct Answering(SharedHttpConnector);

impl HttpClient for WithRuntimes {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Answering(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.method() == "PUT" && request.uri().ends_with("/runtime-management-config") {
            let answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from("{}"));
            return HttpConnectorFuture::ready(Ok(answer));
        }
        self.0.call(request)
    }
}

async fn account(moto: &Moto) -> Account {
    let config: SdkConfig = moto.config();
    let moto_alone = config.http_client().unwrap();
    let with_runtimes = SharedHttpClient::new(WithRuntimes(moto_alone));
    let config = config.to_builder().http_client(with_runtimes).build();
    Account::open(&config).await.unwrap()
}

async fn ensured(account: &Account, visibility: Visibility) -> (buckets::Ensured, Vec<String>) {
    let mut changes = Vec::new();
    let bucket = buckets::ensure(account, None, visibility, &mut changes).await;
    let told = changes.iter().map(Change::to_string).collect();
    (bucket.unwrap(), told)
}

#[tokio::test]
async fn a_bucket_is_made_once_made_public_and_deleted() {
    let moto = Moto::start();
    let account = account(&moto).await;
    assert_eq!(
        (account.id.as_str(), account.region.as_str()),
        (ACCOUNT, REGION)
    );
    let none = buckets::find(&account, None).await.unwrap_err();
    assert!(matches!(none, BucketError::None { .. }), "{none}");

    let (made, changes) = ensured(&account, Visibility::Private).await;
    assert!(changes[0].ends_with("created"), "{changes:?}");
    let (again, changes) = ensured(&account, Visibility::Private).await;
    assert_eq!((&again, changes), (&made, Vec::new()));
    let block = account.s3().get_public_access_block();
    let block = block.bucket(made.name.as_str()).send().await.unwrap();
    let block = block.public_access_block_configuration().unwrap().clone();
    assert_eq!(
        (block.block_public_policy(), block.block_public_acls()),
        (Some(true), Some(true))
    );
    let rules = account.s3().get_bucket_lifecycle_configuration();
    let rules = rules.bucket(made.name.as_str()).send().await.unwrap();
    assert_eq!(rules.rules().len(), 5);

    let (public, changes) = ensured(&account, Visibility::Public).await;
    assert_eq!(public.reading, Some(PublicReading::ByPolicy));
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(ensured(&account, Visibility::Public).await.1, [""; 0]);
    let rows = buckets::list(&account).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].name, made.name.as_str());

    let put = account.s3().put_object().bucket(made.name.as_str());
    put.key("renders/a/out.mp4").send().await.unwrap();
    let full = buckets::remove(&account, made.name.as_str(), false).await;
    assert!(matches!(full, Err(buckets::RemoveError::NotEmpty(_))));
    let removed = buckets::remove(&account, made.name.as_str(), true).await;
    assert_eq!(removed.unwrap().objects, 1);
    assert_eq!(buckets::list(&account).await.unwrap(), []);
}

/// A package with one layer: moto looks into neither.
fn package(folder: &Path) -> Package {
    std::fs::create_dir_all(folder.join("layers")).unwrap();
    for (zip, file) in [
        ("render-function.zip", "bootstrap"),
        ("layers/fonts.zip", "framewright/fonts.conf"),
    ] {
        let file_of = std::fs::File::create(folder.join(zip)).unwrap();
        let mut writer = zip::ZipWriter::new(file_of);
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file(file, options).unwrap();
        writer.write_all(b"#!/bin/sh").unwrap();
        writer.finish().unwrap();
    }
    Package::open(folder).unwrap()
}

#[tokio::test]
async fn a_function_is_deployed_updated_listed_and_deleted() {
    let moto = Moto::start();
    let account = account(&moto).await;
    let folder = tempfile::tempdir().unwrap();
    let package = package(folder.path());
    let bucket = ensured(&account, Visibility::Private).await.0.name;
    let mut settings = Settings::new(1024, 512, 60).unwrap();
    let scope = provision::scope(&account, &bucket, &settings.function);
    let mut changes = Vec::new();
    let role = provision::render_role(&account, &scope, &mut changes).await;
    let role = role.unwrap();
    assert_eq!(
        role,
        format!("arn:aws:iam::{ACCOUNT}:role/remotion-lambda-role")
    );
    assert_eq!(changes.len(), 2, "{changes:?}");

    let deploy = async |settings: &Settings| {
        let claim = Claim::Explicit;
        let deploying = functions::deploy(&account, &bucket, &package, settings, &role, claim);
        let deployed = Box::pin(deploying).await.unwrap();
        deployed
            .changes
            .iter()
            .map(Change::to_string)
            .collect::<Vec<_>>()
    };
    let made = deploy(&settings).await;
    assert!(
        made.iter()
            .any(|change| change.contains("layer framewright-fonts-")),
        "{made:?}"
    );
    assert_eq!(deploy(&settings).await, [""; 0]);
    settings.tags.insert("team".into(), "video".into());
    settings.retention_days = Some(30);
    let updated = deploy(&settings).await;
    assert!(!updated.is_empty() && updated.len() <= 2, "{updated:?}");

    let name = settings.function.to_string();
    let lambda = aws_sdk_lambda::Client::new(account.config());
    let found = lambda.get_function().function_name(&name).send().await;
    let found = found.unwrap();
    let configuration = found.configuration().unwrap();
    assert_eq!(configuration.layers().len(), 1);
    assert_eq!(configuration.ephemeral_storage().unwrap().size(), 512);
    assert_eq!(configuration.role(), Some(role.as_str()));
    let tags = found.tags().unwrap();
    assert_eq!(tags.get("team").map(String::as_str), Some("video"));
    let retries = lambda.get_function_event_invoke_config();
    let retries = retries.function_name(&name).send().await.unwrap();
    assert_eq!(retries.maximum_retry_attempts(), Some(2));
    let logs = aws_sdk_cloudwatchlogs::Client::new(account.config());
    let groups = logs.describe_log_groups().send().await.unwrap();
    let group = &groups.log_groups()[0];
    assert_eq!(
        group.log_group_name(),
        Some(format!("/aws/lambda/{name}").as_str())
    );
    assert_eq!(group.retention_in_days(), Some(30));

    let rows = functions::list(&account).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (
            rows[0].memory_mib,
            rows[0].disk_mib,
            rows[0].timeout_seconds
        ),
        (1024, 512, 60)
    );
    assert_eq!(rows[0].code_sha256, package.code.code_sha256());
    functions::remove(&account, &name).await.unwrap();
    let again = functions::remove(&account, &name).await;
    assert!(matches!(again, Err(functions::RemoveError::Unknown { .. })));
    functions::remove_logs(&account, &name).await.unwrap();
    assert_eq!(functions::list(&account).await.unwrap(), []);
}

/// A bundle of three small files.
fn bundle(folder: &Path) -> Bundle {
    let index = "<script>window.siteVersion = '11'; window.remotion_version = '4.0.527';</script>";
    for (name, text) in [("index.html", index), ("bundle.js", "1"), ("a.txt", "a")] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    Bundle::open(folder).unwrap()
}

#[tokio::test]
async fn sites_are_sent_once_listed_and_deleted() {
    let moto = Moto::start();
    let account = account(&moto).await;
    let bucket: BucketName = ensured(&account, Visibility::Private).await.0.name;
    let folder = tempfile::tempdir().unwrap();
    let (film, open): (SiteId, SiteId) = ("film".parse().unwrap(), "open".parse().unwrap());
    let private = async |bundle: &Bundle| {
        let sending = site::upload(account.s3(), bucket.as_str(), &film, bundle, |_| {});
        let sent = Box::pin(sending).await.unwrap();
        (sent.sent, sent.kept)
    };
    let public = async |bundle: &Bundle| {
        let reading = PublicReading::ByPolicy;
        let s3 = account.s3();
        let sending = site::upload_public(s3, bucket.as_str(), &open, bundle, reading, |_| {});
        let sent = Box::pin(sending).await.unwrap();
        (sent.sent, sent.kept, sent.removed)
    };
    let first = bundle(folder.path());
    assert_eq!(private(&first).await, (3, 0));
    assert_eq!(private(&first).await, (0, 3));
    assert_eq!(public(&first).await, (3, 0, 0));
    assert_eq!(public(&first).await, (0, 3, 0));

    std::fs::write(folder.path().join("bundle.js"), "2").unwrap();
    std::fs::remove_file(folder.path().join("a.txt")).unwrap();
    let second = Bundle::open(folder.path()).unwrap();
    assert_eq!(private(&second).await, (1, 1));
    assert_eq!(public(&second).await, (1, 1, 1));
    let script = account.s3().get_object().bucket(bucket.as_str());
    let script = script.key("sites/open/bundle.js").send().await.unwrap();
    assert_eq!(
        script.content_type(),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(script.body.collect().await.unwrap().to_vec(), b"2");

    let rows = site::list(&account, &bucket).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.name.as_str(), row.public))
        .collect();
    assert_eq!(told, [("film", false), ("open", true)]);
    for id in [&film, &open] {
        assert!(site::remove(&account, &bucket, id).await.unwrap() > 0);
    }
    let gone = site::remove(&account, &bucket, &film).await;
    assert!(matches!(gone, Err(site::RemoveError::Unknown { .. })));
    assert_eq!(site::list(&account, &bucket).await.unwrap(), []);
}
