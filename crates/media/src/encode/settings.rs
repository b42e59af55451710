//! How a chunk is encoded.

use crate::rate::FrameRate;
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

/// How pictures become video. All chunks of one render must be encoded with equal settings, threads aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeSettings {
    /// Frames per second.
    pub rate: FrameRate,
    /// What is written to the encoder.
    pub pictures: PictureFormat,
    /// Constant quality.
    pub crf: Crf,
    /// How much work x264 puts into a frame.
    pub preset: Preset,
    /// The colours of the video.
    pub colour_space: ColourSpace,
    /// Threads of x264. As many as there are cores is 10–15 % cheaper than x264's own choice.
    pub threads: NonZeroUsize,
}

impl EncodeSettings {
    /// The defaults of the wire: JPEG pictures, crf 18, preset medium, BT.709, and a thread for each core.
    pub fn new(rate: FrameRate) -> Self {
        Self {
            rate,
            pictures: PictureFormat::Jpeg,
            crf: Crf::default(),
            preset: Preset::default(),
            colour_space: ColourSpace::default(),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// The format of the pictures that an encoder is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// JFIF: full range, matrix of BT.601, transfer and primaries of sRGB.
    Jpeg,
    /// RGB or RGBA, of which the colours alone are used.
    Png,
}

/// x264's constant rate factor: 1 (best) to 51.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crf(u8);

/// The number is no constant rate factor of x264.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("crf `{0}` is not between 1 and 51")]
pub struct InvalidCrf(u8);

impl Crf {
    /// # Errors
    /// [`InvalidCrf`] unless `crf` is from 1 to 51.
    pub fn new(crf: u8) -> Result<Self, InvalidCrf> {
        if (1..=51).contains(&crf) {
            Ok(Self(crf))
        } else {
            Err(InvalidCrf(crf))
        }
    }
}

impl Default for Crf {
    fn default() -> Self {
        Self(18)
    }
}

impl fmt::Display for Crf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A wire name that names nothing this crate builds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} `{value}` is not supported; supported: {supported}")]
pub struct UnsupportedSetting {
    setting: &'static str,
    value: String,
    supported: &'static str,
}

/// The colours of the encoded video.
///
/// Parsed from the wire's names: `default` and `bt709` are both [`ColourSpace::Bt709`]; every other name is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColourSpace {
    /// Matrix, primaries and transfer of BT.709, limited range, and tagged so.
    #[default]
    Bt709,
}

impl ColourSpace {
    /// The filters that make yuv420p of this colour space from pictures of `format`.
    ///
    /// `colorspace` converts matrix and range in one step and costs a tenth of `scale` and `zscale`, which go through RGB.
    pub(super) fn conversion_from(self, format: PictureFormat) -> &'static str {
        match (self, format) {
            (Self::Bt709, PictureFormat::Jpeg) => concat!(
                "format=yuvj420p,",
                "colorspace=iall=bt709:ispace=bt470bg:irange=pc:all=bt709:range=tv:fast=1:format=yuv420p"
            ),
            (Self::Bt709, PictureFormat::Png) => concat!(
                "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,",
                "format=yuv420p"
            ),
        }
    }

    /// The output options that write it into stream and container.
    pub(super) fn tags(self) -> [&'static str; 8] {
        match self {
            Self::Bt709 => [
                "-colorspace",
                "bt709",
                "-color_primaries",
                "bt709",
                "-color_trc",
                "bt709",
                "-color_range",
                "tv",
            ],
        }
    }
}

impl FromStr for ColourSpace {
    type Err = UnsupportedSetting;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "default" | "bt709" => Ok(Self::Bt709),
            _ => Err(UnsupportedSetting {
                setting: "colour space",
                value: name.to_owned(),
                supported: "default, bt709",
            }),
        }
    }
}

/// x264's presets, by their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "x264 documents its presets")]
pub enum Preset {
    Ultrafast,
    Superfast,
    Veryfast,
    Faster,
    Fast,
    #[default]
    Medium,
    Slow,
    Slower,
    Veryslow,
    Placebo,
}

const PRESETS: [(Preset, &str); 10] = [
    (Preset::Ultrafast, "ultrafast"),
    (Preset::Superfast, "superfast"),
    (Preset::Veryfast, "veryfast"),
    (Preset::Faster, "faster"),
    (Preset::Fast, "fast"),
    (Preset::Medium, "medium"),
    (Preset::Slow, "slow"),
    (Preset::Slower, "slower"),
    (Preset::Veryslow, "veryslow"),
    (Preset::Placebo, "placebo"),
];

impl FromStr for Preset {
    type Err = UnsupportedSetting;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        PRESETS.iter().find(|(_, known)| *known == name).map(|(preset, _)| *preset).ok_or_else(|| UnsupportedSetting {
            setting: "x264 preset",
            value: name.to_owned(),
            supported: "ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow, placebo",
        })
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = PRESETS
            .iter()
            .find(|(preset, _)| preset == self)
            .map_or("medium", |(_, name)| name);
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_are_taken_or_refused_by_name() {
        assert_eq!("default".parse(), Ok(ColourSpace::Bt709));
        assert_eq!("bt709".parse(), Ok(ColourSpace::Bt709));
        let refused = "bt2020-ncl".parse::<ColourSpace>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "colour space `bt2020-ncl` is not supported; supported: default, bt709"
        );
        for (preset, name) in PRESETS {
            assert_eq!(name.parse(), Ok(preset));
            assert_eq!(preset.to_string(), name);
        }
        assert!("warp".parse::<Preset>().is_err());
    }

    #[test]
    fn crf_keeps_to_its_range() {
        assert_eq!(Crf::new(0), Err(InvalidCrf(0)));
        assert_eq!(Crf::new(52), Err(InvalidCrf(52)));
        assert_eq!(Crf::new(18), Ok(Crf::default()));
    }
}
