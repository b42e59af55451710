//! The audio of a chunk: what is heard in each frame, independent of where the page was served.

use serde::{Deserialize, Serialize};

/// Where a media file comes from, in a form that holds beyond the environment that reported it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssetSource {
    /// A file of the render's site: its path below the site's folder, percent-decoded, without a leading slash.
    Site(String),
    /// Anything else, as the page named it; `data:` addresses too.
    Url(String),
}

/// What kind of element is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// `<Audio>`.
    Audio,
    /// `<Video>` or `<OffthreadVideo>`.
    Video,
}

/// A media file that is heard in one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameAsset {
    /// What kind of element it is.
    pub kind: MediaKind,
    /// Where the file comes from.
    pub source: AssetSource,
    /// The same on consecutive frames of one track; opaque.
    pub id: String,
    /// 1 is unchanged.
    pub volume: f64,
    /// The frame inside the sequence that holds the media, in composition frames.
    pub media_frame: f64,
    /// 1 is unchanged.
    pub playback_rate: f64,
    /// 1 is unchanged.
    pub tone_frequency: f64,
    /// What is cut from the start of the media, in composition frames.
    pub audio_start_frame: f64,
    /// Which of the file's audio streams, from 0.
    pub audio_stream_index: u32,
}

/// The media files that are heard in one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameAudio {
    /// The composition frame.
    pub frame: u32,
    /// What is heard, in the page's order.
    pub assets: Vec<FrameAsset>,
}

/// Samples of one frame that the page decoded itself; the samples are in the chunk's PCM object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineSpan {
    /// The same on consecutive frames of one track; opaque.
    pub id: String,
    /// The composition frame.
    pub frame: u32,
    /// The composition frame at which the track starts, where the page told it.
    pub start_in_video: Option<f64>,
    /// Where the samples start in their medium, in microseconds.
    pub timestamp: f64,
    /// How long the samples last, in microseconds.
    pub duration: f64,
    /// 1 is unchanged.
    pub tone_frequency: f64,
    /// Where the samples start in the chunk's PCM object, in samples: pairs of 16-bit little-endian numbers, left first.
    pub offset_in_samples: u64,
    /// How many samples there are.
    pub samples: u64,
}

/// What is heard in the frames of a chunk.
///
/// Frames without sound are left out. Written with every source and every id once, since both can be long and
/// repeat on each frame.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Interned", into = "Interned")]
pub struct ChunkAudio {
    /// Ascending by frame.
    pub frames: Vec<FrameAudio>,
}

#[derive(Serialize, Deserialize)]
struct Interned {
    tracks: Vec<Track>,
    frames: Vec<(u32, Vec<Heard>)>,
}

/// What is the same in all frames of a track, up to the numbers that may change.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Track {
    kind: MediaKind,
    source: AssetSource,
    id: String,
    playback_rate: f64,
    tone_frequency: f64,
    audio_start_frame: f64,
    audio_stream_index: u32,
}

/// Index of the track, volume, media frame.
#[derive(Serialize, Deserialize)]
struct Heard(usize, f64, f64);

impl From<ChunkAudio> for Interned {
    fn from(audio: ChunkAudio) -> Self {
        let mut tracks: Vec<Track> = Vec::new();
        let mut intern = |asset: FrameAsset| {
            let heard = (asset.volume, asset.media_frame);
            let track = Track {
                kind: asset.kind,
                source: asset.source,
                id: asset.id,
                playback_rate: asset.playback_rate,
                tone_frequency: asset.tone_frequency,
                audio_start_frame: asset.audio_start_frame,
                audio_stream_index: asset.audio_stream_index,
            };
            // The tracks of one frame are few and mostly those of the frame before: search from the end.
            let index = tracks
                .iter()
                .rposition(|known| *known == track)
                .unwrap_or_else(|| {
                    tracks.push(track);
                    tracks.len() - 1
                });
            Heard(index, heard.0, heard.1)
        };
        let frames = audio
            .frames
            .into_iter()
            .map(|frame| {
                (
                    frame.frame,
                    frame.assets.into_iter().map(&mut intern).collect(),
                )
            })
            .collect();
        Self { tracks, frames }
    }
}

/// A frame names a track that the document lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("frame {frame} names track {track} of {tracks}")]
pub struct UnknownTrack {
    frame: u32,
    track: usize,
    tracks: usize,
}

impl TryFrom<Interned> for ChunkAudio {
    type Error = UnknownTrack;

    fn try_from(Interned { tracks, frames }: Interned) -> Result<Self, UnknownTrack> {
        let asset = |frame: u32, Heard(index, volume, media_frame): Heard| {
            let unknown = UnknownTrack {
                frame,
                track: index,
                tracks: tracks.len(),
            };
            let track = tracks.get(index).cloned().ok_or(unknown)?;
            Ok(FrameAsset {
                kind: track.kind,
                source: track.source,
                id: track.id,
                volume,
                media_frame,
                playback_rate: track.playback_rate,
                tone_frequency: track.tone_frequency,
                audio_start_frame: track.audio_start_frame,
                audio_stream_index: track.audio_stream_index,
            })
        };
        let frames = frames.into_iter().map(|(frame, heard)| {
            let assets = heard.into_iter().map(|heard| asset(frame, heard));
            Ok(FrameAudio {
                frame,
                assets: assets.collect::<Result<_, UnknownTrack>>()?,
            })
        });
        Ok(Self {
            frames: frames.collect::<Result<_, UnknownTrack>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(source: &str, volume: f64, media_frame: f64) -> FrameAsset {
        FrameAsset {
            kind: MediaKind::Audio,
            source: AssetSource::Site(source.into()),
            id: format!("audio-{source}"),
            volume,
            media_frame,
            playback_rate: 1.5,
            tone_frequency: 1.0,
            audio_start_frame: 0.0,
            audio_stream_index: 0,
        }
    }

    #[test]
    fn each_source_is_written_once() {
        let frames = (0..50).map(|frame| FrameAudio {
            frame,
            assets: vec![
                heard("public/a.mp3", f64::from(frame) / 50.0, f64::from(frame)),
                heard("public/b.mp3", 1.0, 0.1 * f64::from(frame)),
            ],
        });
        let audio = ChunkAudio {
            frames: frames.collect(),
        };
        let json = serde_json::to_string(&audio).unwrap();
        assert_eq!(
            json.matches("public/a.mp3").count(),
            2,
            "source and id, once each"
        );
        assert!(
            serde_json::from_str::<ChunkAudio>(&json).unwrap() == audio,
            "bit for bit"
        );
    }

    #[test]
    fn a_frame_with_an_unknown_track_is_refused() {
        let error = serde_json::from_str::<ChunkAudio>(r#"{"tracks":[],"frames":[[7,[[0,1,0]]]]}"#);
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("frame 7 names track 0 of 0")
        );
    }
}
