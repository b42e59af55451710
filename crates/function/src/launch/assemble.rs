//! From stored parts to the stored output.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use media::output::{Assembly, Chunk, assemble as join};
use media::{Ffmpeg, FrameRate, Location};
use protocol::state::{Manifest, OutputPlan, Plan};
use store::{Bucket, Conditional, PutOptions};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio_util::io::ReaderStream;

use super::event::{Observation, Output};
use super::failure::{Failure, Retry};
use super::hands::Hands;
use super::{sound, survey};
use crate::fault::{self, Point};
use crate::log_lines;
use crate::output;
use crate::page::OpenSite;
use crate::rendering::{momentary, not_stored, unopened, unreadable};
use crate::scratch::Scratch;

/// What is kept free of an invocation's time for the last words.
const MARGIN: Duration = Duration::from_secs(2);

/// How much of the output is read at once.
const READ_BYTES: usize = 1 << 20;

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
    let file = scratch.path().join("out.mp4");
    let (progress, following) = watch::channel(media::Progress::default());
    let follower = tokio::spawn(follow(following, tell.clone(), hands.is_first()));
    let stored = Stored {
        parts: &parts,
        videos: &videos,
    };
    let joined = join_parts(hands, plan, stored, &site, &scratch, &file, progress).await;
    // A panic there costs progress alone.
    let _told = follower.await;
    joined?;
    let size = store_output(hands, plan, &file).await?;
    fault::point(Point::BeforeLastProgress, hands.is_first());
    let combined_in_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Output {
        size,
        combined_in_ms,
    })
}

/// What an output is made of.
#[derive(Clone, Copy)]
struct Stored<'a> {
    /// What was rendered: what is heard.
    parts: &'a [Manifest],
    /// What is seen: parts, and in place of some of them what was merged from them.
    videos: &'a [&'a Manifest],
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

async fn join_parts(
    hands: &Hands,
    plan: &Plan,
    stored: Stored<'_>,
    site: &OpenSite,
    scratch: &Scratch,
    file: &Path,
    progress: watch::Sender<media::Progress>,
) -> Result<(), Failure> {
    let ffmpeg = Ffmpeg::locate().await.map_err(|error| never(&error))?;
    let rate = FrameRate::new(plan.output_fps()).map_err(|error| never(&error))?;
    let bucket = &hands.documents.bucket;
    let chunks = stored
        .videos
        .iter()
        .map(|manifest| {
            let url = site.proxy().whole_object_url(bucket, &manifest.video.key);
            let frames = u64::from(manifest.frames.count(plan.every_nth_frame));
            Ok(Chunk {
                location: Location::loopback_url(url)?,
                frames,
            })
        })
        .collect::<Result<Vec<_>, media::InvalidLocation>>()
        .map_err(|error| never(&error))?;
    let sound = match &plan.audio {
        None => None,
        Some(_) => Some(
            sound::timeline(plan, stored.parts, site, bucket, scratch)
                .map_err(|error| never(&error))?,
        ),
    };
    let metadata = metadata(hands, plan);
    let pieces = scratch.path().join("pieces");
    std::fs::create_dir_all(&pieces).map_err(|error| momentary(&error))?;
    let assembly = Assembly {
        chunks: &chunks,
        rate,
        sound: sound.as_ref(),
        metadata: &metadata,
        scratch: &pieces,
    };
    let deadline = Instant::now() + hands.context.remaining().saturating_sub(MARGIN);
    Box::pin(join(&ffmpeg, assembly, file, deadline, progress))
        .await
        .map_err(|error| momentary(&error))?;
    Ok(())
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

/// Stores the file, and returns its size.
async fn store_output(hands: &Hands, plan: &Plan, file: &Path) -> Result<u64, Failure> {
    let output = &plan.output;
    let open = tokio::fs::File::open(file)
        .await
        .map_err(|error| momentary(&error))?;
    let size = open
        .metadata()
        .await
        .map_err(|error| momentary(&error))?
        .len();
    let bytes = ReaderStream::with_capacity(open, READ_BYTES);
    let bucket = output_bucket(hands, output).await?;
    let options = PutOptions {
        content_type: Some("video/mp4".to_owned()),
        content_disposition: output.download_behavior.content_disposition(),
        storage_class: output.storage_class.clone(),
        ..PutOptions::default()
    };
    if output.overwrite {
        Box::pin(bucket.upload(&output.key, bytes.boxed(), &options))
            .await
            .map_err(|error| not_stored(&error))?;
        return Ok(size);
    }
    let stored = Box::pin(bucket.upload_if_absent(&output.key, bytes.boxed(), &options))
        .await
        .map_err(|error| not_stored(&error))?;
    match stored {
        Conditional::Written(_) => Ok(size),
        Conditional::Refused => already_stored(&bucket, &output.key, size).await,
    }
}

/// The planning saw that nothing was there. What is there now, and of equal size, was stored by a launch of this render
/// that died before it could say so.
async fn already_stored(bucket: &Bucket, key: &str, size: u64) -> Result<u64, Failure> {
    match Box::pin(bucket.head(key)).await {
        Ok(head) if head.size == size => Ok(size),
        Ok(_) => Err(Failure::of_launch(
            format!(
                "output file `{key}` in bucket `{}` was written by somebody else meanwhile",
                bucket.name()
            ),
            Retry::Never,
        )),
        Err(error) if error.is_denied() => Err(Failure::of_launch(
            format!(
                "output file `{key}` in bucket `{}` exists already, and the function's role may not see whether this \
                 render wrote it; set `overwrite` to replace it",
                bucket.name()
            ),
            Retry::Never,
        )),
        Err(error) => Err(momentary(&error)),
    }
}

/// The keys of another service are in the request alone.
async fn output_bucket(hands: &Hands, output: &OutputPlan) -> Result<Bucket, Failure> {
    let request = if output.elsewhere {
        let request = hands.documents.request().await;
        request.map_err(|error| unreadable(&error))?
    } else {
        None
    };
    let out_name = request.and_then(|request| request.start.out_name);
    let provider = output::provider(out_name.as_ref());
    let own = &hands.documents.bucket;
    let place = (output.bucket.as_str(), output.key.as_str());
    Ok(output::bucket(&hands.function, own, place, provider).await)
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
