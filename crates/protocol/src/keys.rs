//! The keys of objects in the bucket of a render.

use std::net::IpAddr;

use crate::frames::ChunkIndex;
use crate::names::RenderId;
use crate::payload::ClipTime;
use crate::state::{Attempt, Part};

/// The keys under `renders/<id>/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderKeys {
    id: RenderId,
    folder: String,
}

impl RenderKeys {
    /// The keys of the render `id`.
    #[must_use]
    pub fn new(id: &RenderId) -> Self {
        Self {
            id: id.clone(),
            folder: format!("renders/{id}/"),
        }
    }

    /// The prefix of all of them, with a slash at its end.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The progress document that clients read.
    #[must_use]
    pub fn progress(&self) -> String {
        self.at("progress.json")
    }

    /// The request as `start` accepted it; any `launch` continues from there.
    #[must_use]
    pub fn request(&self) -> String {
        self.at("request.json")
    }

    /// The plan, written once.
    #[must_use]
    pub fn plan(&self) -> String {
        self.at("plan.json")
    }

    /// Which launch leads.
    #[must_use]
    pub fn lease(&self) -> String {
        self.at("lease.json")
    }

    /// The client's wish that the render ends, `{"cancelledAt": <ms>}`.
    #[must_use]
    pub fn cancel(&self) -> String {
        self.at("cancel.json")
    }

    /// The keys of another service that the output goes to: outside the render's folder, which those who fetch outputs
    /// may read.
    #[must_use]
    pub fn output_keys(&self) -> String {
        format!("output-keys/{}.json", self.id)
    }

    /// The prefix of all chunks' objects, with a slash at its end.
    #[must_use]
    pub fn chunks(&self) -> String {
        self.at("chunks/")
    }

    /// The prefix of one chunk's objects, with a slash at its end.
    #[must_use]
    pub fn chunk(&self, chunk: ChunkIndex) -> String {
        self.at(&format!("chunks/{chunk}/"))
    }

    /// The manifest of a part of a chunk; the part exists when this object does.
    #[must_use]
    pub fn manifest(&self, chunk: ChunkIndex, part: Part) -> String {
        self.at(&format!("chunks/{chunk}/manifest-{part}.json"))
    }

    /// An object that one attempt at a chunk makes, for example `video.mp4`.
    #[must_use]
    pub fn chunk_object(&self, chunk: ChunkIndex, attempt: Attempt, name: &str) -> String {
        self.at(&format!("chunks/{chunk}/{attempt}/{name}"))
    }

    /// The sign of life of one attempt at a chunk.
    #[must_use]
    pub fn heartbeat(&self, chunk: ChunkIndex, attempt: Attempt) -> String {
        self.chunk_object(chunk, attempt, "heartbeat.json")
    }

    /// An output named `name` beside the render's documents.
    #[must_use]
    pub fn output(&self, name: &str) -> String {
        self.at(name)
    }

    /// The chunk and part whose manifest `key` is, if it is one of this render.
    #[must_use]
    pub fn parse_manifest(&self, key: &str) -> Option<(ChunkIndex, Part)> {
        let (chunk, name) = key.strip_prefix(&self.chunks())?.split_once('/')?;
        let part = name.strip_prefix("manifest-")?.strip_suffix(".json")?;
        Some((ChunkIndex(chunk.parse().ok()?), Part(part.parse().ok()?)))
    }

    fn at(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }
}

/// The prefix of all clips, with a slash at its end.
pub const CLIPS: &str = "clips/";

/// The object that a clip of the object or the address `source` goes to unless something else is asked for: named after
/// the render that made the source, or else after the source's own name.
#[must_use]
pub fn clip(source: &str, from: ClipTime, to: ClipTime, extension: &str) -> String {
    let (path, _) = source.split_once(['?', '#']).unwrap_or((source, ""));
    let render = path
        .strip_prefix("renders/")
        .and_then(|rest| rest.split_once('/'));
    let name = match render {
        Some((id, _)) => id,
        None => {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.rsplit_once('.').map_or(name, |(stem, _)| stem)
        }
    };
    let name = if name.is_empty() { "clip" } else { name };
    format!("{CLIPS}{name}/{from}-{to}.{extension}")
}

/// The object that large input props are stored as.
#[must_use]
pub fn input_props(hash: &str) -> String {
    format!("input-props/{hash}.json")
}

/// The address of an object that clients are shown: path style, whatever the endpoint.
#[must_use]
pub fn public_url(region: &str, bucket: &str, key: &str) -> String {
    format!("https://s3.{region}.{}/{bucket}/{key}", dns_suffix(region))
}

/// The address of a public site's `index.html`.
#[must_use]
pub fn public_site_url(region: &str, bucket: &str, site: &str) -> String {
    format!(
        "https://{bucket}.s3.{region}.{}/sites/{site}/index.html",
        dns_suffix(region)
    )
}

/// The same where `endpoint` stands in AWS's place, if one does.
#[must_use]
pub fn public_site_url_by(
    endpoint: Option<&str>,
    region: &str,
    bucket: &str,
    site: &str,
) -> String {
    match endpoint {
        Some(endpoint) => public_site_url_at(endpoint, bucket, site),
        None => public_site_url(region, bucket, site),
    }
}

/// Bundles name their files from the root of their host, so the bucket is in the host's name where that leads anywhere:
/// on loopback, since every name below `localhost` does (RFC 6761, 6.3). A host elsewhere need not have such names.
fn public_site_url_at(endpoint: &str, bucket: &str, site: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    let loopback = endpoint
        .split_once("://")
        .and_then(|(scheme, authority)| Some((scheme, loopback_port(authority)?)));
    match loopback {
        Some((scheme, port)) => {
            format!("{scheme}://{bucket}.s3.localhost{port}/sites/{site}/index.html")
        }
        None => format!("{endpoint}/{bucket}/sites/{site}/index.html"),
    }
}

/// The port of an authority on this machine, with its colon; empty where there is none.
fn loopback_port(authority: &str) -> Option<&str> {
    let end = authority.rfind(|c: char| !c.is_ascii_digit())?;
    let host_end = if authority[end..].starts_with(':') {
        end
    } else {
        authority.len()
    };
    let (host, port) = authority.split_at(host_end);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    is_loopback.then_some(port)
}

fn dns_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_recognised_and_nothing_else() {
        let keys = RenderKeys::new(&"abc".parse().unwrap());
        let key = keys.manifest(ChunkIndex(12), Part(1));
        assert_eq!(key, "renders/abc/chunks/12/manifest-1.json");
        assert_eq!(keys.parse_manifest(&key), Some((ChunkIndex(12), Part(1))));
        for other in [
            "renders/abd/chunks/12/manifest-1.json",
            "renders/abc/chunks/12/1/video.mp4",
            "renders/abc/chunks/12/manifest-x.json",
            "renders/abc/progress.json",
        ] {
            assert_eq!(keys.parse_manifest(other), None, "{other}");
        }
    }

    #[test]
    fn clips_are_named_after_what_they_are_cut_from() {
        let of = |source| clip(source, ClipTime::Seconds(1.5), ClipTime::Frame(90), "mp4");
        assert_eq!(of("renders/abc/out.mp4"), "clips/abc/1.5-90f.mp4");
        assert_eq!(of("films/a.b.mov"), "clips/a.b/1.5-90f.mp4");
        assert_eq!(of("https://h/x/film.webm?k=/y"), "clips/film/1.5-90f.mp4");
        assert_eq!(of("https://h/"), "clips/clip/1.5-90f.mp4");
    }

    #[test]
    fn addresses_follow_the_partition() {
        assert_eq!(
            public_url("us-east-1", "b", "renders/x/out.mp4"),
            "https://s3.us-east-1.amazonaws.com/b/renders/x/out.mp4"
        );
        assert_eq!(
            public_site_url("cn-north-1", "b", "s"),
            "https://b.s3.cn-north-1.amazonaws.com.cn/sites/s/index.html"
        );
    }

    #[test]
    fn sites_have_a_host_of_their_own_where_there_is_one() {
        let hosts = "http://b.s3.localhost:4566/sites/s/index.html";
        for (endpoint, address) in [
            ("http://127.0.0.1:4566", hosts),
            ("http://127.0.0.1:4566/", hosts),
            ("http://localhost:4566", hosts),
            ("http://[::1]:4566", hosts),
            (
                "https://127.0.0.1",
                "https://b.s3.localhost/sites/s/index.html",
            ),
            ("https://[::1]", "https://b.s3.localhost/sites/s/index.html"),
            (
                "https://minio.example:9000",
                "https://minio.example:9000/b/sites/s/index.html",
            ),
            (
                "http://10.0.0.2:9000",
                "http://10.0.0.2:9000/b/sites/s/index.html",
            ),
        ] {
            assert_eq!(
                public_site_url_at(endpoint, "b", "s"),
                address,
                "{endpoint}"
            );
        }
    }
}
