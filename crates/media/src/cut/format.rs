//! What a clip can be written as.

use std::fmt;
use std::str::FromStr;

use crate::cut::ledger::TimeBase;
use crate::probe::{AudioStream, MediaInfo};

/// The file format of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// MP4 with its index in front.
    Mp4,
    /// QuickTime with its index in front.
    Mov,
    /// MP4 in fragments, each with an index of its own.
    FragmentedMp4,
    /// WebM.
    WebM,
    /// MPEG transport stream.
    MpegTs,
    /// MP4 with audio alone.
    M4a,
    /// MP3.
    Mp3,
    /// AAC as ADTS.
    Aac,
    /// Uncompressed audio.
    Wav,
    /// FLAC.
    Flac,
    /// Ogg with audio.
    Ogg,
}

/// The name is that of no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no format; there are {known}", known = Format::names())]
pub struct UnknownFormat {
    given: String,
}

/// What there is to know about a format.
struct Facts {
    name: &'static str,
    extension: &'static str,
    content_type: &'static str,
    muxer: &'static [&'static str],
    /// Codecs of video that it holds, in ffmpeg's names; none for audio formats.
    video: &'static [&'static str],
    /// Codecs of audio that it holds.
    audio: &'static [&'static str],
    /// The encoder of audio that it does not hold.
    audio_encoder: &'static [&'static str],
}

const AAC: &[&str] = &["aac", "-b:a", "192k"];
const ISO_AUDIO: &[&str] = &["aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"];
const ISO_VIDEO: &[&str] = &["h264", "hevc", "av1", "vp9", "mpeg4"];

impl Format {
    /// Every format.
    pub const ALL: [Self; 11] = [
        Self::Mp4,
        Self::Mov,
        Self::FragmentedMp4,
        Self::WebM,
        Self::MpegTs,
        Self::M4a,
        Self::Mp3,
        Self::Aac,
        Self::Wav,
        Self::Flac,
        Self::Ogg,
    ];

    fn facts(self) -> Facts {
        let audio_alone = |name, content_type, muxer, audio, audio_encoder| Facts {
            name,
            extension: name,
            content_type,
            muxer,
            video: &[],
            audio,
            audio_encoder,
        };
        match self {
            Self::Mp4 => Facts {
                name: "mp4",
                extension: "mp4",
                content_type: "video/mp4",
                muxer: &["-f", "mp4"],
                video: ISO_VIDEO,
                audio: ISO_AUDIO,
                audio_encoder: AAC,
            },
            Self::FragmentedMp4 => Facts {
                name: "fmp4",
                extension: "mp4",
                content_type: "video/mp4",
                muxer: &[
                    "-f",
                    "mp4",
                    "-movflags",
                    "+frag_keyframe+delay_moov+default_base_moof",
                ],
                video: ISO_VIDEO,
                audio: ISO_AUDIO,
                audio_encoder: AAC,
            },
            Self::Mov => Facts {
                name: "mov",
                extension: "mov",
                content_type: "video/quicktime",
                muxer: &["-f", "mov"],
                video: &["h264", "hevc", "prores", "mpeg4", "mjpeg", "dnxhd", "png"],
                audio: &[
                    "aac",
                    "mp3",
                    "ac3",
                    "alac",
                    "pcm_s16le",
                    "pcm_s24le",
                    "pcm_s16be",
                ],
                audio_encoder: AAC,
            },
            Self::WebM => Facts {
                name: "webm",
                extension: "webm",
                content_type: "video/webm",
                muxer: &["-f", "webm"],
                video: &["vp8", "vp9", "av1"],
                audio: &["opus", "vorbis"],
                audio_encoder: &["libopus", "-b:a", "128k"],
            },
            Self::MpegTs => Facts {
                name: "ts",
                extension: "ts",
                content_type: "video/mp2t",
                muxer: &["-f", "mpegts"],
                video: &["h264", "hevc", "mpeg2video"],
                audio: &["aac", "mp3", "mp2", "ac3", "eac3"],
                audio_encoder: AAC,
            },
            Self::M4a => audio_alone(
                "m4a",
                "audio/mp4",
                &["-f", "ipod"],
                &["aac", "alac", "ac3"],
                AAC,
            ),
            // The header with the number of frames could only be written by going back.
            Self::Mp3 => audio_alone(
                "mp3",
                "audio/mpeg",
                &["-f", "mp3", "-write_xing", "0"],
                &["mp3"],
                &["libmp3lame", "-b:a", "192k"],
            ),
            Self::Aac => audio_alone("aac", "audio/aac", &["-f", "adts"], &["aac"], AAC),
            Self::Wav => audio_alone(
                "wav",
                "audio/wav",
                &["-f", "wav"],
                &["pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_u8"],
                &["pcm_s16le"],
            ),
            Self::Flac => audio_alone("flac", "audio/flac", &["-f", "flac"], &["flac"], &["flac"]),
            Self::Ogg => audio_alone(
                "ogg",
                "audio/ogg",
                &["-f", "ogg"],
                &["vorbis", "opus", "flac"],
                &["libopus", "-b:a", "128k"],
            ),
        }
    }

    /// What a source is cut into where nobody says: its own format, or one that holds its codecs.
    pub(super) fn of_source(info: &MediaInfo) -> Option<Self> {
        let is = |name: &str| info.container.split(',').any(|one| one == name);
        let holds = |format: Self| {
            let facts = format.facts();
            let video = info.video.first();
            video.is_none_or(|video| facts.video.contains(&video.codec.as_str()))
                && format.copies_audio(&info.audio)
        };
        if info.video.is_empty() {
            let codec = info.audio.first()?.codec.as_str();
            return Some(match codec {
                "mp3" => Self::Mp3,
                "aac" | "alac" => Self::M4a,
                "flac" => Self::Flac,
                "vorbis" | "opus" => Self::Ogg,
                pcm if pcm.starts_with("pcm_") => Self::Wav,
                _ => Self::M4a,
            });
        }
        let own = if is("mpegts") {
            Self::MpegTs
        } else if is("webm") {
            Self::WebM
        } else {
            Self::Mp4
        };
        let candidates = [own, Self::Mp4, Self::Mov, Self::WebM];
        Some(
            candidates
                .into_iter()
                .find(|one| holds(*one))
                .unwrap_or(own),
        )
    }

    /// The format that a name's ending tells.
    #[must_use]
    pub fn of_extension(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
    }

    /// Its name, as requests spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The ending of its files' names, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.facts().extension
    }

    /// Its media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        self.facts().content_type
    }

    /// Whether it must be whole on disk before its first byte is known.
    #[must_use]
    pub fn needs_disk(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::M4a)
    }

    /// Whether it holds audio alone.
    #[must_use]
    pub fn is_audio(self) -> bool {
        self.facts().video.is_empty()
    }

    pub(super) fn muxer(self) -> &'static [&'static str] {
        self.facts().muxer
    }

    pub(super) fn copies_video(self, codec: &str) -> bool {
        self.facts().video.contains(&codec)
    }

    /// Whether packets with the ticks `base` are written with the same.
    ///
    /// Where they are not, ffmpeg 5.1 filters them by the ticks of the file and 7.0 by their own.
    pub(super) fn keeps_ticks(self, base: TimeBase) -> bool {
        let is = |den| base == TimeBase { num: 1, den };
        match self {
            Self::Mp4 | Self::Mov | Self::FragmentedMp4 => base.num == 1,
            Self::MpegTs => is(90_000),
            Self::WebM => is(1_000),
            _ => false,
        }
    }

    pub(super) fn copies_audio(self, audio: &[AudioStream]) -> bool {
        let known = self.facts().audio;
        let mut tracks = audio.iter().take(self.audio_tracks());
        tracks.all(|track| known.contains(&track.codec.as_str()))
    }

    /// How many tracks of audio it holds.
    pub(super) fn audio_tracks(self) -> usize {
        match self {
            Self::Mp3 | Self::Aac | Self::Wav | Self::Flac | Self::Ogg => 1,
            _ => usize::MAX,
        }
    }

    pub(super) fn audio_encoder(self) -> &'static [&'static str] {
        self.facts().audio_encoder
    }

    /// The encoder of video that cannot be copied, and its options: of the source's own codec where the format holds it.
    pub(super) fn video_encoder(self, codec: &str) -> &'static [&'static str] {
        match codec {
            "hevc" if self.copies_video("hevc") => {
                &["libx265", "-crf", "20", "-preset", "fast", "-tag:v", "hvc1"]
            }
            _ if self.copies_video("h264") && !(codec == "vp9" && self.copies_video("vp9")) => {
                &["libx264", "-crf", "18", "-preset", "fast"]
            }
            _ => &[
                "libvpx-vp9",
                "-crf",
                "30",
                "-b:v",
                "0",
                "-deadline",
                "realtime",
                "-cpu-used",
                "5",
                "-row-mt",
                "1",
            ],
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| UnknownFormat {
            given: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_ending() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>(), Ok(format));
            let by_ending = Format::of_extension(&format!("a/B.{}", format.extension()));
            assert_eq!(
                by_ending.map(Format::content_type),
                Some(format.content_type())
            );
        }
        assert_eq!(Format::of_extension("a.MP4"), Some(Format::Mp4));
        assert_eq!(Format::of_extension("mp4"), None);
        let error = "avi".parse::<Format>().unwrap_err();
        assert!(error.to_string().contains("fmp4, webm"), "{error}");
    }

    #[test]
    fn a_source_keeps_its_format_where_that_holds_its_codecs() {
        let source = |container: &str, video: &[&str], audio: &str| {
            let text = video
                .iter()
                .map(|codec| format!("  Stream #0:0: Video: {codec}, yuv420p, 64x48, 30 fps\n"))
                .collect::<String>();
            let text = format!(
                "Input #0, {container}, from 'x':\n  Duration: 00:00:01.00\n{text}  Stream #0:1: Audio: {audio}, 48000 Hz, mono\n"
            );
            Format::of_source(&crate::probe::parse_for_tests(&text))
        };
        let mov = "mov,mp4,m4a,3gp,3g2,mj2";
        assert_eq!(source(mov, &["h264"], "aac"), Some(Format::Mp4));
        assert_eq!(source(mov, &["prores"], "pcm_s16le"), Some(Format::Mov));
        assert_eq!(source("mpegts", &["h264"], "aac"), Some(Format::MpegTs));
        assert_eq!(
            source("matroska,webm", &["vp9"], "opus"),
            Some(Format::WebM)
        );
        assert_eq!(source("matroska,webm", &["h264"], "aac"), Some(Format::Mp4));
        assert_eq!(source("mp3", &[], "mp3"), Some(Format::Mp3));
        assert_eq!(source("wav", &[], "pcm_s24le"), Some(Format::Wav));
    }
}
