//! Clips of what hosts on the network, and S3, really answer.

mod host;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use bytes::Bytes;
use cloud::{Cloud, Config, Running, StateLocation};
use http::StatusCode;
use protocol::payload::{Clip, ClipErrorCode, ClipResponse};
use serde_json::{Value, json};
use store::{Bucket, RemoteRules};
use tokio::sync::watch;

use crate::error::ClipError;
use crate::job;
use host::{Host, empty, part, shifted};

/// Where clips go.
const BUCKET: &str = "clips";

/// A cloud in memory with one bucket.
struct World {
    cloud: Running,
    config: SdkConfig,
}

impl World {
    async fn open() -> Self {
        // Nothing here runs a function.
        let account = "123456789012".parse().unwrap();
        let config = Config::new(account, StateLocation::Memory, "sandbox-init".into());
        let cloud = Cloud::open(config).await.unwrap();
        let key = cloud.administrator();
        let config = config_of(&cloud, &key.access_key_id, &key.secret_access_key);
        let s3 = store::s3_client(&config);
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        Self { cloud, config }
    }

    /// Cuts as `config`'s identity.
    async fn cut_as(
        &self,
        config: &SdkConfig,
        clip: Value,
        rules: RemoteRules,
    ) -> Result<ClipResponse, ClipError> {
        let clip: Clip = serde_json::from_value(clip).unwrap();
        let s3 = store::s3_client(config);
        let bucket = |name: &str| Bucket::new(s3.clone(), name);
        let deadline = Instant::now() + Duration::from_secs(60);
        let (advance, _) = watch::channel(job::Advance::default());
        Box::pin(job::cut(&clip, bucket, rules, deadline, &advance)).await
    }

    /// Cuts `/film` of `host`.
    async fn cut(&self, host: &Host, more: Value) -> Result<ClipResponse, ClipError> {
        let mut clip = json!({ "source": host.url("/film"), "output": { "bucket": BUCKET, "key": "clip.mp4" } });
        let fields = clip.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        self.cut_as(&self.config, clip, host.rules()).await
    }

    /// What is told of a clip that is not made.
    async fn refused(&self, host: &Host, more: Value) -> (ClipErrorCode, String) {
        told(&self.cut(host, more).await.unwrap_err())
    }
}

fn config_of(cloud: &Running, id: &str, secret: &str) -> SdkConfig {
    let credentials = Credentials::new(id, secret, None, None, "test");
    let credentials = SharedCredentialsProvider::new(credentials);
    store::sdk_config("us-east-1".to_owned(), Some(cloud.endpoint()), credentials)
}

fn told(error: &ClipError) -> (ClipErrorCode, String) {
    let failure = error.failure();
    (failure.code, failure.message)
}

/// The first second.
fn second() -> Value {
    json!({ "from": 0, "to": 1 })
}

#[track_caller]
fn check(told: &(ClipErrorCode, String), code: ClipErrorCode, words: &str) {
    assert!(told.0 == code && told.1.contains(words), "{told:?}");
}

fn ffmpeg(arguments: &[&str]) {
    let done = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Four seconds that differ in every frame, with sound, a key frame every second, and the index in front.
fn film(folder: &Path) -> Bytes {
    let path = folder.join("film.mp4");
    let picture = "testsrc2=size=160x90:rate=30:duration=4";
    let sound = "sine=frequency=440:duration=4";
    let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound];
    let coded = ["-c:v", "libx264", "-g", "30", "-c:a", "aac"];
    let out = ["-movflags", "+faststart", path.to_str().unwrap()];
    ffmpeg(&[&inputs[..], &coded, &out].concat());
    std::fs::read(path).unwrap().into()
}

/// The film in another form.
fn remade(folder: &Path, name: &str, how: &[&str]) -> Bytes {
    let (film, out) = (folder.join("film.mp4"), folder.join(name));
    let input = ["-i", film.to_str().unwrap()];
    ffmpeg(&[&input[..], how, &[out.to_str().unwrap()]].concat());
    std::fs::read(out).unwrap().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_at_an_https_address_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open().await;
    let film = film(folder.path());
    let host = Host::serving(film.clone()).await;
    let exact = json!({ "from": "45f", "to": "105f", "exact": true });
    let made = world.cut(&host, exact).await.unwrap();
    assert_eq!((made.frames, made.reencoded), (60, true));
    assert!((made.duration - 2.0).abs() < 0.001, "{made:?}");
    let s3 = store::s3_client(&world.config);
    let clip = s3.get_object().bucket(BUCKET).key("clip.mp4");
    let clip = clip.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(clip.to_vec().len() as u64, made.size);

    // A host that knows no ranges serves as well.
    let plain = Host::start(move |_, _| part(&film, film.len() as u64, None)).await;
    let made = world.cut(&plain, second()).await.unwrap();
    assert!((30..=33).contains(&made.frames), "{made:?}");
    assert!(!made.reencoded);
    world.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_refuse_or_lie_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open().await;
    let film = film(folder.path());
    let refusing = async |status: StatusCode| {
        let host = Host::start(move |_, _| empty(status)).await;
        world.refused(&host, second()).await
    };
    for (status, code) in [
        (StatusCode::FORBIDDEN, ClipErrorCode::SourceDenied),
        (StatusCode::UNAUTHORIZED, ClipErrorCode::SourceDenied),
        (StatusCode::NOT_FOUND, ClipErrorCode::SourceMissing),
        (StatusCode::GONE, ClipErrorCode::SourceMissing),
        (
            StatusCode::RANGE_NOT_SATISFIABLE,
            ClipErrorCode::SourceEmpty,
        ),
        (StatusCode::BAD_GATEWAY, ClipErrorCode::SourceBroken),
    ] {
        let words = format!("/film` answers {}", status.as_u16());
        check(&refusing(status).await, code, &words);
    }
    let nothing = Host::serving(Bytes::new()).await;
    let told = world.refused(&nothing, second()).await;
    check(&told, ClipErrorCode::SourceEmpty, "answers 416");
    let nothing = Host::start(|_, _| empty(StatusCode::OK)).await;
    let told = world.refused(&nothing, second()).await;
    check(&told, ClipErrorCode::SourceEmpty, "the source is empty");

    // Another range than was asked for: at once, or where the second request comes.
    let lying = Host::start(|_, _| shifted(b"abc", 7)).await;
    let told = world.refused(&lying, second()).await;
    check(
        &told,
        ClipErrorCode::SourceBroken,
        "was asked for `bytes=0-0` and answers `bytes 7-9/1000000`",
    );
    let honest_once = film.clone();
    let lying = Host::start(move |_, range| match range {
        Some(store::ByteRange::Between(0, 0)) => part(&honest_once, 1_000_000, range),
        _ => shifted(b"abc", 7),
    })
    .await;
    let told = world.refused(&lying, second()).await;
    check(
        &told,
        ClipErrorCode::SourceBroken,
        "the source broke off: `",
    );
    world.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_not_public_are_refused() {
    let world = World::open().await;
    let host = Host::start(|path, _| {
        let target = match path {
            "/inside" => "https://169.254.169.254/latest",
            "/plain" => "http://example.com/film.mp4",
            _ => "https://localhost:1/film.mp4",
        };
        let mut answer = empty(StatusCode::FOUND);
        let target = target.parse().unwrap();
        answer.headers_mut().insert("location", target);
        answer
    })
    .await;
    let refused = async |source: String, rules: RemoteRules| {
        let clip = json!({ "source": source, "output": { "bucket": BUCKET }, "from": 0, "to": 1 });
        told(&world.cut_as(&world.config, clip, rules).await.unwrap_err())
    };
    let code = ClipErrorCode::SourceRefused;
    for (path, words) in [
        ("/inside", "`169.254.169.254` is not public"),
        ("/plain", "is no https URL"),
        ("/elsewhere", "`localhost` is not public"),
    ] {
        check(&refused(host.url(path), host.rules()).await, code, words);
    }
    // The cutter's own rules let nothing through by name.
    let public = || RemoteRules::public().https_alone();
    for source in [
        host.url("/film"),
        "https://127.0.0.1/a".to_owned(),
        "https://[::1]/a".to_owned(),
        "https://10.0.0.1/a".to_owned(),
        "https://192.168.1.1/a".to_owned(),
        "https://[fe80::1]/a".to_owned(),
        "https://2130706433/a".to_owned(),
    ] {
        check(&refused(source, public()).await, code, "is not public");
    }
    let plain = refused("http://example.com/a".to_owned(), public()).await;
    check(&plain, code, "is no https URL");
    world.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_and_spans_that_cannot_be_cut_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let world = World::open().await;
    let film = film(folder);
    let key = "76a6c65c5ea762046bd749a2e632ccbb";
    let sealing = ["-c", "copy", "-encryption_scheme", "cenc-aes-ctr"];
    let keys = ["-encryption_key", key, "-encryption_kid", key];
    let sealed = remade(folder, "sealed.mp4", &[&sealing[..], &keys].concat());
    let heard = remade(folder, "heard.m4a", &["-c", "copy", "-vn"]);
    let silent = remade(folder, "silent.mp4", &["-c", "copy", "-an"]);
    let of = async |source: Bytes, more: Value| {
        let host = Host::serving(source).await;
        world.refused(&host, more).await
    };
    use ClipErrorCode::{InvalidTime, SourceEncrypted, SourceUnreadable};
    let spans = |from: f64, to: f64| json!({ "from": from, "to": to });
    check(
        &of(sealed, second()).await,
        SourceEncrypted,
        "the source is encrypted",
    );
    let broken = film.slice(..600);
    check(
        &of(broken, second()).await,
        SourceUnreadable,
        "read as media",
    );
    let noise = Bytes::from_static(b"this is no film at all, and never was one");
    check(
        &of(noise, second()).await,
        SourceUnreadable,
        "read as media",
    );
    let as_video = json!({ "from": 0, "to": 1, "format": "mp4" });
    check(
        &of(heard.clone(), as_video).await,
        SourceUnreadable,
        "has no video, and `mp4`",
    );
    let as_sound = json!({ "from": 0, "to": 1, "format": "mp3" });
    check(
        &of(silent, as_sound).await,
        SourceUnreadable,
        "has no audio, and `mp3`",
    );
    let frames = json!({ "from": "0f", "to": "9f" });
    let told = of(heard, frames).await;
    assert_eq!(told.0, InvalidTime, "{told:?}");
    for (from, to, words) in [
        (2.0, 1.0, "`from` (2.000 s) is not before `to` (1.000 s)"),
        (2.0, 2.0, "is not before"),
        (30.0, 31.0, "`from` (30.000 s) is beyond the end"),
        (1.0, 31.0, "`to` (31.000 s) is beyond the end"),
    ] {
        check(&of(film.clone(), spans(from, to)).await, InvalidTime, words);
    }
    world.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_does_not_fit_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open().await;
    let film = film(folder.path());
    // Eight terabytes in four seconds.
    let huge = Host::start(move |_, range| part(&film, 1 << 43, range)).await;
    let told = world.refused(&huge, second()).await;
    check(&told, ClipErrorCode::DiskFull, "MB in /tmp, and");
    // What needs no disk is made all the same.
    let streamed = json!({ "from": 0, "to": 1, "format": "fmp4" });
    let made = world.cut(&huge, streamed).await.unwrap();
    assert!(made.frames >= 30, "{made:?}");
    world.cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_cannot_be_read_are_told_apart() {
    let world = World::open().await;
    let s3 = store::s3_client(&world.config);
    let put = s3.put_object().bucket(BUCKET).key("empty.mp4");
    put.send().await.unwrap();
    let iam = aws_sdk_iam::Client::new(&world.config);
    iam.create_user().user_name("u").send().await.unwrap();
    let made = iam.create_access_key().user_name("u").send().await.unwrap();
    let key = made.access_key().unwrap();
    let poor = config_of(&world.cloud, key.access_key_id(), key.secret_access_key());
    let refused = async |config: &SdkConfig, bucket: &str, key: &str| {
        let clip = json!({ "source": { "bucket": bucket, "key": key }, "from": 0, "to": 1 });
        let rules = RemoteRules::public().https_alone();
        told(&world.cut_as(config, clip, rules).await.unwrap_err())
    };
    use ClipErrorCode::{SourceDenied, SourceEmpty, SourceMissing};
    let root = &world.config;
    for (config, bucket, key, code) in [
        (root, BUCKET, "nothing.mp4", SourceMissing),
        (root, "nowhere", "a.mp4", SourceMissing),
        (root, BUCKET, "empty.mp4", SourceEmpty),
        (&poor, BUCKET, "empty.mp4", SourceDenied),
    ] {
        let told = refused(config, bucket, key).await;
        assert_eq!(told.0, code, "{told:?}");
    }
    let denied = refused(&poor, BUCKET, "empty.mp4").await.1;
    assert!(denied.contains("s3:GetObject"), "{denied}");
    world.cloud.shutdown().await;
}
