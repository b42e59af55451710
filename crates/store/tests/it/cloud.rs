//! The store against the embedded cloud: what both sides make of S3's rules.

use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_types::SdkConfig;
use bytes::Bytes;
use cloud::{Cloud, Config, Running, StateLocation};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::{
    Bucket, ByteRange, Conditional, Download, DownloadError, ETag, ErrorKind, PutOptions,
    RangeProxy, RemoteRules, UploadError,
};

const ACCOUNT: &str = "123456789012";

/// A cloud in memory with one bucket.
struct World {
    cloud: Running,
    bucket: Bucket,
}

impl World {
    async fn open() -> Self {
        let account = ACCOUNT.parse().expect("an account");
        // Nothing here runs a function.
        let helper = PathBuf::from("sandbox-init");
        let config = Config::new(account, StateLocation::Memory, helper);
        let cloud = Cloud::open(config).await.expect("a cloud");
        let key = cloud.administrator();
        let config = config_of(&cloud, &key.access_key_id, &key.secret_access_key);
        let s3 = store::s3_client(&config);
        s3.create_bucket()
            .bucket("renders")
            .send()
            .await
            .expect("a bucket");
        let bucket = Bucket::new(s3, "renders").owned_by(ACCOUNT);
        Self { cloud, bucket }
    }

    /// The bucket as a user sees it who may do `actions` in it.
    async fn as_user_with(&self, actions: &[&str]) -> Bucket {
        let key = self.cloud.administrator();
        let config = config_of(&self.cloud, &key.access_key_id, &key.secret_access_key);
        let iam = aws_sdk_iam::Client::new(&config);
        iam.create_user()
            .user_name("u")
            .send()
            .await
            .expect("a user");
        let actions = actions.join("\",\"");
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["{actions}"],
                "Resource":["arn:aws:s3:::renders","arn:aws:s3:::renders/*"]}}]}}"#
        );
        let put = iam.put_user_policy().user_name("u").policy_name("p");
        put.policy_document(policy).send().await.expect("a policy");
        let made = iam
            .create_access_key()
            .user_name("u")
            .send()
            .await
            .expect("a key");
        let key = made.access_key.expect("a key");
        let config = config_of(&self.cloud, &key.access_key_id, &key.secret_access_key);
        Bucket::new(store::s3_client(&config), "renders")
    }

    /// Uploads that were begun and neither completed nor aborted.
    async fn open_uploads(&self) -> usize {
        let listed = self
            .bucket
            .client()
            .list_multipart_uploads()
            .bucket("renders");
        listed.send().await.expect("a list").uploads().len()
    }
}

fn config_of(cloud: &Running, id: &str, secret: &str) -> SdkConfig {
    let credentials = Credentials::new(id, secret, None, None, "test");
    let credentials = SharedCredentialsProvider::new(credentials);
    store::sdk_config("us-east-1", Some(cloud.endpoint()), credentials)
}

/// Bytes that differ everywhere.
fn noise(length: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes.into()
}

fn pieces(
    bytes: &Bytes,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let bytes = bytes.clone();
    let starts = (0..bytes.len()).step_by(100_001);
    stream::iter(starts.map(move |at| Ok(bytes.slice(at..bytes.len().min(at + 100_001)))))
}

#[tokio::test]
async fn documents_are_written_under_conditions() {
    let world = World::open().await;
    let (bucket, json) = (&world.bucket, PutOptions::json());
    let key = "renders/r1/lease.json";

    let written = bucket
        .put_if_absent(key, "1", &json)
        .await
        .expect("an outcome");
    let Conditional::Written(first) = written else {
        panic!("there was something");
    };
    let again = bucket
        .put_if_absent(key, "1", &json)
        .await
        .expect("an outcome");
    assert_eq!(again, Conditional::Refused);

    let second = bucket
        .put_if_match(key, &first, "2", &json)
        .await
        .expect("an outcome");
    assert!(matches!(second, Conditional::Written(_)));
    let stale = bucket
        .put_if_match(key, &first, "3", &json)
        .await
        .expect("an outcome");
    assert_eq!(stale, Conditional::Refused);

    let document = bucket.read(key, 100).await.expect("a document");
    assert_eq!(document.bytes, "2");
    assert_eq!(Conditional::Written(document.etag.clone()), second);
    let head = bucket.head(key).await.expect("a head");
    assert_eq!((head.size, head.etag), (1, document.etag.clone()));
    assert_eq!(head.content_type.as_deref(), Some("application/json"));

    bucket.delete(key).await.expect("removed");
    let gone = bucket.put_if_match(key, &document.etag, "4", &json).await;
    assert_eq!(gone.expect("an outcome"), Conditional::Refused);
    let missing = bucket.read(key, 100).await.expect_err("nothing");
    assert_eq!(*missing.kind(), ErrorKind::Missing);
}

#[tokio::test]
async fn a_large_upload_comes_back_whole_and_in_ranges() {
    let world = World::open().await;
    let bytes = noise((20 << 20) + 7);
    let options = PutOptions::content_type("video/mp4");
    let uploaded = world
        .bucket
        .upload("out.mp4", pieces(&bytes), &options)
        .await;
    let uploaded = uploaded.expect("uploaded");
    assert_eq!(uploaded.size, bytes.len() as u64);
    assert!(
        uploaded.etag.as_str().ends_with("-3\""),
        "{}",
        uploaded.etag
    );

    let whole = world.bucket.get("out.mp4").await.expect("an object");
    assert_eq!(whole.head().etag, uploaded.etag);
    assert_eq!(whole.head().content_type.as_deref(), Some("video/mp4"));
    assert!(whole.into_bytes().await.expect("all of it") == bytes);

    let size = bytes.len() as u64;
    for range in [
        ByteRange::Between(8 << 20, (8 << 20) + 99),
        ByteRange::Between((8 << 20) - 50, (16 << 20) + 50),
        ByteRange::From(size - 3),
        ByteRange::Last(5),
        ByteRange::Between(size - 1, u64::MAX >> 1),
    ] {
        let (first, last) = range.within(size).expect("inside");
        let object = world
            .bucket
            .get_range_of("out.mp4", &uploaded.etag, range)
            .await;
        let got = object
            .expect("a range")
            .into_bytes()
            .await
            .expect("its bytes");
        assert!(
            got == bytes.slice(first as usize..=last as usize),
            "{range}"
        );
    }
    let outside = world
        .bucket
        .get_range("out.mp4", ByteRange::From(size))
        .await;
    assert_eq!(*outside.expect_err("outside").kind(), ErrorKind::Range);
    let other = ETag::new("\"0123\"");
    let changed = world
        .bucket
        .get_range_of("out.mp4", &other, ByteRange::From(0))
        .await;
    assert_eq!(
        *changed.expect_err("changed").kind(),
        ErrorKind::Precondition
    );
    assert_eq!(world.open_uploads().await, 0);
}

#[tokio::test]
async fn a_large_upload_that_comes_second_or_breaks_leaves_nothing() {
    let world = World::open().await;
    let (bucket, options) = (&world.bucket, PutOptions::default());
    let bytes = noise(9 << 20);
    let first = bucket
        .upload_if_absent("out", pieces(&bytes), &options)
        .await;
    assert!(matches!(
        first.expect("an outcome"),
        Conditional::Written(_)
    ));
    let second = bucket
        .upload_if_absent("out", pieces(&bytes), &options)
        .await;
    assert_eq!(second.expect("an outcome"), Conditional::Refused);

    let broken = stream::iter([Err(std::io::Error::other("the encoder died"))]);
    let broken = bucket
        .upload("broken", pieces(&bytes).chain(broken), &options)
        .await;
    assert!(matches!(broken, Err(UploadError::Source(_))));
    assert!(
        bucket
            .head("broken")
            .await
            .expect_err("nothing")
            .is_missing()
    );
    assert_eq!(world.open_uploads().await, 0);
}

#[tokio::test]
async fn more_than_a_page_is_listed_and_removed() {
    let world = World::open().await;
    let (bucket, options) = (&world.bucket, PutOptions::default());
    let keys: Vec<String> = (0..1003)
        .map(|number| format!("many/{number:04} é"))
        .collect();
    stream::iter(&keys)
        .map(|key| bucket.put(key, "x", &options))
        .buffer_unordered(32)
        .try_collect::<Vec<_>>()
        .await
        .expect("written");
    bucket.put("other", "x", &options).await.expect("written");
    let listed = bucket.list("many/").await.expect("a list");
    assert!(listed.iter().map(|listed| &listed.key).eq(&keys));
    assert!(listed.iter().all(|listed| listed.size == 1));
    assert_eq!(bucket.delete_many(keys).await.expect("removed"), []);
    let left = bucket.list("").await.expect("a list");
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn a_copy_keeps_what_is_stored_beside_the_bytes() {
    let world = World::open().await;
    let from = "a b/+é?#%.txt";
    let options = PutOptions {
        content_disposition: Some("attachment".into()),
        ..PutOptions::content_type("text/plain")
    };
    let etag = world
        .bucket
        .put(from, "text", &options)
        .await
        .expect("written");
    let copied = world.bucket.copy_to(from, &world.bucket, "to").await;
    assert_eq!(copied.expect("copied").etag, etag);
    let head = world.bucket.head("to").await.expect("a head");
    assert_eq!(head.content_type.as_deref(), Some("text/plain"));
}

#[tokio::test]
async fn a_presigned_url_is_as_good_as_its_signer() {
    let world = World::open().await;
    let (bucket, options) = (&world.bucket, PutOptions::default());
    bucket
        .put("a b/out.mp4", "video", &options)
        .await
        .expect("written");
    let hour = Duration::from_secs(3600);
    let url = bucket
        .presign_get("a b/out.mp4", hour)
        .await
        .expect("a URL");
    let download = Download::open(&url, None).await.expect("an answer");
    assert_eq!(download.length(), 5);
    let bytes: Vec<Bytes> = download
        .into_stream()
        .try_collect()
        .await
        .expect("all of it");
    assert_eq!(bytes.concat(), b"video");

    let stranger = world.as_user_with(&["s3:ListBucket"]).await;
    let url = stranger
        .presign_get("a b/out.mp4", hour)
        .await
        .expect("a URL");
    let refused = Download::open(&url, None).await.expect_err("a refusal");
    let DownloadError::Refused { status, message } = refused else {
        panic!("{refused}");
    };
    assert_eq!(status, 403);
    assert!(message.contains("s3:GetObject"), "{message}");

    let week = Duration::from_secs(7 * 24 * 3600 + 1);
    let error = bucket.presign_get("k", week).await.expect_err("too long");
    assert!(matches!(error.kind(), ErrorKind::Inconsistent(_)));
}

#[tokio::test]
async fn failures_are_told_apart() {
    let world = World::open().await;
    let bucket = &world.bucket;
    let kind = async |bucket: &Bucket| {
        bucket
            .read("k", 10)
            .await
            .expect_err("a failure")
            .kind()
            .clone()
    };

    assert_eq!(kind(bucket).await, ErrorKind::Missing);
    let nowhere = Bucket::new(bucket.client().clone(), "nowhere");
    assert_eq!(kind(&nowhere).await, ErrorKind::MissingBucket);
    let strangers = bucket.clone().owned_by("210987654321");
    assert!(matches!(kind(&strangers).await, ErrorKind::Denied(_)));

    // Whoever may not list the bucket is not told what is missing in it.
    let reader = world.as_user_with(&["s3:GetObject"]).await;
    let ErrorKind::Denied(message) = kind(&reader).await else {
        panic!("it was told");
    };
    assert!(message.contains("s3:ListBucket"), "{message}");
    let put = reader.put("k", "x", &PutOptions::default()).await;
    assert!(matches!(
        put.expect_err("denied").kind(),
        ErrorKind::Denied(_)
    ));
    let removed = reader
        .delete_many(["k"])
        .await
        .expect("an answer for each key");
    assert_eq!(
        (removed[0].key.as_str(), removed[0].code.as_str()),
        ("k", "AccessDenied")
    );

    let unknown = config_of(&world.cloud, "AKIAUNKNOWN000000000", "secret");
    let unknown = Bucket::new(store::s3_client(&unknown), "renders");
    assert!(matches!(kind(&unknown).await, ErrorKind::Credentials(_)));
}

#[tokio::test]
async fn ranges_of_objects_come_through_the_proxy() {
    let world = World::open().await;
    let bytes = noise(100_000);
    let options = PutOptions::content_type("video/mp4");
    let put = world.bucket.put("v.mp4", bytes.clone(), &options);
    put.await.expect("written");
    let proxy = RangeProxy::start(RemoteRules::public())
        .await
        .expect("a proxy");
    let url = proxy.object_url(&world.bucket, "v.mp4");
    // The proxy's answers are those of S3, so what reads presigned URLs reads them too.
    let download = Download::open(&url, None).await.expect("an answer");
    let got: Vec<Bytes> = download
        .into_stream()
        .try_collect()
        .await
        .expect("all of it");
    assert!(got.concat() == bytes);
}

#[tokio::test]
async fn a_cloud_that_is_gone_is_unreachable() {
    let world = World::open().await;
    world.cloud.shutdown().await;
    let error = world.bucket.read("k", 10).await.expect_err("nobody there");
    assert_eq!(*error.kind(), ErrorKind::Unreachable);
    assert!(error.is_transient());
}
