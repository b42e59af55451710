//! Files of the site.

use crate::server::Mount;
use crate::server::respond::{Body, empty, failure, finish, nothing, start};
use crate::site::{ByteRange, Opened, SiteFileError};
use futures_util::TryStreamExt;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use percent_encoding::percent_decode_str;

/// The files of a version never change, and every page has a cache of its own.
const CACHED: &str = "max-age=86400";

pub(crate) async fn answer<B>(mount: &Mount, request: &Request<B>) -> Response<Body> {
    let Some((name, files)) = &mount.site else {
        return empty(StatusCode::NOT_FOUND);
    };
    let path = match site_path(name, request.uri().path()) {
        None => return empty(StatusCode::NOT_FOUND),
        Some(path) if path.is_empty() => "index.html".to_owned(),
        Some(path) => path,
    };
    let range = asked_range(request.headers());
    match files.open(&path, range).await {
        Ok(opened) => whole_or_part(
            opened,
            &path,
            range.is_some(),
            request.method() == Method::HEAD,
        ),
        Err(SiteFileError::NotFound(_)) => empty(StatusCode::NOT_FOUND),
        Err(SiteFileError::OutOfRange { size }) => finish(
            start(StatusCode::RANGE_NOT_SATISFIABLE)
                .header(CONTENT_RANGE, format!("bytes */{size}"))
                .header(CONTENT_LENGTH, 0),
            nothing(),
        ),
        Err(error @ SiteFileError::Store(_)) => {
            tracing::warn!(%error, path, "a file of the site could not be read");
            failure(&error)
        }
    }
}

fn whole_or_part(opened: Opened, path: &str, part: bool, head: bool) -> Response<Body> {
    let content_type = opened
        .content_type
        .as_deref()
        .unwrap_or_else(|| content_type(path));
    let mut builder = start(if part {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    })
    .header(CONTENT_TYPE, content_type)
    .header(CONTENT_LENGTH, opened.length)
    .header(ACCEPT_RANGES, "bytes");
    if part {
        let last = (opened.offset + opened.length).saturating_sub(1);
        builder = builder.header(
            CONTENT_RANGE,
            format!("bytes {}-{last}/{}", opened.offset, opened.size),
        );
    }
    if let Some(headers) = builder.headers_mut() {
        headers.insert(CACHE_CONTROL, http::HeaderValue::from_static(CACHED));
    }
    let body = if head {
        nothing()
    } else {
        StreamBody::new(opened.body.map_ok(Frame::data)).boxed_unsync()
    };
    finish(builder, body)
}

/// The path below the site's folder. `None` for one that could leave it, or that no file has.
pub(crate) fn site_path(name: &str, path: &str) -> Option<String> {
    let path = percent_decode_str(path.strip_prefix('/')?)
        .decode_utf8()
        .ok()?;
    let below = path
        .strip_prefix("sites/")
        .and_then(|rest| rest.strip_prefix(name))
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(&path);
    let plain = below.is_empty()
        || below
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
    (plain && !below.contains('\0')).then(|| below.to_owned())
}

/// The one range that was asked for. Several at once, and units other than bytes, are answered with the whole file.
fn asked_range(headers: &HeaderMap) -> Option<ByteRange> {
    let asked = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = asked.trim().split_once('-')?;
    match (first, last) {
        ("", count) => Some(ByteRange::Last(count.parse().ok()?)),
        (first, "") => Some(ByteRange::From(first.parse().ok()?, None)),
        (first, last) => {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(ByteRange::From(first, Some(last)))
        }
    }
}

/// The types that browsers insist on, and those of media.
const CONTENT_TYPES: [(&str, &str); 29] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("ico", "image/x-icon"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("ttf", "font/ttf"),
    ("wasm", "application/wasm"),
];

fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    CONTENT_TYPES
        .iter()
        .find(|(known, _)| ending.eq_ignore_ascii_case(known))
        .map_or("application/octet-stream", |(_, content_type)| content_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_mirrored_and_stay_below_the_site() {
        let path = |path| site_path("my-site", path);
        assert_eq!(
            path("/sites/my-site/public/a%20b.png").as_deref(),
            Some("public/a b.png")
        );
        assert_eq!(path("/public/a.png").as_deref(), Some("public/a.png"));
        assert_eq!(path("/").as_deref(), Some(""));
        for outside in [
            "/../etc/passwd",
            "/a/%2e%2e/b",
            "/sites/my-site//x",
            "/a%00b",
            "relative",
        ] {
            assert_eq!(path(outside), None, "{outside}");
        }
    }

    #[test]
    fn ranges_are_read_as_browsers_write_them() {
        let range = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, text.parse().unwrap());
            asked_range(&headers)
        };
        assert_eq!(range("bytes=0-"), Some(ByteRange::From(0, None)));
        assert_eq!(range("bytes=5-9"), Some(ByteRange::From(5, Some(9))));
        assert_eq!(range("bytes=-7"), Some(ByteRange::Last(7)));
        for whole in ["bytes=9-5", "bytes=0-1,3-4", "lines=1-2", "bytes=x-"] {
            assert_eq!(range(whole), None, "{whole}");
        }
    }

    #[test]
    fn endings_decide_the_type() {
        assert_eq!(content_type("public/A.PNG"), "image/png");
        assert_eq!(content_type("bundle.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("no-ending"), "application/octet-stream");
    }
}
