//! What a request asks for and this function does: what it does not do is refused by name, before anything starts.

use std::num::NonZeroU32;

use protocol::chunking::{self, ChunkPlan, PlanError, Rule};
use protocol::page::{Composition, Overrides};
use protocol::payload::{Chunking, Start};
use protocol::settings::{
    AudioCodec, Codec, ColorSpace, FramesOutside, ImageFormat, OutName, RequestedFrames,
};
use protocol::state::{AudioPlan, EncodePlan, OutputPlan, PagePlan, Plan, Request};
use renderer::{Encoding, InvalidScale, Pictures, Scale};

use crate::output::{self, ProviderError};

/// The output's name where the client gives none.
pub(crate) const DEFAULT_OUTPUT: &str = "out.mp4";

/// The only rate of samples that is mixed.
const SAMPLE_RATE: u32 = 48_000;

/// A request that this function does not do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum RequestError {
    /// A setting has a value that is not built.
    #[error("`{setting}` {value} is not supported: this function does {supported}")]
    Unsupported {
        setting: &'static str,
        value: String,
        supported: &'static str,
    },
    /// A setting has an impossible value.
    #[error("`{setting}` {value} is out of range: {expected}")]
    OutOfRange {
        setting: &'static str,
        value: String,
        expected: &'static str,
    },
    /// The scale is impossible.
    #[error(transparent)]
    Scale(#[from] InvalidScale),
    /// The composition lacks frames that are asked for.
    #[error(transparent)]
    Frames(#[from] FramesOutside),
    /// The chunks cannot be made.
    #[error(transparent)]
    Chunks(#[from] PlanError),
    /// The output cannot go there.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The output cannot have that name below the render's folder.
    #[error(
        "`{0}` is no name for the output: expected one that ends in .mp4, without `..`. A string is a key below the \
         render's folder; {{bucketName, key}} names a bucket and a key of one's own"
    )]
    OutName(String),
    /// The output cannot have that key.
    #[error("`{0}` is no key for the output: expected one without `..` and without empty parts")]
    OutKey(String),
}

fn unsupported(
    setting: &'static str,
    value: &dyn std::fmt::Display,
    supported: &'static str,
) -> RequestError {
    RequestError::Unsupported {
        setting,
        value: format!("`{value}`"),
        supported,
    }
}

/// Checks all of a request that can be checked before the page is open.
///
/// # Errors
/// [`RequestError`] names the first setting that is wrong or not built.
pub(crate) fn check(start: &Start) -> Result<(), RequestError> {
    check_codecs(start)?;
    check_encoding(start)?;
    check_absent(start)?;
    encode_plan(start)?;
    out_key(start.out_name.as_ref())?;
    output::check(start.out_name.as_ref())?;
    Rule::choose(start.concurrency, start.frames_per_lambda, Rule::Documented)?;
    Ok(())
}

fn check_codecs(start: &Start) -> Result<(), RequestError> {
    if start.codec != Codec::H264 {
        return Err(unsupported("codec", &start.codec, "h264 alone"));
    }
    match start.audio_codec {
        None | Some(AudioCodec::Aac) => {}
        Some(codec) => return Err(unsupported("audioCodec", &codec.as_str(), "aac alone")),
    }
    match start.image_format {
        ImageFormat::Jpeg | ImageFormat::Png => {}
        format => {
            return Err(unsupported(
                "imageFormat",
                &format.as_str(),
                "jpeg and png for videos",
            ));
        }
    }
    match start.color_space {
        None | Some(ColorSpace::Default | ColorSpace::Bt709) => {}
        Some(space) => {
            return Err(unsupported(
                "colorSpace",
                &space.as_str(),
                "default and bt709",
            ));
        }
    }
    match start.pixel_format.as_deref() {
        None | Some("yuv420p") => Ok(()),
        Some(format) => Err(unsupported("pixelFormat", &format, "yuv420p alone")),
    }
}

/// Settings of the encoder that are not built: quality is chosen by `crf` and `x264Preset` alone.
fn check_encoding(start: &Start) -> Result<(), RequestError> {
    let bitrates = [
        ("videoBitrate", &start.video_bitrate),
        ("encodingBufferSize", &start.encoding_buffer_size),
        ("encodingMaxRate", &start.encoding_max_rate),
    ];
    for (setting, value) in bitrates {
        if let Some(value) = value {
            return Err(unsupported(
                setting,
                &value,
                "constant quality (`crf`) alone",
            ));
        }
    }
    if let Some(size) = start.gop_size {
        return Err(unsupported("gopSize", &size, "the encoder's own choice"));
    }
    if start.prefer_lossless {
        return Err(unsupported("preferLossless", &true, "aac alone"));
    }
    match start.audio_bitrate.as_deref() {
        None | Some("320k" | "320K") => {}
        Some(rate) => return Err(unsupported("audioBitrate", &rate, "320k alone")),
    }
    match start.sample_rate {
        None | Some(SAMPLE_RATE) => Ok(()),
        Some(rate) => Err(unsupported("sampleRate", &rate, "48000 alone")),
    }
}

/// What only other functions do.
fn check_absent(start: &Start) -> Result<(), RequestError> {
    if let Some(name) = &start.renderer_function_name {
        return Err(unsupported(
            "rendererFunctionName",
            &name,
            "all of a render itself",
        ));
    }
    if let Some(webhook) = &start.webhook {
        return Err(unsupported(
            "webhook",
            &&webhook.url,
            "renders without webhooks",
        ));
    }
    match start.every_nth_frame {
        Some(step) if step.get() > 1 && !start.muted => {
            return Err(unsupported(
                "everyNthFrame",
                &step,
                "every frame where there is sound (`muted`)",
            ));
        }
        _ => {}
    }
    match start.concurrency_per_lambda {
        None | Some(1) => Ok(()),
        Some(tabs) => Err(unsupported(
            "concurrencyPerLambda",
            &tabs,
            "one tab in each renderer",
        )),
    }
}

fn encode_plan(start: &Start) -> Result<EncodePlan, RequestError> {
    let crf = match start.crf {
        None => None,
        // A whole number in the range of the type: nothing is lost.
        Some(crf) if crf.fract() == 0.0 && (1.0..=51.0).contains(&crf) => Some(crf as u8),
        Some(crf) => {
            let value = crf.to_string();
            return Err(RequestError::OutOfRange {
                setting: "crf",
                value,
                expected: "1 to 51",
            });
        }
    };
    let jpeg_quality = start.jpeg_quality.or(start.quality).unwrap_or(80);
    if jpeg_quality > 100 {
        let value = jpeg_quality.to_string();
        return Err(RequestError::OutOfRange {
            setting: "jpegQuality",
            value,
            expected: "0 to 100",
        });
    }
    let plan = EncodePlan {
        image_format: start.image_format,
        jpeg_quality,
        scale: Scale::new(start.scale.unwrap_or(1.0))?.get(),
        crf,
        preset: start.x264_preset.clone(),
        metadata: start.metadata.clone(),
    };
    encoding(&plan)?;
    Ok(plan)
}

/// How pictures of this plan become video.
pub(crate) fn encoding(plan: &EncodePlan) -> Result<Encoding, RequestError> {
    let mut encoding = Encoding::default();
    if let Some(crf) = plan.crf {
        encoding.crf = media::encode::Crf::new(crf).map_err(|_| RequestError::OutOfRange {
            setting: "crf",
            value: crf.to_string(),
            expected: "1 to 51",
        })?;
    }
    if let Some(preset) = &plan.preset {
        encoding.preset = preset
            .parse()
            .map_err(|_| unsupported("x264Preset", &preset, "the presets of x264"))?;
    }
    Ok(encoding)
}

/// How Chrome takes the pictures of this plan.
pub(crate) fn pictures(plan: &EncodePlan) -> Pictures {
    match plan.image_format {
        ImageFormat::Png => Pictures::Png,
        ImageFormat::Jpeg | ImageFormat::Webp | ImageFormat::Pdf | ImageFormat::None => {
            Pictures::Jpeg(plan.jpeg_quality)
        }
    }
}

/// Checks the name of the output below the render's folder, or its key in a bucket of one's own, which need not say
/// what it holds.
fn out_key(out_name: Option<&OutName>) -> Result<(), RequestError> {
    let is_safe = |name: &str| !name.split('/').any(|part| part.is_empty() || part == "..");
    match out_name {
        Some(OutName::Name(name)) if !(is_safe(name) && name.ends_with(".mp4")) => {
            Err(RequestError::OutName(name.clone()))
        }
        Some(OutName::Object { key, .. }) if !is_safe(key) => {
            Err(RequestError::OutKey(key.clone()))
        }
        Some(OutName::Name(_) | OutName::Object { .. }) | None => Ok(()),
    }
}

/// What the page was evaluated with beside the request.
pub(crate) struct Evaluated {
    pub(crate) composition: Composition,
    pub(crate) merge_above_bytes: u64,
    pub(crate) opened_at_unix_ms: u64,
    pub(crate) now_unix_ms: u64,
}

/// Sizes that the client forces on the composition.
pub(crate) fn overrides(start: &Start) -> Overrides {
    Overrides {
        width: start.force_width,
        height: start.force_height,
        fps: start.force_fps,
        duration_in_frames: start.force_duration_in_frames,
    }
}

/// The plan of a render whose composition is known.
///
/// # Errors
/// [`RequestError`] if the composition lacks the frames, or the chunks cannot be made.
pub(crate) fn plan(request: &Request, evaluated: Evaluated) -> Result<Plan, RequestError> {
    let start = &request.start;
    let composition = evaluated.composition;
    let frames = RequestedFrames::resolve(start.frame_range, composition.duration_in_frames)?;
    let every_nth_frame = start.every_nth_frame.unwrap_or(NonZeroU32::MIN);
    let ChunkPlan {
        frames_per_function,
        chunks,
    } = chunking::plan(frames, every_nth_frame, chunk_rule(start)?)?;
    Ok(Plan {
        render_id: request.render_id.clone(),
        planned_at_unix_ms: evaluated.now_unix_ms,
        site: request.site.clone(),
        composition,
        frames,
        every_nth_frame,
        frames_per_function: frames_per_function.get(),
        chunks,
        renderer_concurrency: start
            .framewright
            .as_ref()
            .and_then(|e| e.renderer_concurrency),
        max_retries: start.max_retries.unwrap_or(1),
        page: PagePlan {
            input_props: start.input_props.clone(),
            env_variables: start.env_variables.clone(),
            timeout_in_milliseconds: start.timeout_in_milliseconds,
            chromium_options: start.chromium_options.clone(),
            log_level: start.log_level,
            media_cache_size_in_bytes: start.media_cache_size_in_bytes,
            offthread_video_cache_size_in_bytes: start.offthread_video_cache_size_in_bytes,
        },
        encode: encode_plan(start)?,
        audio: (!start.muted).then_some(AudioPlan {
            sample_rate: SAMPLE_RATE,
        }),
        output: output_plan(request),
        merge_above_bytes: Some(evaluated.merge_above_bytes),
        serve_url_opened_at_unix_ms: evaluated.opened_at_unix_ms,
    })
}

/// How a render's chunks are chosen.
fn chunk_rule(start: &Start) -> Result<Rule, RequestError> {
    let extension = start.framewright.as_ref();
    let default = match extension {
        Some(extension) if extension.chunking == Chunking::Even => Rule::Even {
            renderer_concurrency: extension.renderer_concurrency.unwrap_or(NonZeroU32::MIN),
        },
        _ => Rule::Documented,
    };
    Ok(Rule::choose(
        start.concurrency,
        start.frames_per_lambda,
        default,
    )?)
}

fn output_plan(request: &Request) -> OutputPlan {
    let keys = protocol::keys::RenderKeys::new(&request.render_id);
    let out_name = request.start.out_name.as_ref();
    let own = request.bucket_name.as_str();
    let (bucket, key) = output::place(out_name, own, &keys, DEFAULT_OUTPUT);
    OutputPlan {
        bucket,
        key,
        elsewhere: output::provider(out_name).is_some(),
        overwrite: request.start.overwrite,
        download_behavior: request.start.download_behavior.clone(),
        storage_class: request.start.storage_class.clone(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::settings::OutName;

    use super::out_key;

    #[test]
    fn a_name_has_its_extension_and_a_key_of_ones_own_need_not() {
        let check = |json: &str, expected: Option<&str>| {
            let out_name: OutName = serde_json::from_str(json).unwrap();
            let said = out_key(Some(&out_name))
                .err()
                .map(|error| error.to_string());
            match expected {
                None => assert_eq!(said, None),
                Some(words) => assert!(said.is_some_and(|said| said.contains(words)), "{json}"),
            }
        };
        check(r#""films/one.mp4""#, None);
        check(r#""one""#, Some("{bucketName, key} names a bucket"));
        check(r#""../one.mp4""#, Some("without `..`"));
        check(r#"{"bucketName":"output-bucket","key":"my-output"}"#, None);
        check(
            r#"{"bucketName":"output-bucket","key":"a//b"}"#,
            Some("empty parts"),
        );
        assert!(out_key(None).is_ok());
    }
}
