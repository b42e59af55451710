//! What Chrome is started with.

use crate::launch::Options;
use std::ffi::OsString;

/// The graphics back end of Chrome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Graphics {
    /// Chrome's own choice, which without a graphics card is its software compositor. It draws twice as fast as ANGLE on
    /// SwiftShader; WebGL alone goes through SwiftShader then.
    #[default]
    Automatic,
    /// ANGLE on SwiftShader for everything.
    SwAngle,
    /// ANGLE on the machine's EGL.
    AngleEgl,
    /// The machine's Vulkan.
    Vulkan,
    /// Whatever Chrome knows under this name.
    Other(String),
}

impl Graphics {
    /// The back end of this name, as clients write it.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "swangle" => Self::SwAngle,
            "angle-egl" => Self::AngleEgl,
            "vulkan" => Self::Vulkan,
            other => Self::Other(other.to_owned()),
        }
    }

    fn flags(&self) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::Automatic => &["--enable-unsafe-swiftshader"],
            Self::SwAngle => &["--use-gl=angle", "--use-angle=swiftshader"],
            Self::AngleEgl => &["--use-gl=angle", "--use-angle=gl-egl"],
            Self::Vulkan => &[
                "--use-angle=vulkan",
                "--use-vulkan=native",
                "--disable-vulkan-fallback-to-gl-for-testing",
                "--disable-vulkan-surface",
                "--enable-gpu",
            ],
            Self::Other(name) => return vec![format!("--use-gl={name}")],
        };
        fixed.iter().map(|flag| (*flag).to_owned()).collect()
    }
}

/// What makes a page behave the same on every machine and at every time, and keeps Chrome from doing anything beside.
const ALWAYS: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-setuid-sandbox",
    "--no-zygote",
    "--allow-pre-commit-input",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--proxy-server='direct://'",
    "--proxy-bypass-list=*",
    "--force-gpu-mem-available-mb=4096",
    "--disable-gpu-rasterization",
    "--disable-hang-monitor",
    "--disable-extensions",
    "--allow-chrome-scheme-url",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-first-run",
    "--password-store=basic",
    "--use-mock-keychain",
    "--enable-blink-features=IdleDetection",
    "--intensive-wake-up-throttling-policy=0",
    "--disable-background-media-suspend",
    "--allow-running-insecure-content",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-print-preview",
    "--disable-site-isolation-trials",
    "--disk-cache-size=268435456",
    "--hide-scrollbars",
    "--no-default-browser-check",
    "--no-pings",
    "--font-render-hinting=none",
    "--ignore-gpu-blocklist",
    "--enable-unsafe-webgpu",
    "--autoplay-policy=no-user-gesture-required",
    "--enable-features=NetworkService,NetworkServiceInProcess,CanvasDrawElement",
    "--disable-features=AudioServiceOutOfProcess,IsolateOrigins,site-per-process,Translate,BackForwardCache,\
     AvoidUnnecessaryBeforeUnloadCheckSync,IntensiveWakeUpThrottling,LocalNetworkAccessChecks,\
     BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights,PrivateNetworkAccessRespectPreflightResults",
];

/// Puts the page's clock into our hands, and makes every frame complete before it is drawn.
///
/// Tiles of a whole frame's size halve the cost of large frames: with small ones each frame is rastered and copied in pieces.
const BEGIN_FRAME_CONTROL: &[&str] = &[
    "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--default-tile-width=2048",
    "--default-tile-height=1088",
    "--num-raster-threads=2",
];

/// The arguments for `options`. `user_data` is a folder of this Chrome's own.
pub(crate) fn arguments(options: &Options, user_data: OsString) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ALWAYS.iter().map(Into::into).collect();
    if options.begin_frame_control {
        arguments.extend(BEGIN_FRAME_CONTROL.iter().map(Into::into));
    }
    arguments.extend(options.graphics.flags().into_iter().map(Into::into));
    arguments.push(format!("--video-threads={}", video_threads()).into());
    if options.ignore_certificate_errors {
        arguments.push("--ignore-certificate-errors".into());
    }
    if options.disable_web_security {
        arguments.push("--disable-web-security".into());
    }
    if let Some(agent) = &options.user_agent {
        arguments.push(format!("--user-agent={agent}").into());
    }
    arguments.push(format!("--force-device-scale-factor={}", options.scale).into());
    let mut folder = OsString::from("--user-data-dir=");
    folder.push(user_data);
    arguments.push(folder);
    arguments
}

/// Two thirds of the cores decode video.
fn video_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores * 2).div_ceil(3).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_flags() {
        let options = Options {
            user_agent: Some("a b".to_owned()),
            disable_web_security: true,
            graphics: Graphics::from_name("angle-egl"),
            begin_frame_control: false,
            ..Options::default()
        };
        let arguments = arguments(&options, "/tmp/x".into());
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        assert!(
            has("--user-agent=a b") && has("--disable-web-security") && has("--use-angle=gl-egl")
        );
        assert!(has("--user-data-dir=/tmp/x"));
        assert!(!has("--ignore-certificate-errors") && !has("--enable-begin-frame-control"));
        assert!(
            arguments
                .iter()
                .all(|argument| !argument.to_string_lossy().contains(", "))
        );
    }
}
