//! What is heard in the frames of a chunk.

use crate::result::InlineAudio;
use crate::server::own_file;
use bytes::Bytes;
use protocol::audio::{AssetSource, ChunkAudio, FrameAsset, FrameAudio, InlineSpan, MediaKind};
use protocol::page::{InlineAudioAsset, MediaAsset, RenderAsset};

/// Channels of inline audio.
const CHANNELS: usize = 2;

/// Collects what each frame sounds like, in a form that holds beyond this server.
#[derive(Debug)]
pub(crate) struct Sounds {
    /// The name of the site, where this server serves it.
    site: Option<String>,
    port: u16,
    audio: ChunkAudio,
    pcm: Vec<u8>,
    spans: Vec<InlineSpan>,
}

impl Sounds {
    pub(crate) fn new(site: Option<String>, port: u16) -> Self {
        Self {
            site,
            port,
            audio: ChunkAudio::default(),
            pcm: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// Adds what `frame` sounds like. Returns the names of files that the composition wants to emit, which nobody takes.
    pub(crate) fn add(&mut self, frame: u32, assets: Vec<RenderAsset>) -> Vec<String> {
        let mut heard = Vec::new();
        let mut artifacts = Vec::new();
        for asset in assets {
            match asset {
                RenderAsset::Audio(media) => heard.push(self.media(MediaKind::Audio, media)),
                RenderAsset::Video(media) => heard.push(self.media(MediaKind::Video, media)),
                RenderAsset::InlineAudio(inline) => self.inline(frame, inline),
                RenderAsset::Artifact(artifact) => artifacts.push(artifact.filename),
            }
        }
        if !heard.is_empty() {
            self.audio.frames.push(FrameAudio {
                frame,
                assets: heard,
            });
        }
        artifacts
    }

    /// What was heard, and what the page decoded itself.
    pub(crate) fn into_parts(self) -> (ChunkAudio, Option<InlineAudio>) {
        let inline = (!self.spans.is_empty()).then(|| InlineAudio {
            pcm: Bytes::from(self.pcm),
            spans: self.spans,
        });
        (self.audio, inline)
    }

    fn media(&self, kind: MediaKind, media: MediaAsset) -> FrameAsset {
        let own = self
            .site
            .as_deref()
            .and_then(|site| own_file(site, self.port, &media.src));
        FrameAsset {
            kind,
            source: own.map_or(AssetSource::Url(media.src), AssetSource::Site),
            id: media.id,
            volume: media.volume,
            media_frame: media.media_frame,
            playback_rate: media.playback_rate,
            tone_frequency: media.tone_frequency,
            audio_start_frame: media.audio_start_frame,
            audio_stream_index: media.audio_stream_index,
        }
    }

    fn inline(&mut self, frame: u32, inline: InlineAudioAsset) {
        let bytes_per_sample = CHANNELS * size_of::<i16>();
        self.spans.push(InlineSpan {
            id: inline.id,
            frame,
            start_in_video: inline.start_in_video,
            timestamp: inline.timestamp,
            duration: inline.duration,
            tone_frequency: inline.tone_frequency,
            offset_in_samples: (self.pcm.len() / bytes_per_sample) as u64,
            samples: (inline.audio.len() / CHANNELS) as u64,
        });
        let whole = inline.audio.chunks_exact(CHANNELS).flatten();
        self.pcm
            .extend(whole.flat_map(|sample| sample.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(json: &str) -> Vec<RenderAsset> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn sources_are_independent_of_the_port() {
        let mut sounds = Sounds::new(Some("s".to_owned()), 4567);
        let asset = |src: &str| {
            format!(
                r#"{{"type":"audio","src":"{src}","id":"i","frame":3,"volume":1,"mediaFrame":3,"playbackRate":1}}"#
            )
        };
        let own = asset("http://localhost:4567/sites/s/public/a%20b.mp3");
        let foreign = asset("https://example.com/c.mp3");
        assert!(
            sounds
                .add(3, assets(&format!("[{own},{foreign}]")))
                .is_empty()
        );
        sounds.add(4, assets("[]"));
        let (audio, inline) = sounds.into_parts();
        assert_eq!(inline, None);
        assert_eq!(audio.frames.len(), 1);
        let sources: Vec<_> = audio.frames[0]
            .assets
            .iter()
            .map(|asset| &asset.source)
            .collect();
        assert_eq!(
            sources,
            [
                &AssetSource::Site("public/a b.mp3".to_owned()),
                &AssetSource::Url("https://example.com/c.mp3".to_owned())
            ]
        );
    }

    #[test]
    fn inline_samples_follow_each_other() {
        let mut sounds = Sounds::new(None, 1);
        let inline = r#"[{"type":"inline-audio","id":"i","audio":[1,-1,256,2],"frame":0,"timestamp":0,"duration":1}]"#;
        sounds.add(0, assets(inline));
        sounds.add(1, assets(inline));
        let (_, inline) = sounds.into_parts();
        let inline = inline.unwrap();
        assert_eq!(inline.pcm[..8], [1, 0, 255, 255, 0, 1, 2, 0]);
        let places: Vec<_> = inline
            .spans
            .iter()
            .map(|span| (span.offset_in_samples, span.samples))
            .collect();
        assert_eq!(places, [(0, 2), (2, 2)]);
    }

    #[test]
    fn artifacts_are_named() {
        let artifact = r#"[{"type":"artifact","id":"x","filename":"a.txt","frame":3}]"#;
        assert_eq!(Sounds::new(None, 1).add(0, assets(artifact)), ["a.txt"]);
    }
}
