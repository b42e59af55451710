//! Frames and pictures. Their answers are read without a JSON tree: they hold up to megabytes of base64.

use crate::command::{Command, read};
use crate::error::CallError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use memchr::memmem;
use serde::{Deserialize, Serialize};

/// Lets the page draw one frame.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BeginFrame {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) screenshot: Option<Screenshot>,
}

/// How to compress a picture.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Screenshot {
    pub(crate) format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quality: Option<u8>,
    pub(crate) optimize_for_speed: bool,
}

/// What became of a frame.
pub(crate) struct Picture {
    /// Whether anything changed since the frame before.
    pub(crate) damage: bool,
    /// The picture; `None` where none was asked for, and where nothing changed.
    pub(crate) picture: Option<Bytes>,
}

impl Command for BeginFrame {
    const METHOD: &'static str = "HeadlessExperimental.beginFrame";
    type Reply = Picture;

    fn read(answer: &[u8]) -> Result<Picture, CallError> {
        match base64_field(answer, br#""screenshotData":""#) {
            Some((before, picture, after)) => Ok(Picture {
                damage: says_damage(before) || says_damage(after),
                picture: Some(decode(Self::METHOD, picture)?),
            }),
            None => {
                let drawn: Drawn = read(Self::METHOD, answer)?;
                Ok(Picture {
                    damage: drawn.has_damage,
                    picture: None,
                })
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drawn {
    has_damage: bool,
}

/// Takes a picture of the page as it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CaptureScreenshot {
    #[serde(flatten)]
    pub(crate) screenshot: Screenshot,
    pub(crate) clip: Clip,
    pub(crate) capture_beyond_viewport: bool,
    pub(crate) from_surface: bool,
}

/// What of the page is in the picture, in CSS pixels.
#[derive(Serialize)]
pub(crate) struct Clip {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) scale: f64,
}

impl Command for CaptureScreenshot {
    const METHOD: &'static str = "Page.captureScreenshot";
    type Reply = Bytes;

    fn read(answer: &[u8]) -> Result<Bytes, CallError> {
        match base64_field(answer, br#""data":""#) {
            Some((_, picture, _)) => decode(Self::METHOD, picture),
            // A refusal, or nothing that is known.
            None => read::<Infallible>(Self::METHOD, answer).map(|never| match never {}),
        }
    }
}

/// An answer that cannot be: reading it yields the refusal, or says that the answer is malformed.
#[derive(Deserialize)]
enum Infallible {}

/// What is before, in and after the string that follows `start`. Base64 has no escapes, so the next quote ends it.
fn base64_field<'a>(answer: &'a [u8], start: &[u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    let begin = memmem::find(answer, start)? + start.len();
    let end = begin + memchr::memchr(b'"', &answer[begin..])?;
    Some((&answer[..begin], &answer[begin..end], &answer[end..]))
}

fn says_damage(json: &[u8]) -> bool {
    memmem::find(json, br#""hasDamage":true"#).is_some()
}

fn decode(method: &'static str, base64: &[u8]) -> Result<Bytes, CallError> {
    STANDARD
        .decode(base64)
        .map(Bytes::from)
        .map_err(|error| CallError::Malformed {
            method,
            source: serde::de::Error::custom(error),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_with_and_without_a_picture() {
        let with = BeginFrame::read(
            br#"{"id":5,"result":{"hasDamage":true,"screenshotData":"/9j/"},"sessionId":"A"}"#,
        )
        .unwrap();
        assert!(with.damage);
        assert_eq!(&with.picture.unwrap()[..], [0xff, 0xd8, 0xff]);
        let without =
            BeginFrame::read(br#"{"id":5,"result":{"hasDamage":false},"sessionId":"A"}"#).unwrap();
        assert!(!without.damage && without.picture.is_none());
    }

    #[test]
    fn refusals_of_pictures_are_told() {
        let refusal = br#"{"id":5,"error":{"code":-32000,"message":"Unable to capture screenshot"},"sessionId":"A"}"#;
        let error = CaptureScreenshot::read(refusal).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Chrome refused Page.captureScreenshot: Unable to capture screenshot"
        );
        let gone =
            br#"{"id":5,"error":{"code":-32001,"message":"Session with given id not found."}}"#;
        assert!(matches!(BeginFrame::read(gone), Err(CallError::PageGone)));
        assert!(matches!(
            BeginFrame::read(b"{\"id\":5}"),
            Err(CallError::Malformed { .. })
        ));
        let bad = br#"{"id":5,"result":{"data":"***"}}"#;
        assert!(matches!(
            CaptureScreenshot::read(bad),
            Err(CallError::Malformed { .. })
        ));
    }
}
