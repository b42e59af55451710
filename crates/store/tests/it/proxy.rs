//! The range proxy, as ffmpeg and Chrome use it.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use store::{ByteRange, RangeProxy, RemoteError, RemoteRules};

use crate::bucket_at;
use crate::origin::{Answer, Origin, Seen};

const TEXT: &str = "abcdefghijklmnopqrstuvwxyz";

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    /// `None` for a body that broke.
    body: Option<Bytes>,
}

async fn ask(method: Method, url: &str, range: Option<&str>) -> Got {
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let mut request = Request::builder().method(method).uri(url);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let request = request.body(Empty::new()).expect("a request");
    let (head, body) = client
        .request(request)
        .await
        .expect("an answer")
        .into_parts();
    Got {
        status: head.status,
        headers: head.headers,
        body: body
            .collect()
            .await
            .ok()
            .map(http_body_util::Collected::to_bytes),
    }
}

/// A host that honours ranges.
fn ranged(seen: &Seen) -> Answer {
    match seen.header("range").and_then(ByteRange::parse) {
        None => Answer::status(200).body(TEXT),
        Some(range) => match range.within(TEXT.len() as u64) {
            None => Answer::status(416),
            Some((first, last)) => Answer::status(206)
                .with(
                    "content-range",
                    format!("bytes {first}-{last}/{}", TEXT.len()),
                )
                .body(&TEXT[first as usize..=last as usize]),
        },
    }
    .with("content-type", "video/mp4")
}

async fn proxy_for(origin: &Origin) -> RangeProxy {
    let rules = RemoteRules::public().allow("127.0.0.1", origin.address.port());
    RangeProxy::start(rules).await.expect("a proxy")
}

#[tokio::test]
async fn ranges_of_remote_files_pass_through() {
    let mut origin = Origin::start(|_, seen| ranged(seen)).await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/v.mp4?q=1")).expect("a URL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let got = ask(Method::GET, &url, Some("bytes=3-5")).await;
    assert_eq!(got.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(got.headers["content-range"], "bytes 3-5/26");
    assert_eq!(got.headers["content-type"], "video/mp4");
    assert_eq!(got.body.expect("a body"), "def");
    let seen = origin.seen();
    assert_eq!(seen[0].target, "/v.mp4?q=1");
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));

    let whole = ask(Method::GET, &url, None).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.body.expect("a body"), TEXT);
    let head = ask(Method::HEAD, &url, None).await;
    assert_eq!(head.headers["content-length"], "26");
    let outside = ask(Method::GET, &url, Some("bytes=26-")).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn ranges_of_objects_pass_through() {
    let origin = Origin::start(|_, seen| ranged(seen).with("etag", "\"v1\"")).await;
    let bucket = bucket_at(&origin.url(""));
    let proxy = RangeProxy::start(RemoteRules::public())
        .await
        .expect("a proxy");
    let url = proxy.object_url(&bucket, "sites/a b/v.mp4");
    assert_eq!(url, proxy.object_url(&bucket, "sites/a b/v.mp4"));
    let got = ask(Method::GET, &url, Some("bytes=-4")).await;
    assert_eq!(got.headers["content-range"], "bytes 22-25/26");
    assert_eq!(got.headers["etag"], "\"v1\"");
    assert_eq!(got.body.expect("a body"), "wxyz");
    let outside = ask(Method::GET, &url, Some("bytes=26-")).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn a_host_that_ignores_ranges_serves_them_all_the_same() {
    let origin = Origin::start(|_, _| Answer::status(200).body(TEXT)).await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/v.mp4")).expect("a URL");
    let got = ask(Method::GET, &url, Some("bytes=20-")).await;
    assert_eq!(got.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(got.headers["content-range"], "bytes 20-25/26");
    assert_eq!(got.body.expect("a body"), "uvwxyz");
}

#[tokio::test]
async fn a_host_that_answers_another_range_is_not_believed() {
    let origin = Origin::start(|_, _| {
        Answer::status(206)
            .with("content-range", "bytes 0-2/26")
            .body("abc")
    })
    .await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/v.mp4")).expect("a URL");
    let got = ask(Method::GET, &url, Some("bytes=3-5")).await;
    assert_eq!(got.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_passed_as_whole() {
    let origin = Origin::start(|_, _| Answer::status(200).body(TEXT).breaking_after(5)).await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/v.mp4")).expect("a URL");
    let got = ask(Method::GET, &url, None).await;
    assert_eq!(got.headers["content-length"], "26");
    assert_eq!(got.body, None);
}

#[tokio::test]
async fn redirects_are_followed_up_to_ten_and_judged_each_time() {
    let mut origin = Origin::start(|_, seen| match seen.target.as_str() {
        "/ten" => Answer::status(302).with("location", "9"),
        "/0" => ranged(seen),
        "/loop" => Answer::status(307).with("location", "/loop"),
        "/inside" => Answer::status(301).with("location", "http://169.254.169.254/latest"),
        "/local" => Answer::status(301).with("location", "http://localhost:1/"),
        "/file" => Answer::status(301).with("location", "file:///etc/passwd"),
        "/nowhere" => Answer::status(301),
        number => {
            let number: u32 = number.trim_start_matches('/').parse().expect("a number");
            Answer::status(308).with("location", format!("/{}", number - 1))
        }
    })
    .await;
    let proxy = proxy_for(&origin).await;
    let status = async |path: &str| {
        let url = proxy.remote_url(&origin.url(path)).expect("a URL");
        ask(Method::GET, &url, None).await.status
    };
    assert_eq!(status("/ten").await, StatusCode::OK);
    assert_eq!(status("/10").await, StatusCode::OK);
    assert_eq!(status("/11").await, StatusCode::BAD_GATEWAY);
    assert_eq!(status("/loop").await, StatusCode::BAD_GATEWAY);
    assert_eq!(status("/inside").await, StatusCode::FORBIDDEN);
    // A name whose addresses are judged when it is resolved.
    assert_eq!(status("/local").await, StatusCode::FORBIDDEN);
    assert_eq!(status("/file").await, StatusCode::FORBIDDEN);
    assert_eq!(status("/nowhere").await, StatusCode::BAD_GATEWAY);
    assert!(
        origin
            .seen()
            .iter()
            .all(|seen| seen.header("range").is_none())
    );
}

#[tokio::test]
async fn what_is_not_public_is_refused_without_a_connection() {
    let mut origin = Origin::start(|_, seen| ranged(seen)).await;
    let proxy = RangeProxy::start(RemoteRules::public())
        .await
        .expect("a proxy");
    let refused = proxy.remote_url(&origin.url("/v.mp4"));
    assert!(matches!(refused, Err(RemoteError::NotPublic(_))));
    let named = format!("http://localhost:{}/v.mp4", origin.address.port());
    let url = proxy
        .remote_url(&named)
        .expect("a name that is not resolved yet");
    assert_eq!(
        ask(Method::GET, &url, None).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(origin.seen().is_empty());
}

#[tokio::test]
async fn there_is_nothing_but_what_was_made_readable() {
    let origin = Origin::start(|_, seen| ranged(seen)).await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/v.mp4")).expect("a URL");
    let token = url.rsplit('/').next().expect("a token");
    assert_eq!(token.len(), 32);
    let other = url.replace(token, &"0".repeat(32));
    assert_eq!(
        ask(Method::GET, &other, None).await.status,
        StatusCode::NOT_FOUND
    );
    let posted = ask(Method::POST, &url, None).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(posted.headers["allow"], "GET, HEAD");
}

#[tokio::test]
async fn the_hosts_own_refusals_are_passed_on() {
    let origin = Origin::start(|_, _| Answer::status(404)).await;
    let proxy = proxy_for(&origin).await;
    let url = proxy.remote_url(&origin.url("/gone.mp4")).expect("a URL");
    assert_eq!(
        ask(Method::GET, &url, None).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_proxy_that_is_dropped_serves_nobody() {
    let origin = Origin::start(|_, seen| ranged(seen)).await;
    let proxy = proxy_for(&origin).await;
    let address = proxy.address();
    drop(proxy);
    // The listener closes when its task is gone.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
