//! Values of single settings, as clients write them.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, Serialize};

use crate::frames::FrameRange;

/// A video, image or audio codec that clients may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the codecs'")]
pub enum Codec {
    H264,
    H265,
    Vp8,
    Vp9,
    Mp3,
    Aac,
    Wav,
    Gif,
    Prores,
}

impl Codec {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Wav => "wav",
            Self::Gif => "gif",
            Self::Prores => "prores",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An audio codec that clients may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the codecs'")]
pub enum AudioCodec {
    #[serde(rename = "aac")]
    Aac,
    #[serde(rename = "mp3")]
    Mp3,
    #[serde(rename = "pcm-16")]
    Pcm16,
    #[serde(rename = "opus")]
    Opus,
}

impl AudioCodec {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Mp3 => "mp3",
            Self::Pcm16 => "pcm-16",
            Self::Opus => "opus",
        }
    }
}

/// The image format of single frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// JPEG; the default.
    #[default]
    Jpeg,
    /// PNG, with alpha.
    Png,
    /// WebP; stills alone.
    Webp,
    /// One PDF page; stills alone.
    Pdf,
    /// No images: audio alone is rendered.
    None,
}

impl ImageFormat {
    /// The name on the wire, which is also the file extension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::None => "none",
        }
    }
}

/// Who may read the output. Buckets with ACLs disabled ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privacy {
    /// Everybody; the default of clients.
    #[default]
    Public,
    /// The account.
    Private,
    /// Whoever the bucket's policy allows.
    NoAcl,
}

/// How much is logged.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Trace,
    Verbose,
    #[default]
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Verbose => "verbose",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// The colour space of the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the standards'")]
pub enum ColorSpace {
    #[default]
    Default,
    Bt601,
    Bt709,
    Bt2020Ncl,
}

impl ColorSpace {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bt601 => "bt601",
            Self::Bt709 => "bt709",
            Self::Bt2020Ncl => "bt2020-ncl",
        }
    }
}

/// What a browser does with the output's address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum DownloadBehavior {
    /// It plays the file; the default.
    #[default]
    PlayInBrowser,
    /// It saves the file.
    #[serde(rename_all = "camelCase")]
    Download {
        /// Under this name, or the key's.
        #[serde(default)]
        file_name: Option<String>,
    },
}

impl DownloadBehavior {
    /// What the object's `Content-Disposition` says; nothing where the browser plays it.
    #[must_use]
    pub fn content_disposition(&self) -> Option<String> {
        let Self::Download { file_name } = self else {
            return None;
        };
        Some(match file_name {
            None => "attachment".to_owned(),
            Some(name) => {
                let name: String = name.bytes().map(percent_encoded).collect();
                format!("attachment; filename=\"{name}\"")
            }
        })
    }
}

/// A byte of a file name as a header may carry it.
fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Options of Chrome.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChromiumOptions {
    /// Accept any TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_certificate_errors: Option<bool>,
    /// Turn the same-origin policy off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_web_security: Option<bool>,
    /// The graphics back end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl: Option<String>,
    /// Without a window; anything else is not possible in a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headless: Option<bool>,
    /// What Chrome says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// More than one Chrome process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_multi_process_on_linux: Option<bool>,
    /// `prefers-color-scheme: dark`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dark_mode: Option<bool>,
}

/// Which frames of the composition a client asks for: a frame, a range, an open range, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RequestedFrames {
    /// One frame.
    Single(u32),
    /// From the first number to the second, both included; to the end where there is none.
    Range(u32, Option<u32>),
}

/// Frames that the composition does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("frame range {first}-{last} is not inside the composition, whose frames are 0-{end}")]
pub struct FramesOutside {
    first: u32,
    last: u32,
    end: u32,
}

impl RequestedFrames {
    /// The frames of a composition that has `duration_in_frames` of them; all where nothing was asked for.
    ///
    /// # Errors
    /// [`FramesOutside`] if the composition lacks one of them, or the range ends before it starts.
    pub fn resolve(
        asked: Option<Self>,
        duration_in_frames: NonZeroU32,
    ) -> Result<FrameRange, FramesOutside> {
        let end = duration_in_frames.get() - 1;
        let (first, last) = match asked {
            None => (0, end),
            Some(Self::Single(frame)) => (frame, frame),
            Some(Self::Range(first, last)) => (first, last.unwrap_or(end)),
        };
        FrameRange::new(first, last)
            .ok()
            .filter(|range| range.last() <= end)
            .ok_or(FramesOutside { first, last, end })
    }
}

/// Where a client wants the output: a name beside the render's documents, or any key of any bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OutName {
    /// `renders/<id>/<name>` of the render's bucket.
    Name(String),
    /// A key of a bucket.
    #[serde(rename_all = "camelCase")]
    Object {
        /// The bucket.
        bucket_name: String,
        /// The key.
        key: String,
        /// Another service that speaks S3.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        s3_output_provider: Option<S3OutputProvider>,
    },
}

/// Another service that speaks S3, with its keys.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct S3OutputProvider {
    /// Its address.
    pub endpoint: String,
    /// Its key id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// Its secret key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<String>,
    /// Its region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Buckets in the path and not in the host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_path_style: Option<bool>,
}

impl fmt::Debug for S3OutputProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3OutputProvider")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Reads a positive whole number, or nothing; 0 is nothing too, as some clients write it for absent.
pub(crate) fn positive<'de, D: Deserializer<'de>>(d: D) -> Result<Option<NonZeroU32>, D::Error> {
    Ok(Option::<u32>::deserialize(d)?.and_then(NonZeroU32::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(json: &str, duration: u32) -> Result<(u32, u32), FramesOutside> {
        let asked: Option<RequestedFrames> = serde_json::from_str(json).unwrap();
        RequestedFrames::resolve(asked, NonZeroU32::new(duration).unwrap()).map(Into::into)
    }

    #[test]
    fn names_of_downloads_are_safe_in_headers() {
        let says = |json: &str| {
            let behavior: DownloadBehavior = serde_json::from_str(json).unwrap();
            behavior.content_disposition()
        };
        assert_eq!(says(r#"{"type":"play-in-browser"}"#), None);
        let nameless = says(r#"{"type":"download"}"#);
        assert_eq!(nameless.as_deref(), Some("attachment"));
        let named = says(r#"{"type":"download","fileName":"a \"b\" ü.mp4"}"#);
        assert_eq!(
            named.as_deref(),
            Some(r#"attachment; filename="a%20%22b%22%20%C3%BC.mp4""#)
        );
    }

    #[test]
    fn requested_frames_in_every_shape() {
        assert_eq!(frames("null", 300), Ok((0, 299)));
        assert_eq!(frames("7", 300), Ok((7, 7)));
        assert_eq!(frames("[10,20]", 300), Ok((10, 20)));
        assert_eq!(frames("[10,null]", 300), Ok((10, 299)));
    }

    #[test]
    fn frames_outside_the_composition_are_named() {
        let outside = frames("[290,300]", 300).unwrap_err();
        assert_eq!(
            outside.to_string(),
            "frame range 290-300 is not inside the composition, whose frames are 0-299"
        );
        for asked in ["300", "[300,null]", "[20,10]"] {
            assert!(frames(asked, 300).is_err(), "{asked}");
        }
    }

    #[test]
    fn secrets_of_an_output_provider_are_not_printed() {
        let json = r#"{"bucketName":"b","key":"k","s3OutputProvider":{"endpoint":"https://e","accessKeyId":"id","secretAccessKey":"hidden"}}"#;
        let name: OutName = serde_json::from_str(json).unwrap();
        assert!(!format!("{name:?}").contains("hidden"));
        assert_eq!(serde_json::to_string(&name).unwrap(), json);
    }
}
