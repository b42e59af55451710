//! From a request to a stored clip.

use std::time::{Duration, Instant};

use media::Ffmpeg;
use media::cut::{Cut, Format, Moment, Plan, Request, Source};
use protocol::keys;
use protocol::payload::{Clip, ClipObject, ClipResponse, ClipSource, ClipTime};
use store::{Bucket, NotStored, RemoteRules, Uploaded};
use tokio::sync::watch;

use crate::error::ClipError;
use crate::scratch::Scratch;
use crate::sink::Sink;
use crate::source::Readable;

/// How far a clip is: seconds made, and seconds that it will have once that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Advance {
    pub(crate) made: Duration,
    pub(crate) of: Option<f64>,
}

/// Makes the clip that is asked for and stores it. `rules` say which hosts sources may come from.
///
/// # Errors
/// All of [`ClipError`]. What was there under the clip's key before is then still there.
pub(crate) async fn cut(
    clip: &Clip,
    bucket: impl Fn(&str) -> Bucket,
    rules: RemoteRules,
    deadline: Instant,
    advance: &watch::Sender<Advance>,
) -> Result<ClipResponse, ClipError> {
    let format = wanted_format(clip)?;
    let ffmpeg = Ffmpeg::locate().await?;
    let readable = Readable::open(&clip.source, &bucket, rules).await?;
    let explained = |error| readable.explained(error);
    let source = Source::open(&ffmpeg, readable.location.clone(), deadline)
        .await
        .map_err(explained)?;
    let request = Request {
        from: moment(clip.from),
        to: moment(clip.to),
        exact: clip.exact,
        format,
    };
    let plan = source.plan(&request, deadline).await.map_err(explained)?;
    let format = plan.format();
    let output = output(clip, format)?;
    let sink = Sink {
        bucket: bucket(&output.bucket),
        key: output.key.clone(),
    };
    let scratch = Scratch::create().map_err(ClipError::Scratch)?;
    check_space(&plan, &scratch)?;
    let seconds = plan.seconds();
    let (done, mut made) = watch::channel(Duration::ZERO);
    let making = make(plan, &scratch, &sink, deadline, &done);
    let mut making = std::pin::pin!(making);
    let (cut, uploaded) = loop {
        tokio::select! {
            ended = &mut making => break ended.map_err(|error| match error {
                MakeError::Cut(error) => readable.explained(error),
                MakeError::Other(error) => error,
            })?,
            Ok(()) = made.changed() => {
                let made = *made.borrow_and_update();
                advance.send_replace(Advance { made, of: Some(seconds) });
            }
        }
    };
    Ok(ClipResponse {
        output,
        size: uploaded.size,
        format: format.name().to_owned(),
        content_type: format.content_type().to_owned(),
        duration: cut.seconds,
        starts_at: cut.starts_at,
        frames: cut.frames,
        reencoded: cut.reencoded,
    })
}

enum MakeError {
    Cut(media::cut::CutError),
    Other(ClipError),
}

async fn make(
    plan: Plan,
    scratch: &Scratch,
    sink: &Sink,
    deadline: Instant,
    done: &watch::Sender<Duration>,
) -> Result<(Cut, Uploaded), MakeError> {
    let format = plan.format();
    let refused = |error| MakeError::Other(ClipError::Upload(error));
    if format.needs_disk() {
        let written = plan.write(scratch.path(), deadline, done).await;
        let (cut, indexed) = written.map_err(MakeError::Cut)?;
        let uploaded = sink.store_file(indexed, format).await.map_err(refused)?;
        return Ok((cut, uploaded));
    }
    let streaming = plan.stream(scratch.path(), deadline, done).await;
    let mut streaming = streaming.map_err(MakeError::Cut)?;
    let bytes = streaming.bytes().await.map_err(MakeError::Cut)?;
    let stored = Box::pin(sink.store_stream(bytes, format, streaming.finish())).await;
    match stored {
        Ok((uploaded, cut)) => Ok((cut, uploaded)),
        Err(NotStored::Making(error)) => Err(MakeError::Cut(error)),
        Err(NotStored::Upload(error)) => Err(refused(error)),
    }
}

/// What the request names, or else what the output's name tells.
fn wanted_format(clip: &Clip) -> Result<Option<Format>, ClipError> {
    let by_name = || {
        let output = clip.output.as_ref()?;
        Format::of_extension(output.key.as_ref()?)
    };
    match &clip.format {
        Some(name) => Ok(Some(name.parse()?)),
        None => Ok(by_name()),
    }
}

fn output(clip: &Clip, format: Format) -> Result<ClipObject, ClipError> {
    let (source, beside) = match &clip.source {
        ClipSource::Object(object) => (&object.key, Some(&object.bucket)),
        ClipSource::Url(url) => (url, None),
    };
    let given = clip.output.as_ref();
    let bucket = given.map(|output| &output.bucket).or(beside);
    let key = given.and_then(|output| output.key.clone());
    let output = ClipObject {
        bucket: bucket.ok_or(ClipError::NoOutput)?.clone(),
        key: key.unwrap_or_else(|| keys::clip(source, clip.from, clip.to, format.extension())),
    };
    if matches!(&clip.source, ClipSource::Object(source) if *source == output) {
        return Err(ClipError::OutputIsSource(output.key));
    }
    Ok(output)
}

/// A clip that will not fit is not begun.
fn check_space(plan: &Plan, scratch: &Scratch) -> Result<(), ClipError> {
    let needed = plan.disk_bytes();
    let free = scratch.free_bytes().map_err(ClipError::Scratch)?;
    if needed > free {
        return Err(ClipError::NoSpace { needed, free });
    }
    Ok(())
}

fn moment(time: ClipTime) -> Moment {
    match time {
        ClipTime::Seconds(seconds) => Moment::Seconds(seconds),
        ClipTime::Frame(frame) => Moment::Frame(frame),
    }
}

#[cfg(test)]
mod tests {
    use protocol::payload::CLIP_FORMATS;

    use super::*;

    fn clip(json: &str) -> Clip {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_wire_names_every_format() {
        assert_eq!(Format::ALL.map(Format::name), CLIP_FORMATS);
    }

    #[test]
    fn a_clip_goes_beside_its_source_unless_it_is_told_otherwise() {
        let of = |json: &str| output(&clip(json), Format::Mov);
        let beside = of(r#"{"source":{"bucket":"b","key":"renders/r/out.mp4"},"from":1,"to":2}"#);
        assert_eq!(beside.unwrap().key, "clips/r/1-2.mov");
        let elsewhere = of(
            r#"{"source":{"bucket":"b","key":"in/f.mp4"},"from":1,"to":2,"output":{"bucket":"c"}}"#,
        );
        let elsewhere = elsewhere.unwrap();
        assert_eq!(
            (elsewhere.bucket.as_str(), elsewhere.key.as_str()),
            ("c", "clips/f/1-2.mov")
        );
        let nowhere = of(r#"{"source":"https://h/a.mp4","from":1,"to":2}"#);
        assert!(matches!(nowhere, Err(ClipError::NoOutput)));
        let onto = of(
            r#"{"source":{"bucket":"b","key":"a"},"from":1,"to":2,"output":{"bucket":"b","key":"a"}}"#,
        );
        assert!(matches!(onto, Err(ClipError::OutputIsSource(_))));
    }

    #[test]
    fn the_name_of_the_output_tells_the_format() {
        let of = |more: &str| {
            wanted_format(&clip(&format!(
                r#"{{"source":"https://h/a.mp4","from":1,"to":2{more}}}"#
            )))
        };
        assert_eq!(of("").unwrap(), None);
        let webm = r#","output":{"bucket":"b","key":"a.webm"}"#;
        assert_eq!(of(webm).unwrap(), Some(Format::WebM));
        let told = format!(r#"{webm},"format":"ts""#);
        assert_eq!(of(&told).unwrap(), Some(Format::MpegTs));
        assert!(matches!(
            of(r#","format":"avi""#),
            Err(ClipError::Format(_))
        ));
    }
}
