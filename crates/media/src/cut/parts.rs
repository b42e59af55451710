//! The parts of a clip, each a file of its own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::cut::CutError;
use crate::cut::ledger::TimeBase;
use crate::cut::list::seeking;
use crate::cut::movie;
use crate::cut::parameter_sets::ParameterSets;
use crate::cut::plan::{Part, Plan, Redo, Span};
use crate::failure::RunError;
use crate::invocation::Invocation;
use crate::output::count_frames;
use crate::progress::Progress;
use crate::rate::FrameRate;

/// Seconds by which reading goes on behind what is wanted; what is read too much is dropped.
const BEYOND: f64 = 1.0;

/// Parts on disk.
#[derive(Debug)]
pub(super) struct Made {
    files: Vec<(PathBuf, Duration)>,
    /// The parameter sets of all of them, where they are h264.
    pub(super) sets: ParameterSets,
}

impl Made {
    /// The list by which ffmpeg reads the parts one after another.
    pub(super) fn list(&self) -> String {
        let mut list = "ffconcat version 1.0\n".to_owned();
        for (file, length) in &self.files {
            // The names are our own and hold nothing to quote.
            let name = file.display();
            let microseconds = length.as_micros();
            list.push_str(&format!("file 'file:{name}'\nduration {microseconds}us\n"));
        }
        list
    }
}

impl Plan {
    /// Makes `parts` in the folder `scratch`. `done` is told how much of the clip there is.
    pub(super) async fn make_parts(
        &self,
        base: TimeBase,
        parts: &[Part],
        scratch: &Path,
        deadline: Instant,
        done: &watch::Sender<Duration>,
    ) -> Result<Made, CutError> {
        let name = |index: usize| scratch.join(format!("part-{index}.mp4"));
        let mut sets = ParameterSets::default();
        // What is copied comes first: its parameter sets decide the numbers of the others'.
        for (index, part) in parts.iter().enumerate() {
            if let Part::Copied(span) = part {
                self.copy_part(span, &name(index), deadline).await?;
                sets = movie::parameter_sets(&name(index))
                    .await?
                    .unwrap_or_default();
            }
        }
        let beside = sets.clone();
        let mut files = Vec::new();
        let mut before = Duration::ZERO;
        for (index, part) in parts.iter().enumerate() {
            let path = name(index);
            let length = match part {
                Part::Copied(span) => span.base.seconds(span.end.pts - span.pts),
                Part::Encoded(redo) => {
                    let run =
                        |progress| self.encode_part(base, redo, &beside, &path, deadline, progress);
                    with_progress(run, before, done).await?;
                    check_count(redo, &path).await?;
                    if let Some(own) = movie::parameter_sets(&path).await? {
                        sets.add(own);
                    }
                    redo.until - redo.from
                }
            };
            let length = Duration::try_from_secs_f64(length).unwrap_or_default();
            before += length;
            done.send_replace(before);
            files.push((path, length));
        }
        Ok(Made { files, sets })
    }

    async fn copy_part(
        &self,
        span: &Span,
        destination: &Path,
        deadline: Instant,
    ) -> Result<(), CutError> {
        let failed = CutError::ffmpeg("copy the middle of the clip");
        let mut running = Invocation::new(&self.source.ffmpeg)
            .reading_all()
            .args(seeking(span.seek))
            .input(&self.source.location)
            .args(["-map", "0:V:0", "-c", "copy", "-copyts"])
            .args(["-bsf:v", &format!("{},{}", span.kept(), span.counted())])
            .args(span.reading_limit())
            .args(timescale(span.base))
            .args(["-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp4"])
            .output_file(destination)
            .start(deadline)
            .map_err(failed)?;
        running.finish().await.map_err(failed)?;
        Ok(())
    }

    async fn encode_part(
        &self,
        base: TimeBase,
        redo: &Redo,
        beside: &ParameterSets,
        destination: &Path,
        deadline: Instant,
        progress: watch::Sender<Progress>,
    ) -> Result<(), CutError> {
        let failed = CutError::ffmpeg("encode the frames at the cut");
        let video = self.source.info.video.first().ok_or(CutError::NoFrames)?;
        let tolerance = base.tolerance();
        let trimmed = format!(
            "trim=start={:.9}:end={:.9},setpts=PTS-STARTPTS",
            redo.from - tolerance,
            redo.until - tolerance
        );
        let encoder: Vec<String> = match redo.beside_copied {
            None => {
                let encoder = self.format.video_encoder(&video.codec);
                encoder.iter().map(|one| (*one).to_owned()).collect()
            }
            Some(delay) => {
                let id = beside.free_id().unwrap_or_default();
                // No frame waits for a later one, so that the first that is copied finds its place.
                [
                    "libx264",
                    "-bf",
                    "0",
                    "-crf",
                    "18",
                    "-preset",
                    "fast",
                    "-profile:v",
                    beside.profile(),
                    "-x264-params",
                    &format!("sps-id={id}"),
                    "-bsf:v",
                    &format!("setts=dts=PTS-{delay}"),
                ]
                .map(str::to_owned)
                .to_vec()
            }
        };
        let nominal = FrameRate::new(1.0).map_err(|_| CutError::VariableRate)?;
        let mut running = Invocation::new(&self.source.ffmpeg)
            .reading_all()
            .args(seeking(redo.seek))
            .input(&self.source.location)
            .args(["-map", "0:V:0", "-copyts", "-vf", &trimmed])
            .args(["-fps_mode", "passthrough"])
            .args(["-enc_time_base:v", &format!("{}/{}", base.num, base.den)])
            .arg("-c:v")
            .args(encoder)
            .args(timescale(base))
            .args(["-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp4"])
            .reporting(progress, nominal)
            .output_file(destination)
            .start(deadline)
            .map_err(failed)?;
        running.finish().await.map_err(failed)?;
        Ok(())
    }
}

impl Span {
    /// The filter of packets that lets this span through.
    pub(super) fn kept(&self) -> String {
        // What is decoded behind the key frame and shown before it needs what is not there.
        let mut dropped = format!("lt(dts,{})+lt(pts,{})", self.dts, self.pts);
        if let Some(end) = self.end.dts {
            dropped.push_str(&format!("+gte(dts,{end})"));
        }
        format!("noise=drop='{dropped}'")
    }

    /// The filter of packets that counts their times from the first frame.
    fn counted(&self) -> String {
        format!("setts=pts=PTS-({0}):dts=DTS-({0})", self.pts)
    }

    /// Ends reading soon behind the span.
    pub(super) fn reading_limit(&self) -> Vec<String> {
        match self.end.dts {
            Some(_) => reading_until(self.base.seconds(self.end.pts)),
            None => Vec::new(),
        }
    }
}

/// Ends reading behind `end`, in seconds of the file's own time.
pub(super) fn reading_until(end: f64) -> Vec<String> {
    vec!["-t".into(), format!("{:.6}", (end + BEYOND).max(BEYOND))]
}

/// Ticks of tracks and of edit lists, so that times stay exact.
pub(super) fn timescale(base: TimeBase) -> Vec<String> {
    let ticks = base.den.to_string();
    let of = |option: &str| [option.to_owned(), ticks.clone()];
    [of("-video_track_timescale"), of("-movie_timescale")].concat()
}

async fn check_count(redo: &Redo, path: &Path) -> Result<(), CutError> {
    let found = count_frames(path).await?;
    match redo.frames {
        Some(expected) if expected != found => Err(CutError::FrameCount { expected, found }),
        _ => Ok(()),
    }
}

/// Awaits `run`, and adds what it tells of its progress to `before`.
async fn with_progress<F>(
    run: impl FnOnce(watch::Sender<Progress>) -> F,
    before: Duration,
    done: &watch::Sender<Duration>,
) -> Result<(), CutError>
where
    F: Future<Output = Result<(), CutError>>,
{
    let (publish, mut progress) = watch::channel(Progress::default());
    let mut run = std::pin::pin!(run(publish));
    loop {
        tokio::select! {
            ended = &mut run => return ended,
            changed = progress.changed() => {
                if changed.is_err() {
                    return run.await;
                }
                done.send_replace(before + progress.borrow().written);
            }
        }
    }
}

/// Why a list could not be handed over.
pub(super) fn list_failed(error: std::io::Error) -> CutError {
    CutError::ffmpeg("put the parts of the clip together")(RunError::Pipe(error))
}
