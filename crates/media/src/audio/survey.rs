//! What the files of a timeline hold, learned before anything is decoded.

use crate::audio::error::AudioError;
use crate::audio::timeline::{Timeline, Track};
use crate::ffmpeg::Ffmpeg;
use crate::location::Location;
use crate::probe::{MediaInfo, probe};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use tokio::task::JoinSet;

/// Files opened at a time.
const AT_ONCE: usize = 4;

/// The files of a timeline.
pub(super) struct Survey {
    // INVARIANT: has every file of the timeline's audible tracks.
    files: BTreeMap<Location, MediaInfo>,
}

/// Opens every file of `timeline` that is heard, and checks that it has the streams that are played.
pub(super) async fn survey(
    ffmpeg: &Ffmpeg,
    timeline: &Timeline,
    deadline: Instant,
) -> Result<Survey, AudioError> {
    let mut files = BTreeMap::new();
    let mut left: BTreeSet<&Location> = timeline
        .tracks
        .iter()
        .filter(|track| is_loud(track))
        .map(|track| &track.source)
        .collect();
    let mut probes = JoinSet::new();
    loop {
        while probes.len() < AT_ONCE
            && let Some(media) = left.pop_first()
        {
            let (ffmpeg, media) = (ffmpeg.clone(), media.clone());
            probes.spawn(async move {
                probe(&ffmpeg, &media, deadline)
                    .await
                    .map(|info| (media, info))
            });
        }
        match probes.join_next().await {
            Some(Ok(probed)) => files.extend([probed?]),
            // Nobody cancels a probe, so this is a panic, which goes on here.
            Some(Err(lost)) => std::panic::resume_unwind(lost.into_panic()),
            None => break,
        }
    }
    let survey = Survey { files };
    timeline
        .tracks
        .iter()
        .try_for_each(|track| survey.check(track))
        .map(|()| survey)
}

impl Survey {
    /// The tracks that can be heard: loud at some time, and of a file with sound.
    pub(super) fn audible<'t>(&self, timeline: &'t Timeline) -> Vec<&'t Track> {
        let has_sound = |track: &&Track| {
            self.files
                .get(&track.source)
                .is_some_and(|info| !info.audio.is_empty())
        };
        timeline
            .tracks
            .iter()
            .filter(|track| is_loud(track))
            .filter(has_sound)
            .collect()
    }

    pub(super) fn info(&self, media: &Location) -> &MediaInfo {
        &self.files[media]
    }

    /// A file without any sound is silent, as a video may be; a stream that is missing beside others is a mistake.
    fn check(&self, track: &Track) -> Result<(), AudioError> {
        let streams = self
            .files
            .get(&track.source)
            .map_or(0, |info| info.audio.len());
        if streams == 0 || (track.stream as usize) < streams {
            return Ok(());
        }
        Err(AudioError::NoSuchStream {
            media: track.source.clone(),
            index: track.stream,
            streams,
        })
    }
}

fn is_loud(track: &Track) -> bool {
    track.loudness.iter().any(|step| step.gain > 0.0)
}
