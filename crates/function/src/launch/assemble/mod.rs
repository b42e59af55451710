//! From stored parts to the stored output.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media::audio::Timeline;
use media::output::{Assembly, Chunk, assemble as join, stream};
use media::{Ffmpeg, FrameRate, Location};
use protocol::state::{Manifest, Plan};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::event::{Observation, Output};
use super::failure::{Failure, Retry};
use super::hands::Hands;
use super::{sound, survey};
use crate::fault::{self, Point};
use crate::log_lines;
use crate::page::OpenSite;
use crate::rendering::{momentary, unopened, unreadable};
use crate::scratch::Scratch;

mod deliver;

/// What is kept free of an invocation's time for the last words.
const MARGIN: Duration = Duration::from_secs(2);

/// What may have been made and not yet been taken by the upload.
const PASSED_BYTES: usize = 1 << 20;

/// Of AAC at 320 kbit/s.
const SOUND_BYTES_PER_SECOND: u64 = 40_000;

/// Builds the sound once, joins the parts by copying, and stores the output.
pub(super) async fn assemble(
    hands: &Hands,
    plan: &Plan,
    tell: &UnboundedSender<Observation>,
) -> Result<Output, Failure> {
    let began = Instant::now();
    let manifests = survey::manifests(&hands.documents)
        .await
        .map_err(|error| unreadable(&error))?;
    let (merged, parts): (Vec<Manifest>, Vec<Manifest>) = manifests
        .into_iter()
        .partition(|manifest| plan.is_merged(manifest.chunk));
    let videos = videos(&parts, &merged);
    check(&parts.iter().collect::<Vec<_>>(), plan)?;
    check(&videos, plan)?;
    let site = OpenSite::open(&plan.site, &hands.documents.bucket, &hands.function.cache)
        .await
        .map_err(|error| unopened(&error))?;
    let scratch = Scratch::create("launch").map_err(|error| momentary(&error))?;
    let (progress, following) = watch::channel(media::Progress::default());
    let follower = tokio::spawn(follow(following, tell.clone(), hands.is_first()));
    let joining = Joining {
        hands,
        plan,
        ffmpeg: Ffmpeg::locate().await.map_err(|error| never(&error))?,
        rate: FrameRate::new(plan.output_fps()).map_err(|error| never(&error))?,
        chunks: chunks(hands, plan, &videos, &site)?,
        sound: match &plan.audio {
            None => None,
            Some(_) => {
                let bucket = &hands.documents.bucket;
                let sound = sound::timeline(plan, &parts, &site, bucket, &scratch);
                Some(sound.map_err(|error| never(&error))?)
            }
        },
        metadata: metadata(hands, plan),
        scratch: &scratch,
        deadline: Instant::now() + hands.context.remaining().saturating_sub(MARGIN),
    };
    let in_fragments =
        output_bytes(plan, &videos) > hands.function.environment.longest_file_bytes();
    let stored = if in_fragments {
        joining.while_stored(progress).await
    } else {
        joining.then_stored(progress).await
    };
    // A panic there costs progress alone.
    let _told = follower.await;
    let size = stored?;
    fault::point(Point::BeforeLastProgress, hands.is_first());
    let combined_in_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Output {
        size,
        combined_in_ms,
        in_fragments,
    })
}

/// What joining takes.
struct Joining<'a> {
    hands: &'a Hands,
    plan: &'a Plan,
    ffmpeg: Ffmpeg,
    rate: FrameRate,
    chunks: Vec<Chunk>,
    sound: Option<Timeline>,
    metadata: Vec<(String, String)>,
    scratch: &'a Scratch,
    deadline: Instant,
}

impl Joining<'_> {
    /// Joins the parts in a file, stores it, and returns its size.
    async fn then_stored(&self, progress: watch::Sender<media::Progress>) -> Result<u64, Failure> {
        let file = self.scratch.path().join("out.mp4");
        let pieces = self.pieces()?;
        let assembly = self.assembly(&pieces);
        Box::pin(join(&self.ffmpeg, assembly, &file, self.deadline, progress))
            .await
            .map_err(|error| momentary(&error))?;
        deliver::file(self.hands, self.plan, &file).await
    }

    /// Joins the parts while they are stored, for what is too large for the disk, and returns the output's size.
    async fn while_stored(&self, progress: watch::Sender<media::Progress>) -> Result<u64, Failure> {
        let pieces = self.pieces()?;
        let assembly = self.assembly(&pieces);
        let (sink, made) = tokio::io::duplex(PASSED_BYTES);
        let joining = stream(&self.ffmpeg, assembly, sink, self.deadline, progress);
        Box::pin(deliver::made(self.hands, self.plan, made, joining)).await
    }

    fn assembly<'a>(&'a self, pieces: &'a Path) -> Assembly<'a> {
        Assembly {
            chunks: &self.chunks,
            rate: self.rate,
            sound: self.sound.as_ref(),
            metadata: &self.metadata,
            scratch: pieces,
        }
    }

    fn pieces(&self) -> Result<PathBuf, Failure> {
        let pieces = self.scratch.path().join("pieces");
        std::fs::create_dir_all(&pieces).map_err(|error| momentary(&error))?;
        Ok(pieces)
    }
}

/// About how large the output becomes.
fn output_bytes(plan: &Plan, videos: &[&Manifest]) -> u64 {
    let video: u64 = videos.iter().map(|video| video.video.size).sum();
    let seconds = f64::from(plan.frame_count()) / plan.output_fps();
    let sound = if plan.audio.is_some() {
        // Rounded: half a second of sound matters to nobody.
        seconds.round() as u64 * SOUND_BYTES_PER_SECOND
    } else {
        0
    };
    video + sound
}

fn chunks(
    hands: &Hands,
    plan: &Plan,
    videos: &[&Manifest],
    site: &OpenSite,
) -> Result<Vec<Chunk>, Failure> {
    let bucket = &hands.documents.bucket;
    let chunk = |manifest: &&Manifest| {
        let url = site.proxy().whole_object_url(bucket, &manifest.video.key);
        let frames = u64::from(manifest.frames.count(plan.every_nth_frame));
        Ok(Chunk {
            location: Location::loopback_url(url)?,
            frames,
        })
    };
    let chunks: Result<_, media::InvalidLocation> = videos.iter().map(chunk).collect();
    chunks.map_err(|error| never(&error))
}

/// The videos to join, in order.
fn videos<'a>(parts: &'a [Manifest], merged: &'a [Manifest]) -> Vec<&'a Manifest> {
    let is_merged = |part: &Manifest| {
        let first = part.frames.first();
        merged.iter().any(|merged| merged.frames.contains(first))
    };
    let alone = parts.iter().filter(|part| !is_merged(part));
    let mut videos: Vec<&Manifest> = alone.chain(merged).collect();
    videos.sort_by_key(|video| video.frames.first());
    videos
}

/// The parts must be the render, each frame once.
fn check(manifests: &[&Manifest], plan: &Plan) -> Result<(), Failure> {
    let step = plan.every_nth_frame;
    let stored = manifests
        .iter()
        .flat_map(|manifest| manifest.frames.frames(step));
    if stored.eq(plan.frames.frames(step)) {
        return Ok(());
    }
    Err(Failure::of_launch(
        "the stored chunks are not the frames of the render",
        Retry::Never,
    ))
}

/// Tags of the file: the client's, and what made it.
fn metadata(hands: &Hands, plan: &Plan) -> Vec<(String, String)> {
    let made = format!(
        "Made with Framewright {}",
        hands.function.environment.version()
    );
    let mut tags: Vec<(String, String)> = plan
        .encode
        .metadata
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect();
    match tags.iter_mut().find(|(name, _)| name == "comment") {
        Some((_, comment)) => *comment = format!("{made}; {comment}"),
        None => tags.push(("comment".to_owned(), made)),
    }
    tags
}

/// Tells how many frames are joined, until the joining ends.
async fn follow(
    mut progress: watch::Receiver<media::Progress>,
    tell: UnboundedSender<Observation>,
    first: bool,
) {
    while progress.changed().await.is_ok() {
        let frames = progress.borrow_and_update().frames;
        fault::point(Point::WhileConcatenating, first);
        if tell
            .send(Observation::Combined(
                u32::try_from(frames).unwrap_or(u32::MAX),
            ))
            .is_err()
        {
            return;
        }
    }
}

fn never(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::of_launch(log_lines::chain(error), Retry::Never)
}

#[cfg(test)]
mod tests {
    use protocol::audio::ChunkAudio;
    use protocol::frames::{ChunkIndex, FrameRange};
    use protocol::state::{Attempt, Object, Part};

    use super::*;

    fn stored(chunk: u32, frames: (u32, u32)) -> Manifest {
        Manifest {
            chunk: ChunkIndex(chunk),
            part: Part(0),
            attempt: Attempt(1),
            frames: FrameRange::new(frames.0, frames.1).unwrap(),
            video: Object {
                key: String::new(),
                size: 1,
            },
            audio: ChunkAudio::default(),
            pcm: None,
            started_at_unix_ms: 0,
            rendered_at_unix_ms: 0,
        }
    }

    #[test]
    fn merged_chunks_take_the_place_of_their_parts() {
        let parts = [
            stored(0, (0, 9)),
            stored(1, (10, 19)),
            stored(2, (20, 29)),
            stored(3, (30, 39)),
            stored(4, (40, 49)),
        ];
        let merged = [stored(5, (0, 19)), stored(6, (30, 49))];
        let chunks = |merged: &[Manifest]| -> Vec<u32> {
            let videos = videos(&parts, merged);
            videos.iter().map(|video| video.chunk.0).collect()
        };
        assert_eq!(chunks(&merged), [5, 2, 6]);
        assert_eq!(chunks(&[]), [0, 1, 2, 3, 4]);
    }
}
