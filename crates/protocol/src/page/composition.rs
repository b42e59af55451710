//! Compositions as the page describes them, and as they are rendered.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A composition as the page returns it: sizes not yet checked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageComposition {
    /// Its name.
    pub id: String,
    /// Pixels; `None` where the page says NaN or infinity.
    #[serde(default)]
    pub width: Option<f64>,
    /// Pixels; `None` where the page says NaN or infinity.
    #[serde(default)]
    pub height: Option<f64>,
    /// Frames per second; `None` where the page says NaN or infinity.
    #[serde(default)]
    pub fps: Option<f64>,
    /// How many frames it has; `None` where the page says NaN or infinity.
    #[serde(default)]
    pub duration_in_frames: Option<f64>,
    /// What the composition asks for where a client asks for nothing.
    #[serde(flatten)]
    pub defaults: Defaults,
    /// The props that the composition is rendered with, as the page's own JSON string.
    pub serialized_resolved_props_with_custom_schema: String,
    /// The props that the composition declares, as the page's own JSON string.
    #[serde(default)]
    pub serialized_default_props_with_custom_schema: Option<String>,
}

/// What a composition asks for where a client asks for nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// Codec.
    #[serde(default)]
    pub default_codec: Option<String>,
    /// Name of the output.
    #[serde(default)]
    pub default_out_name: Option<String>,
    /// Image format of single frames.
    #[serde(default)]
    pub default_video_image_format: Option<String>,
    /// Pixel format.
    #[serde(default)]
    pub default_pixel_format: Option<String>,
    /// Profile of ProRes.
    #[serde(default)]
    pub default_pro_res_profile: Option<String>,
    /// Samples of audio per second.
    #[serde(default)]
    pub default_sample_rate: Option<f64>,
}

/// A composition that can be rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Composition {
    /// Its name.
    pub id: String,
    /// Pixels, before scaling.
    pub width: NonZeroU32,
    /// Pixels, before scaling.
    pub height: NonZeroU32,
    /// Frames per second, finite and above 0.
    pub fps: f64,
    /// How many frames it has.
    pub duration_in_frames: NonZeroU32,
    /// What the composition asks for where a client asks for nothing.
    #[serde(flatten)]
    pub defaults: Defaults,
    /// The props that it is rendered with, as the page's own JSON string.
    pub serialized_resolved_props: String,
}

/// A composition whose size, rate or length cannot be rendered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("composition `{composition}` has {field} {}, which is not {expected}", Shown(.found))]
pub struct InvalidComposition {
    composition: String,
    field: &'static str,
    found: Option<f64>,
    expected: &'static str,
}

struct Shown<'a>(&'a Option<f64>);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(number) => number.fmt(f),
            None => f.write_str("NaN or infinity"),
        }
    }
}

/// Sizes that a client forces on a composition.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overrides {
    /// Pixels.
    pub width: Option<f64>,
    /// Pixels.
    pub height: Option<f64>,
    /// Frames per second.
    pub fps: Option<f64>,
    /// How many frames.
    pub duration_in_frames: Option<f64>,
}

impl PageComposition {
    /// Puts `overrides` in place of what the page said, and checks that the result can be rendered.
    ///
    /// # Errors
    /// [`InvalidComposition`] names the first of width, height, fps and durationInFrames that cannot be rendered.
    pub fn resolve(self, overrides: Overrides) -> Result<Composition, InvalidComposition> {
        let whole = |field, found: Option<f64>| {
            match found {
                Some(n) if n.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&n) => {
                    // A whole number in the range of the type: nothing is lost.
                    NonZeroU32::new(n as u32).ok_or(())
                }
                _ => Err(()),
            }
            .map_err(|()| InvalidComposition {
                composition: self.id.clone(),
                field,
                found,
                expected: "a whole number above 0",
            })
        };
        let width = whole("width", overrides.width.or(self.width))?;
        let height = whole("height", overrides.height.or(self.height))?;
        let duration_in_frames = whole(
            "durationInFrames",
            overrides.duration_in_frames.or(self.duration_in_frames),
        )?;
        let fps = overrides.fps.or(self.fps);
        let fps = fps
            .filter(|fps| fps.is_finite() && *fps > 0.0)
            .ok_or(InvalidComposition {
                composition: self.id.clone(),
                field: "fps",
                found: fps,
                expected: "a number above 0",
            })?;
        Ok(Composition {
            id: self.id,
            width,
            height,
            fps,
            duration_in_frames,
            defaults: self.defaults,
            serialized_resolved_props: self.serialized_resolved_props_with_custom_schema,
        })
    }

    /// The composition as clients list it.
    ///
    /// # Errors
    /// [`VideoConfigError`] if its sizes are impossible or its props are not JSON.
    pub fn into_video_config(mut self) -> Result<VideoConfig, VideoConfigError> {
        let default_props = self.serialized_default_props_with_custom_schema.take();
        let composition = self.resolve(Overrides::default())?;
        let parse = |props: String| {
            RawValue::from_string(props).map_err(|source| VideoConfigError::Props {
                composition: composition.id.clone(),
                source,
            })
        };
        Ok(VideoConfig {
            width: composition.width,
            height: composition.height,
            fps: composition.fps,
            duration_in_frames: composition.duration_in_frames,
            default_props: parse(default_props.unwrap_or_else(|| "{}".to_owned()))?,
            props: parse(composition.serialized_resolved_props)?,
            defaults: composition.defaults,
            id: composition.id,
        })
    }
}

/// A composition that cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum VideoConfigError {
    /// Its sizes are impossible.
    #[error(transparent)]
    Invalid(#[from] InvalidComposition),
    /// Its props are not JSON.
    #[error("the props of composition `{composition}` are not JSON")]
    Props {
        /// Its name.
        composition: String,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// A composition as clients list it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoConfig {
    /// Its name.
    pub id: String,
    /// Pixels.
    pub width: NonZeroU32,
    /// Pixels.
    pub height: NonZeroU32,
    /// Frames per second.
    pub fps: f64,
    /// How many frames it has.
    pub duration_in_frames: NonZeroU32,
    /// The props that it is rendered with.
    pub props: Box<RawValue>,
    /// The props that it declares.
    pub default_props: Box<RawValue>,
    /// What the composition asks for where a client asks for nothing.
    #[serde(flatten)]
    pub defaults: Defaults,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> PageComposition {
        serde_json::from_str(json).unwrap()
    }

    const HOLD: &str = r#"{"id":"Hold","width":1280,"height":720,"fps":29.97,"durationInFrames":300,"defaultCodec":null,
        "serializedResolvedPropsWithCustomSchema":"{\"d\":\"remotion-date:2024-01-02T03:04:05.678Z\",\"n\":1e2}",
        "serializedDefaultPropsWithCustomSchema":"{}","other":[1]}"#;

    #[test]
    fn props_are_kept_as_the_page_wrote_them() {
        let composition = page(HOLD).resolve(Overrides::default()).unwrap();
        let props = r#"{"d":"remotion-date:2024-01-02T03:04:05.678Z","n":1e2}"#;
        assert_eq!(composition.serialized_resolved_props, props);
        let again: Composition =
            serde_json::from_str(&serde_json::to_string(&composition).unwrap()).unwrap();
        assert_eq!(again, composition);
        let listed = serde_json::to_string(&page(HOLD).into_video_config().unwrap()).unwrap();
        assert!(listed.starts_with(
            r#"{"id":"Hold","width":1280,"height":720,"fps":29.97,"durationInFrames":300,"#
        ));
        assert!(listed.contains(&format!(r#""props":{props}"#)), "{listed}");
    }

    #[test]
    fn impossible_sizes_are_named() {
        let mut hold = page(HOLD);
        hold.duration_in_frames = None;
        assert_eq!(
            hold.resolve(Overrides::default()).unwrap_err().to_string(),
            "composition `Hold` has durationInFrames NaN or infinity, which is not a whole number above 0"
        );
        for (field, value) in [("durationInFrames", 0.0), ("width", 1.5), ("fps", -1.0)] {
            let mut hold = page(HOLD);
            match field {
                "width" => hold.width = Some(value),
                "fps" => hold.fps = Some(value),
                _ => hold.duration_in_frames = Some(value),
            }
            let error = hold.resolve(Overrides::default()).unwrap_err().to_string();
            assert!(error.contains(&format!("{field} {value}")), "{error}");
        }
    }

    #[test]
    fn forced_sizes_win() {
        let overrides = Overrides {
            width: Some(640.0),
            fps: Some(60.0),
            ..Overrides::default()
        };
        let composition = page(HOLD).resolve(overrides).unwrap();
        assert_eq!(
            (
                composition.width.get(),
                composition.height.get(),
                composition.fps
            ),
            (640, 720, 60.0)
        );
    }
}
