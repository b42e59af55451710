//! Pictures of videos, for components that draw a video frame by frame.

use crate::remote::RemoteMediaError;
use crate::server::respond::{Body, failure, finish, start};
use crate::server::{Mount, files, origin};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use media::extract::{ExtractError, OpenError, VideoSource};
use media::{Ffmpeg, InvalidLocation, Location};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, OnceCell};

/// How long a video may take to be opened.
const OPENING: Duration = Duration::from_secs(120);

/// The videos that the pages of a mount draw: one decoder each, which walks forward.
pub(crate) struct Videos {
    ffmpeg: Ffmpeg,
    /// A cell for each source, so that two questions open it once and others do not wait. The lock guards the map alone.
    open: Mutex<HashMap<String, Arc<OnceCell<VideoSource>>>>,
}

/// A question that a component asks.
#[derive(Debug, PartialEq)]
struct Question {
    source: String,
    seconds: f64,
    tone_mapped: bool,
}

/// A picture could not be given.
#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error("`{0}` is missing or no value")]
    Question(&'static str),
    #[error(transparent)]
    Remote(#[from] RemoteMediaError),
    #[error(transparent)]
    Location(#[from] InvalidLocation),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

pub(crate) async fn answer(mount: &Mount, port: u16, query: &str) -> Response<Body> {
    match picture(mount, port, query).await {
        Ok(picture) => {
            let builder = start(StatusCode::OK)
                .header(CONTENT_TYPE, picture.content_type)
                .header(CONTENT_LENGTH, picture.body.len());
            let body = Full::from(picture.body).map_err(|never| match never {});
            finish(builder, body.boxed_unsync())
        }
        Err(error) => {
            tracing::warn!(%error, query, "no picture of a video");
            failure(&error)
        }
    }
}

async fn picture(
    mount: &Mount,
    port: u16,
    query: &str,
) -> Result<media::extract::Picture, ProxyError> {
    let question = Question::parse(query)?;
    let source = mount.videos.get(mount, port, &question.source).await?;
    Ok(source.picture_at(question.seconds).await?)
}

impl Videos {
    pub(crate) fn new(ffmpeg: Ffmpeg) -> Self {
        Self {
            ffmpeg,
            open: Mutex::default(),
        }
    }

    async fn get(&self, mount: &Mount, port: u16, source: &str) -> Result<VideoSource, ProxyError> {
        let cell = self
            .open
            .lock()
            .await
            .entry(source.to_owned())
            .or_default()
            .clone();
        let video = cell
            .get_or_try_init(|| async {
                let location = locate(mount, port, source)?;
                let deadline = Instant::now() + OPENING;
                Ok::<_, ProxyError>(VideoSource::open(&self.ffmpeg, location, deadline).await?)
            })
            .await?;
        Ok(video.clone())
    }
}

/// Where ffmpeg reads what a page names: files of the site through this server, all else as the mount says.
fn locate(mount: &Mount, port: u16, source: &str) -> Result<Location, ProxyError> {
    let loopback = match own_path(port, source) {
        Some(path) if mount.site.is_some() => format!("http://127.0.0.1:{port}{path}"),
        _ => mount.remote.loopback_url(source)?,
    };
    Ok(Location::loopback_url(loopback)?)
}

/// The path, as it is encoded, of an address of this server. `None` for other addresses.
pub(crate) fn own_path(port: u16, url: &str) -> Option<&str> {
    let path = url
        .strip_prefix(&origin(port))
        .or_else(|| url.strip_prefix(&format!("http://127.0.0.1:{port}")))?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.starts_with('/').then_some(path)
}

/// The file of the site that an address of this server names.
pub(crate) fn own_file(site: &str, port: u16, url: &str) -> Option<String> {
    files::site_path(site, own_path(port, url)?)
}

impl Question {
    fn parse(query: &str) -> Result<Self, ProxyError> {
        let value = |name: &'static str| {
            let raw = query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
                .ok_or(ProxyError::Question(name))?;
            let decoded = percent_decode_str(raw).decode_utf8();
            decoded
                .map(|text| text.into_owned())
                .map_err(|_| ProxyError::Question(name))
        };
        Ok(Self {
            source: value("src")?,
            seconds: value("time")?
                .parse()
                .map_err(|_| ProxyError::Question("time"))?,
            tone_mapped: value("toneMapped")? == "true",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_components_write_it() {
        let query = "src=http%3A%2F%2Flocalhost%3A3000%2Fpublic%2Fa%2520b.mp4&time=0.03333333333333333&transparent=false&toneMapped=true";
        assert_eq!(
            Question::parse(query).unwrap(),
            Question {
                source: "http://localhost:3000/public/a%20b.mp4".to_owned(),
                seconds: 1.0 / 30.0,
                tone_mapped: true
            }
        );
        assert!(matches!(
            Question::parse("src=a&time=x&toneMapped=true"),
            Err(ProxyError::Question("time"))
        ));
        assert!(matches!(
            Question::parse("src=a&time=1"),
            Err(ProxyError::Question("toneMapped"))
        ));
    }

    #[test]
    fn addresses_of_this_server_are_files_of_the_site() {
        assert_eq!(
            own_file("s", 80, "http://localhost:80/sites/s/public/a%20b.mp3").as_deref(),
            Some("public/a b.mp3")
        );
        assert_eq!(
            own_file("s", 80, "http://localhost:80/public/a.mp3?x#t=1").as_deref(),
            Some("public/a.mp3")
        );
        assert_eq!(own_file("s", 80, "http://localhost:81/public/a.mp3"), None);
        assert_eq!(own_file("s", 8, "http://localhost:80/public/a.mp3"), None);
    }
}
