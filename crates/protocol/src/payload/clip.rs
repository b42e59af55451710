//! The clip cutter: what it is asked for, and what it answers.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a clip can be written as: the names that [`Clip::format`] takes.
pub const CLIP_FORMATS: [&str; 11] = [
    "mp4", "mov", "fmp4", "webm", "ts", "m4a", "mp3", "aac", "wav", "flac", "ogg",
];

/// Asks the clip cutter for a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clip {
    /// What is cut.
    pub source: ClipSource,
    /// Where the clip begins.
    pub from: ClipTime,
    /// Where it ends; what is shown then is no part of it.
    pub to: ClipTime,
    /// Whether it has exactly the frames between, instead of beginning at the key frame before.
    #[serde(default)]
    pub exact: bool,
    /// Where it goes; to the bucket of the source where it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<ClipOutput>,
    /// One of [`CLIP_FORMATS`]; told by the output's name or the source where it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Whether the answer is a stream that tells the progress: one [`ClipMessage`] a line.
    #[serde(default)]
    pub streamed: bool,
}

/// Where a clip goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipOutput {
    /// The bucket.
    pub bucket: String,
    /// The key; under `clips/` where it is `None`, see [`keys::clip`](crate::keys::clip).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// An object of S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipObject {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
}

/// What is cut. On the wire an object `{bucket, key}` or a URL, which may also stand in `{url}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SourceSpelling", into = "SourceSpelling")]
pub enum ClipSource {
    /// An object that the cutter's role may read.
    Object(ClipObject),
    /// A file that everybody may read, by https.
    Url(String),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SourceSpelling {
    Object(ClipObject),
    Named { url: String },
    Url(String),
}

impl From<SourceSpelling> for ClipSource {
    fn from(spelling: SourceSpelling) -> Self {
        match spelling {
            SourceSpelling::Object(object) => Self::Object(object),
            SourceSpelling::Named { url } | SourceSpelling::Url(url) => Self::Url(url),
        }
    }
}

impl From<ClipSource> for SourceSpelling {
    fn from(source: ClipSource) -> Self {
        match source {
            ClipSource::Object(object) => Self::Object(object),
            ClipSource::Url(url) => Self::Url(url),
        }
    }
}

/// A moment of a source. Text: seconds (`12.5`), `MM:SS`, `HH:MM:SS.mmm`, or a frame's number with `f` (`90f`); on the wire
/// a number of seconds too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClipTime {
    /// From the start of the source.
    Seconds(f64),
    /// When this frame is shown, counted from 0.
    Frame(u64),
}

/// The text is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time: it takes seconds (12.5), HH:MM:SS.mmm, or a frame with f (90f)")]
pub struct ClipTimeError(String);

impl FromStr for ClipTime {
    type Err = ClipTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            if let Some(frame) = text.strip_suffix('f') {
                return digits(frame)?.parse().ok().map(Self::Frame);
            }
            let mut fields = text.split(':').rev();
            let mut seconds = decimal(fields.next()?)?;
            let is_clock = text.contains(':');
            if is_clock && seconds >= 60.0 {
                return None;
            }
            let (minutes, hours) = (fields.next(), fields.next());
            if let Some(minutes) = minutes {
                let minutes: u32 = digits(minutes)?.parse().ok()?;
                if hours.is_some() && minutes >= 60 {
                    return None;
                }
                seconds += f64::from(minutes) * 60.0;
            }
            if let Some(hours) = hours {
                seconds += f64::from(digits(hours)?.parse::<u32>().ok()?) * 3600.0;
            }
            fields.next().is_none().then_some(Self::Seconds(seconds))
        };
        read().ok_or_else(|| ClipTimeError(text.to_owned()))
    }
}

fn digits(text: &str) -> Option<&str> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then_some(text)
}

/// Digits with at most one point among them: no sign, exponent or name that a float's own parser takes.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole)?;
    digits(fraction)?;
    text.parse().ok()
}

/// As it is read; seconds without needless digits.
impl fmt::Display for ClipTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(f, "{seconds}"),
            Self::Frame(frame) => write!(f, "{frame}f"),
        }
    }
}

impl Serialize for ClipTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_f64(*seconds),
            Self::Frame(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for ClipTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling {
            Seconds(f64),
            Text(String),
        }
        match Spelling::deserialize(deserializer)? {
            Spelling::Seconds(seconds) => Ok(Self::Seconds(seconds)),
            Spelling::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// What the clip cutter says: the answer is a [`Success`](Self::Success) or an [`Error`](Self::Error), which is the last
/// line where it is streamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClipMessage {
    /// How far it is.
    Progress(ClipProgress),
    /// The clip is stored.
    Success(ClipResponse),
    /// There is no clip.
    Error(ClipFailure),
}

/// How far a clip is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClipProgress {
    /// Seconds of the clip that are made.
    pub seconds: f64,
    /// Seconds that it will have.
    pub of: f64,
}

/// A clip that is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClipResponse {
    /// Where it is.
    pub output: ClipObject,
    /// Its bytes.
    pub size: u64,
    /// One of [`CLIP_FORMATS`].
    pub format: String,
    /// Its media type.
    pub content_type: String,
    /// Seconds that it lasts.
    pub duration: f64,
    /// Where it begins, in seconds from the start of the source: before `from` where it is not exact.
    pub starts_at: f64,
    /// Frames of video; 0 where it has none.
    pub frames: u64,
    /// Whether frames or sound were encoded anew.
    pub reencoded: bool,
}

/// Why there is no clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipFailure {
    /// What a program can act on.
    pub code: ClipErrorCode,
    /// What went wrong, for people.
    pub message: String,
    /// The chain of causes.
    pub stack: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClipErrorCode {
    /// The request is malformed, or contradicts itself.
    InvalidRequest,
    /// A time is not within the source.
    InvalidTime,
    /// There is no source.
    SourceMissing,
    /// The source may not be read.
    SourceDenied,
    /// The source has no bytes.
    SourceEmpty,
    /// The source is no media, damaged, or lacks what is asked for.
    SourceUnreadable,
    /// The source is encrypted.
    SourceEncrypted,
    /// The source's host is not public, or not asked by https.
    SourceRefused,
    /// The source's host answers other ranges than it is asked for, errors, or nothing.
    SourceBroken,
    /// The clip does not fit on the function's disk.
    DiskFull,
    /// The clip was not made in the time that the function has.
    TimedOut,
    /// The clip may not be written, or cannot be.
    OutputFailed,
    /// Something else; the log tells more.
    Failed,
}

impl fmt::Display for ClipErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_clocks_or_frames() {
        let check = |text: &str, expected: Option<ClipTime>| {
            assert_eq!(text.parse::<ClipTime>().ok(), expected, "{text}");
        };
        let seconds = |seconds| Some(ClipTime::Seconds(seconds));
        check("12.5", seconds(12.5));
        check("90", seconds(90.0));
        check("01:30", seconds(90.0));
        check("90:00", seconds(5400.0));
        check("01:02:03.004", seconds(3723.004));
        check("90f", Some(ClipTime::Frame(90)));
        for wrong in [
            "", "f", "-1", "1e3", "inf", "1.5f", "1:60", "1:60:00", "1:2:3:4", ":1", "1:", ".5",
            "+1f", "１",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn requests_are_read_in_every_spelling() {
        let read = |json: &str| serde_json::from_str::<Clip>(json);
        let clip =
            read(r#"{"source":{"bucket":"b","key":"k"},"from":1.5,"to":"00:00:03","more":1}"#)
                .unwrap();
        assert_eq!(
            (clip.from, clip.to),
            (ClipTime::Seconds(1.5), ClipTime::Seconds(3.0))
        );
        assert!(!clip.exact && clip.output.is_none());
        for source in [r#""https://h/a""#, r#"{"url":"https://h/a"}"#] {
            let clip = read(&format!(r#"{{"source":{source},"from":"3f","to":"9f"}}"#)).unwrap();
            assert_eq!(clip.source, ClipSource::Url("https://h/a".into()));
            let again = serde_json::to_string(&clip).unwrap();
            assert_eq!(read(&again).unwrap(), clip);
        }
        let error = read(r#"{"source":"x","from":"soon","to":1}"#).unwrap_err();
        assert!(error.to_string().contains("`soon` is no time"), "{error}");
    }

    #[test]
    fn answers_are_told_by_their_type() {
        let progress = ClipMessage::Progress(ClipProgress {
            seconds: 1.0,
            of: 2.0,
        });
        let json = serde_json::to_string(&progress).unwrap();
        assert_eq!(json, r#"{"type":"progress","seconds":1.0,"of":2.0}"#);
        let error: ClipMessage = serde_json::from_str(
            r#"{"type":"error","code":"SourceMissing","message":"m","stack":""}"#,
        )
        .unwrap();
        assert!(matches!(error, ClipMessage::Error(f) if f.code == ClipErrorCode::SourceMissing));
    }
}
