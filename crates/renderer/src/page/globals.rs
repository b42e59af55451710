//! What the page finds set before its own scripts run, and what is set again after them.

use crate::request::PageRequest;
use protocol::page::Composition;
use serde::Serialize;
use std::collections::BTreeMap;

/// The renderer's own script in the page.
const DRIVER: &str = include_str!("driver.js");

/// The sample rate of pages that are not heard.
const SILENT_SAMPLE_RATE: u32 = 48_000;

/// What differs between the pages of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRole {
    /// The frame that is mounted first.
    pub(crate) initial_frame: u32,
    /// Counts the attempts at that frame, from 1.
    pub(crate) attempt: u32,
    /// Whether pictures are taken.
    pub(crate) video: bool,
    /// Samples of audio per second, where it is heard.
    pub(crate) sample_rate: Option<u32>,
    /// Where the local server is.
    pub(crate) port: u16,
}

#[derive(Serialize)]
struct Globals<'a> {
    // Remotion mounts no Studio where this is set.
    #[serde(rename = "remotion_puppeteerTimeout")]
    timeout_ms: u64,
    #[serde(rename = "remotion_isMainTab")]
    is_main_tab: bool,
    #[serde(rename = "remotion_mediaCacheSizeInBytes")]
    media_cache_size: Option<u64>,
    #[serde(rename = "remotion_initialMemoryAvailable")]
    memory_available: u64,
    #[serde(rename = "remotion_sampleRate")]
    sample_rate: u32,
    #[serde(rename = "remotion_inputProps")]
    input_props: &'a str,
    #[serde(rename = "remotion_envVariables")]
    env_variables: String,
    #[serde(rename = "remotion_initialFrame")]
    initial_frame: u32,
    #[serde(rename = "remotion_attempt")]
    attempt: u32,
    #[serde(rename = "remotion_proxyPort")]
    proxy_port: u16,
    #[serde(rename = "remotion_audioEnabled")]
    audio_enabled: bool,
    #[serde(rename = "remotion_videoEnabled")]
    video_enabled: bool,
    #[serde(rename = "remotion_logLevel")]
    log_level: &'static str,
}

/// The script that every document runs first.
pub(crate) fn first_script(request: &PageRequest, role: PageRole) -> String {
    let globals = Globals {
        timeout_ms: u64::try_from(request.timeout.as_millis()).unwrap_or(u64::MAX),
        is_main_tab: true,
        media_cache_size: request.media_cache_size_in_bytes,
        memory_available: available_memory(),
        sample_rate: role.sample_rate.unwrap_or(SILENT_SAMPLE_RATE),
        input_props: &request.input_props,
        env_variables: json(&request.env_variables),
        initial_frame: role.initial_frame,
        attempt: role.attempt,
        proxy_port: role.port,
        audio_enabled: role.sample_rate.is_some(),
        video_enabled: role.video,
        log_level: request.log_level.as_str(),
    };
    format!(
        "Object.assign(window, {globals});\
         (window.process ??= {{}}).env = {{...window.process.env, NODE_ENV: 'production'}};\
         window.remotion_broadcastChannel = new BroadcastChannel('remotion-video-frame-extraction');\
         for (const name of ['alert', 'confirm']) window[name] = (text) => {{\
         window.remotion_cancelledError = new Error(`${{name}}(\"${{text}}\") was called. It cannot be called in a headless browser.`).stack;\
         }};\n{DRIVER}",
        globals = json(&globals),
    )
}

/// Mounts a composition. The bundle's own document overwrites three of the globals, so they are set once more.
pub(crate) fn mount_script(composition: &Composition, role: PageRole) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Mode<'a> {
        r#type: &'static str,
        composition_name: &'a str,
        serialized_resolved_props_with_schema: &'a str,
        composition_duration_in_frames: u32,
        composition_fps: f64,
        composition_height: u32,
        composition_width: u32,
        composition_default_codec: &'a Option<String>,
        composition_default_out_name: &'a Option<String>,
        composition_default_video_image_format: &'a Option<String>,
        composition_default_pixel_format: &'a Option<String>,
        composition_default_pro_res_profile: &'a Option<String>,
        composition_default_sample_rate: Option<f64>,
    }
    let defaults = &composition.defaults;
    let mode = Mode {
        r#type: "composition",
        composition_name: &composition.id,
        serialized_resolved_props_with_schema: &composition.serialized_resolved_props,
        composition_duration_in_frames: composition.duration_in_frames.get(),
        composition_fps: composition.fps,
        composition_height: composition.height.get(),
        composition_width: composition.width.get(),
        composition_default_codec: &defaults.default_codec,
        composition_default_out_name: &defaults.default_out_name,
        composition_default_video_image_format: &defaults.default_video_image_format,
        composition_default_pixel_format: &defaults.default_pixel_format,
        composition_default_pro_res_profile: &defaults.default_pro_res_profile,
        composition_default_sample_rate: defaults.default_sample_rate,
    };
    set_mode(&json(&mode), role)
}

/// Mounts the root alone, for its compositions.
pub(crate) fn evaluation_script(role: PageRole) -> String {
    set_mode(r#"{"type":"evaluation"}"#, role)
}

fn set_mode(mode: &str, role: PageRole) -> String {
    format!(
        "window.remotion_audioEnabled = {}; window.remotion_videoEnabled = {}; window.remotion_sampleRate = {}; \
         window.remotion_setBundleMode({mode}); undefined",
        role.sample_rate.is_some(),
        role.video,
        role.sample_rate.unwrap_or(SILENT_SAMPLE_RATE),
    )
}

/// Plain data, which always serialises. `</` and line separators need no care: the text never passes an HTML parser.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Free memory in bytes, which the page derives its media cache from. A machine that does not tell is taken for a small one.
fn available_memory() -> u64 {
    const SMALL: u64 = 1 << 30;
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let fields: BTreeMap<&str, &str> = meminfo
        .lines()
        .filter_map(|line| line.split_once(':'))
        .collect();
    fields
        .get("MemAvailable")
        .and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(SMALL, |kib| kib * 1024)
}
