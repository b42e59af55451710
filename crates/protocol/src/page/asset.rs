//! Assets that the components of one frame registered.

use serde::Deserialize;

/// One asset of one frame, as `remotion_collectAssets()` returns it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum RenderAsset {
    /// The sound of an `<Audio>`.
    Audio(MediaAsset),
    /// The sound of a `<Video>` or `<OffthreadVideo>`.
    Video(MediaAsset),
    /// Samples that the page decoded itself.
    InlineAudio(InlineAudioAsset),
    /// A file that the composition emits.
    Artifact(ArtifactAsset),
}

/// A media file that is heard in a frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaAsset {
    /// Absolute address of the file.
    pub src: String,
    /// The same on consecutive frames of one track; opaque.
    pub id: String,
    /// The composition frame.
    pub frame: u32,
    /// 1 is unchanged.
    pub volume: f64,
    /// The frame inside the sequence that holds the media, in composition frames.
    pub media_frame: f64,
    /// 1 is unchanged.
    pub playback_rate: f64,
    /// 1 is unchanged.
    #[serde(default = "one")]
    pub tone_frequency: f64,
    /// What is cut from the start of the media, in composition frames.
    #[serde(default)]
    pub audio_start_frame: f64,
    /// Which of the file's audio streams, from 0.
    #[serde(default)]
    pub audio_stream_index: u32,
}

/// Samples of one frame that the page decoded itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineAudioAsset {
    /// The same on consecutive frames of one track; opaque.
    pub id: String,
    /// Stereo, interleaved, at the render's sample rate.
    pub audio: Vec<i16>,
    /// The composition frame.
    pub frame: u32,
    /// The composition frame at which the track starts, where the page tells it.
    #[serde(default)]
    pub start_in_video: Option<f64>,
    /// Where the samples start in their medium, in microseconds.
    #[serde(default)]
    pub timestamp: f64,
    /// How long the samples last, in microseconds.
    #[serde(default)]
    pub duration: f64,
    /// 1 is unchanged.
    #[serde(default = "one")]
    pub tone_frequency: f64,
}

/// A file that the composition emits. Its content is not read: emitting files is not supported.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactAsset {
    /// Opaque.
    pub id: String,
    /// The name of the file.
    pub filename: String,
    /// The composition frame.
    pub frame: u32,
}

fn one() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_s_assets_in_every_shape() {
        let json = r#"[
            {"type":"audio","src":"http://localhost:3000/a.mp3","id":"audio-1","frame":3,"volume":0.5,"mediaFrame":3,
             "playbackRate":1.5,"toneFrequency":1,"audioStartFrame":0,"audioStreamIndex":0},
            {"type":"video","src":"https://x/v.mp4","id":"offthreadvideo-1","frame":3,"volume":1,"mediaFrame":2.5,"playbackRate":1},
            {"type":"inline-audio","id":"i","audio":[0,-32768,32767,1],"frame":3,"timestamp":100000,"duration":33333.3},
            {"type":"artifact","id":"x","filename":"a.txt","frame":3,"contentType":"text","content":"hi","downloadBehavior":null}
        ]"#;
        let assets: Vec<RenderAsset> = serde_json::from_str(json).unwrap();
        let [
            RenderAsset::Audio(audio),
            RenderAsset::Video(video),
            RenderAsset::InlineAudio(inline),
            RenderAsset::Artifact(artifact),
        ] = assets.as_slice()
        else {
            panic!("{assets:?}");
        };
        assert_eq!((audio.volume, audio.playback_rate), (0.5, 1.5));
        assert_eq!(
            (
                video.media_frame,
                video.tone_frequency,
                video.audio_start_frame
            ),
            (2.5, 1.0, 0.0)
        );
        assert_eq!(
            (inline.audio.as_slice(), inline.start_in_video),
            ([0, -32768, 32767, 1].as_slice(), None)
        );
        assert_eq!(artifact.filename, "a.txt");
    }
}
