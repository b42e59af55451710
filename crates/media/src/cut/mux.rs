//! The run that makes the clip: parts or a span of the source, and the sound beside it.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cut::ledger::{Line, TimeBase};
use crate::cut::list::seeking;
use crate::cut::movie::{self, Indexed};
use crate::cut::parameter_sets::ParameterSets;
use crate::cut::parts::{Made, list_failed, reading_until, timescale};
use crate::cut::plan::{Method, Plan};
use crate::cut::{CutError, Format};
use crate::failure::RunError;
use crate::invocation::{Invocation, Running};

/// The descriptor to which the run writes the list of what it wrote.
const LEDGER_DESCRIPTOR: i32 = 3;

/// What a finished clip has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Frames of video; 0 without video.
    pub frames: u64,
    /// How long it lasts.
    pub seconds: f64,
    /// Where it begins, in seconds from the start of the source.
    pub starts_at: f64,
    /// Whether frames or sound were encoded anew.
    pub reencoded: bool,
}

/// A clip whose bytes are on their way.
#[derive(Debug)]
pub struct Streaming {
    running: Running,
    tally: JoinHandle<Tally>,
    sets: Option<ParameterSets>,
    plan: Plan,
}

const FAILED: &str = "write the clip";

impl Plan {
    /// Makes a clip whose format needs to be whole on disk, in the existing folder `scratch`, and returns what it has and
    /// how its file is read. `done` is told how much of it there is.
    ///
    /// # Errors
    /// [`CutError::Ffmpeg`], [`CutError::FrameCount`], [`CutError::File`], [`CutError::Nothing`].
    pub async fn write(
        &self,
        scratch: &Path,
        deadline: Instant,
        done: &watch::Sender<Duration>,
    ) -> Result<(Cut, Indexed), CutError> {
        let failed = CutError::ffmpeg(FAILED);
        let path = scratch.join("clip");
        let (invocation, made) = self.inputs(scratch, deadline, done).await?;
        let (invocation, ledger) = ledger(self.clip_output(invocation)).map_err(failed)?;
        let running = self
            .ledger_output(invocation.output_file(&path))
            .start(deadline);
        let mut running = running.map_err(failed)?;
        let tally = tokio::spawn(follow(ledger, self.made_by_muxing(), done.clone()));
        self.tell(&mut running, made.as_ref()).await?;
        running.finish().await.map_err(failed)?;
        let cut = self.cut(tally.await.unwrap_or_default())?;
        let sets = made.map(|made| made.sets).unwrap_or_default();
        Ok((cut, movie::index_first(&path, &sets).await?))
    }

    /// Begins a clip that is read while it is made. Parts, where it has any, are made first, in `scratch`.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn stream(
        self,
        scratch: &Path,
        deadline: Instant,
        done: &watch::Sender<Duration>,
    ) -> Result<Streaming, CutError> {
        let failed = CutError::ffmpeg(FAILED);
        let (invocation, made) = self.inputs(scratch, deadline, done).await?;
        let (invocation, ledger) = ledger(self.clip_output(invocation)).map_err(failed)?;
        let running = self
            .ledger_output(invocation.output_piped().arg("pipe:1"))
            .start(deadline);
        let mut running = running.map_err(failed)?;
        let tally = tokio::spawn(follow(ledger, self.made_by_muxing(), done.clone()));
        self.tell(&mut running, made.as_ref()).await?;
        let sets = made.map(|made| made.sets);
        Ok(Streaming {
            running,
            tally,
            sets: sets.filter(|_| self.format == Format::FragmentedMp4),
            plan: self,
        })
    }

    /// Whether the clip comes to be in this run, and not in those for its parts.
    fn made_by_muxing(&self) -> bool {
        !matches!(self.method, Method::Parts { .. })
    }

    /// The inputs: a list of parts or the source, and the source once more for the sound.
    async fn inputs(
        &self,
        scratch: &Path,
        deadline: Instant,
        done: &watch::Sender<Duration>,
    ) -> Result<(Invocation, Option<Made>), CutError> {
        let invocation = Invocation::new(&self.source.ffmpeg).reading_all();
        match &self.method {
            Method::Sound => Ok((self.sound_input(invocation), None)),
            Method::Copy(span) => {
                let video = invocation
                    .args(seeking(span.seek))
                    .input(&self.source.location);
                Ok((self.sound_input(video), None))
            }
            Method::Parts { base, parts } => {
                let made = self.make_parts(*base, parts, scratch, deadline, done);
                let made = made.await?;
                let video = invocation
                    .input_piped()
                    .args(["-f", "concat", "-safe", "0"])
                    .input_argument("pipe:0".into());
                Ok((self.sound_input(video), Some(made)))
            }
        }
    }

    /// The source once more, for its sound alone: it is entered at the clip's start, wherever its video is.
    fn sound_input(&self, invocation: Invocation) -> Invocation {
        if self.source.info.audio.is_empty() {
            return invocation;
        }
        let start = format!("{:.6}", self.starts_at().max(0.0));
        let length = format!("{:.6}", self.to - self.from);
        invocation
            .args(["-ss", &start, "-t", &length])
            .input(&self.source.location)
    }

    /// Hands over the list of parts.
    async fn tell(&self, running: &mut Running, made: Option<&Made>) -> Result<(), CutError> {
        let Some(made) = made else {
            return Ok(());
        };
        let failed = CutError::ffmpeg(FAILED);
        let mut stdin = running.take_stdin().map_err(failed)?;
        let list = made.list();
        let told = async {
            stdin.write_all(list.as_bytes()).await?;
            stdin.shutdown().await
        };
        told.await.map_err(list_failed)
    }

    /// Everything about the clip but its name.
    fn clip_output(&self, invocation: Invocation) -> Invocation {
        let format = self.format;
        let invocation = match &self.method {
            Method::Sound => invocation,
            Method::Copy(span) => {
                let ticks = match format {
                    Format::Mp4 | Format::Mov | Format::FragmentedMp4 => timescale(span.base),
                    _ => Vec::new(),
                };
                // Times are the source's own, and moved at the very end, video and sound alike.
                self.video(invocation)
                    .args(["-bsf:v", &span.kept(), "-copyts"])
                    .args(["-output_ts_offset", &format!("{:.6}", -self.from)])
                    .args(reading_until(self.to))
                    .args(ticks)
            }
            Method::Parts { base, .. } => {
                let invocation = self.video(invocation);
                match format {
                    Format::Mp4 | Format::Mov | Format::FragmentedMp4 => {
                        invocation.args(timescale(*base))
                    }
                    _ => invocation,
                }
            }
        };
        self.sound(invocation)
            .args(["-map_metadata", "-1", "-map_chapters", "-1"])
            .args(["-avoid_negative_ts", "auto", "-strict", "-2"])
            .args(format.muxer().iter().copied())
    }

    fn video(&self, invocation: Invocation) -> Invocation {
        let hevc = self.source.info.video.first();
        let hevc = hevc.is_some_and(|video| video.codec == "hevc");
        let tagged = matches!(
            self.format,
            Format::Mp4 | Format::Mov | Format::FragmentedMp4
        );
        let tag: &[&str] = if hevc && tagged && self.format.copies_video("hevc") {
            &["-tag:v", "hvc1"]
        } else {
            &[]
        };
        invocation
            .args(["-map", "0:V:0", "-c:v", "copy"])
            .args(tag.iter().copied())
    }

    fn sound(&self, invocation: Invocation) -> Invocation {
        if self.source.info.audio.is_empty() {
            return invocation;
        }
        let input = u8::from(!matches!(self.method, Method::Sound));
        let tracks = self.source.info.audio.len().min(self.format.audio_tracks());
        let mapped = (0..tracks).flat_map(|track| ["-map".into(), format!("{input}:a:{track}")]);
        let invocation = invocation.args(mapped).arg("-c:a");
        if self.copies_audio() {
            // What begins before the clip is dropped.
            return invocation.args(["copy", "-copypriorss:a", "0"]);
        }
        invocation.args(self.format.audio_encoder().iter().copied())
    }

    /// Adds the list of what is written: of the video, or of the sound where there is none.
    fn ledger_output(&self, invocation: Invocation) -> Invocation {
        let invocation = match &self.method {
            Method::Sound => {
                invocation.args(["-map", "0:a:0", "-c", "copy", "-copypriorss:a", "0"])
            }
            Method::Copy(span) => invocation
                .args(["-map", "0:V:0", "-c", "copy", "-copyts"])
                .args(["-bsf:v", &span.kept()])
                .args(reading_until(self.to)),
            Method::Parts { .. } => invocation.args(["-map", "0:V:0", "-c", "copy"]),
        };
        invocation.args(["-f", "framecrc", &format!("pipe:{LEDGER_DESCRIPTOR}")])
    }

    fn cut(&self, tally: Tally) -> Result<Cut, CutError> {
        if tally.packets == 0 {
            let start = self.source.info.start;
            return Err(CutError::Nothing {
                from: self.from - start,
                to: self.to - start,
            });
        }
        let has_frames = !matches!(self.method, Method::Sound);
        Ok(Cut {
            frames: if has_frames { tally.packets } else { 0 },
            seconds: tally.seconds(),
            starts_at: self.starts_at(),
            reencoded: self.reencodes(),
        })
    }
}

impl Streaming {
    /// The clip's bytes, once.
    ///
    /// # Errors
    /// [`CutError::Ffmpeg`] where they were taken before, or break off before the index of a fragmented file.
    pub async fn bytes(&mut self) -> Result<impl AsyncRead + Send + Unpin + use<>, CutError> {
        let stdout = self.running.take_stdout();
        let mut stdout = stdout.map_err(CutError::ffmpeg(FAILED))?;
        let head = match &self.sets {
            Some(sets) => completed_head(&mut stdout, sets).await?,
            None => Vec::new(),
        };
        Ok(std::io::Cursor::new(head).chain(stdout))
    }

    /// Waits for the end, when all bytes were read.
    ///
    /// # Errors
    /// [`CutError::Ffmpeg`]; the bytes that were read are then of no use. [`CutError::Nothing`].
    pub async fn finish(mut self) -> Result<Cut, CutError> {
        let ended = self.running.finish().await;
        ended.map_err(CutError::ffmpeg(FAILED))?;
        self.plan.cut(self.tally.await.unwrap_or_default())
    }
}

/// Reads a fragmented file up to the end of its index, and completes that. A file that ends before is left as it is: the
/// run tells why.
async fn completed_head(
    stdout: &mut (impl AsyncRead + Unpin),
    sets: &ParameterSets,
) -> Result<Vec<u8>, CutError> {
    let mut head = Vec::new();
    loop {
        let mut header = Vec::new();
        (&mut *stdout).take(8).read_to_end(&mut header).await?;
        let (Some(length), Some(name)) = (header.first_chunk::<4>(), header.get(4..8)) else {
            head.extend(header);
            return Ok(head);
        };
        let length = u64::from(u32::from_be_bytes(*length)).saturating_sub(8);
        let is_index = name == b"moov";
        let mut whole = header.clone();
        (&mut *stdout).take(length).read_to_end(&mut whole).await?;
        if is_index {
            head.extend(movie::completed(&whole, sets)?);
            return Ok(head);
        }
        head.extend(whole);
    }
}

/// What a run wrote.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    packets: u64,
    base: Option<TimeBase>,
    first: i64,
    end: i64,
}

impl Tally {
    fn take(&mut self, line: Line) {
        match line {
            Line::TimeBase(base) => self.base = Some(base),
            Line::Packet(packet) => {
                let end = packet.pts + packet.duration;
                if self.packets == 0 {
                    (self.first, self.end) = (packet.pts, end);
                }
                self.packets += 1;
                self.first = self.first.min(packet.pts);
                self.end = self.end.max(end);
            }
            Line::Other => {}
        }
    }

    fn seconds(&self) -> f64 {
        self.base
            .map_or(0.0, |base| base.seconds(self.end - self.first))
    }
}

fn ledger(invocation: Invocation) -> Result<(Invocation, Receiver), RunError> {
    let (reader, writer) = std::io::pipe().map_err(RunError::Pipe)?;
    let receiver = Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(RunError::Pipe)?;
    Ok((
        invocation.descriptor(writer.into(), LEDGER_DESCRIPTOR),
        receiver,
    ))
}

/// Adds up the list that a run writes, and tells `done` how long the clip is so far.
async fn follow(ledger: Receiver, tells: bool, done: watch::Sender<Duration>) -> Tally {
    let mut tally = Tally::default();
    let mut lines = BufReader::new(ledger).lines();
    // A list that breaks off ends with the run, whose exit tells more.
    while let Ok(Some(line)) = lines.next_line().await {
        tally.take(Line::read(&line));
        if tells {
            done.send_replace(Duration::try_from_secs_f64(tally.seconds()).unwrap_or_default());
        }
    }
    tally
}
