//! Renders by the incumbent, from the same bundle with the same settings: what ours are compared with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{paths, sh};

/// The settings of both sides, as a person reads them.
pub(crate) const SETTINGS: &str = "h264, preset medium, crf 18, yuv420p, bt709, JPEG 80, AAC 320k, the same chromium-headless-shell";

/// The constant rate factor of [`SETTINGS`].
pub(crate) const CRF: u32 = 18;

/// That of renders that pictures are compared with. At the usual one x264 takes so much from a grainy photograph that
/// two renders of the same pictures are further from each other than the comparison allows.
const REFERENCE_CRF: u32 = 8;

/// The command that renders `composition` into `out` in one process with `concurrency` tabs.
pub(crate) fn render(composition: &str, out: &Path, concurrency: u32, crf: u32) -> Command {
    let site = paths::example_site();
    let mut command = Command::new(site.join("node_modules/.bin/remotion"));
    command
        .current_dir(&site)
        .args(["render", "build", composition])
        .arg(out)
        .args([
            "--codec=h264",
            "--x264-preset=medium",
            "--pixel-format=yuv420p",
        ])
        .arg(format!("--crf={crf}"))
        .args([
            "--color-space=bt709",
            "--jpeg-quality=80",
            "--audio-bitrate=320k",
        ])
        .args(["--overwrite", "--log=error"])
        .arg(format!("--concurrency={concurrency}"));
    if let Some(chrome) = sh::which("chromium-headless-shell") {
        command.arg(format!("--browser-executable={}", chrome.display()));
    }
    command
}

/// Folder with a render of the first frames of each of `compositions`, named `<composition>-<frames>.mp4`; what is there
/// for this bundle stays.
pub(crate) fn references(compositions: &[(&str, u32)]) -> Result<PathBuf> {
    let stamp = std::fs::read_to_string(paths::example_bundle().join(".framewright-sources"))?;
    let folder = paths::target().join(format!(
        "tools/references/{}-crf{REFERENCE_CRF}",
        &stamp[..16]
    ));
    std::fs::create_dir_all(&folder)?;
    for (composition, frames) in compositions {
        let name = format!("{composition}-{frames}");
        let out = folder.join(format!("{name}.mp4"));
        if out.exists() {
            continue;
        }
        // Under its final name only when it is whole.
        let part = folder.join(format!("{name}.part.mp4"));
        sh::run(
            &format!("render {composition} with the incumbent, for comparison"),
            render(composition, &part, 2, REFERENCE_CRF).arg(format!("--frames=0-{}", frames - 1)),
        )?;
        std::fs::rename(part, out)?;
    }
    Ok(folder)
}
