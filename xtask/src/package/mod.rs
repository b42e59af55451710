//! What AWS gets: a zip with an executable named `bootstrap` for each function, and the zips of layers.
//!
//! ```text
//! render-function.zip   bootstrap
//! layers/chrome.zip     framewright/chrome.tar.zst, lib/
//! layers/ffmpeg.zip     bin/ffmpeg
//! layers/fonts.zip      framewright/fonts.conf, framewright/fonts/
//! ```
//!
//! Every layer has the licences of what it holds, and where its source is, in `framewright/licenses`.

mod archive;
mod bootstrap;
mod download;
mod layer;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::paths;

/// Code and layers of a function together may unpack to this many bytes.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// Where the packages go, and of what they are made.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Make all that AWS gets, layers included, in this folder. Without it: the function's zip alone, for the embedded
    /// cloud, beside the release build of `framewright`, where it looks for it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The processor. There is no Chrome for arm64 yet.
    #[arg(long, value_enum, default_value_t)]
    architecture: Architecture,
    /// A folder with another Chrome, and all that it loads. Its licences are to be in it.
    #[arg(long, value_name = "DIR", requires = "out")]
    chrome: Option<PathBuf>,
    /// A folder with another static ffmpeg. Its licences are to be in it.
    #[arg(long, value_name = "DIR", requires = "out")]
    ffmpeg: Option<PathBuf>,
    /// A folder with other fonts. Their licences are to be in it.
    #[arg(long, value_name = "DIR", requires = "out")]
    fonts: Option<PathBuf>,
}

impl Options {
    /// All that AWS gets, in `out`.
    pub(crate) fn to(out: &Path) -> Self {
        Self {
            out: Some(out.to_owned()),
            ..Self::default()
        }
    }
}

/// A processor that Lambda has.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Architecture {
    #[default]
    #[value(name = "x86_64")]
    X86_64,
    Arm64,
}

/// Writes the render function's zip; with `--out`, the one that AWS gets, and the layers. Returns the path of the zip.
///
/// The bytes depend on what goes in alone.
///
/// # Errors
/// If the build fails, the binary needs a newer C library than Lambda has, or the package is over Lambda's limit.
pub(crate) fn run(options: &Options) -> Result<PathBuf> {
    if options.architecture == Architecture::Arm64 {
        bail!(
            "there is no package for arm64: nobody publishes a Chrome for it that Lambda's system can run"
        );
    }
    let Some(out) = &options.out else {
        let release = paths::target().join("release");
        return bootstrap::for_this_machine(&release);
    };
    std::fs::create_dir_all(out).with_context(|| format!("could not make {}", out.display()))?;
    let zip = bootstrap::for_lambda(out)?;
    let layers = layer::all(options, &out.join("layers"))?;
    check_size(std::iter::once(&zip).chain(&layers))?;
    Ok(zip)
}

/// Refuses what Lambda would refuse, and says what holds how much.
fn check_size<'a>(zips: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let mut parts = Vec::new();
    for zip in zips {
        let unzipped = archive::unzipped(zip)?;
        let packed = std::fs::metadata(zip)?.len();
        println!(
            "  {}: {:.1} MB, {:.1} MB unpacked",
            zip.display(),
            packed as f64 / 1e6,
            unzipped as f64 / 1e6
        );
        parts.push((unzipped, name(zip)));
    }
    let all: u64 = parts.iter().map(|(size, _)| size).sum();
    println!(
        "  {:.1} MB unpacked, of {:.1}",
        all as f64 / 1e6,
        UNZIPPED_LIMIT as f64 / 1e6
    );
    if all <= UNZIPPED_LIMIT {
        return Ok(());
    }
    parts.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let held: Vec<_> = parts
        .iter()
        .map(|(size, name)| format!("{name} {:.1} MB", *size as f64 / 1e6))
        .collect();
    bail!(
        "code and layers unpack to {all} bytes, {} over Lambda's {UNZIPPED_LIMIT}: {}",
        all - UNZIPPED_LIMIT,
        held.join(", ")
    );
}

fn name(zip: &Path) -> String {
    zip.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::archive::{self, Entry};
    use super::{Architecture, Options, check_size, run};

    #[test]
    fn arm64_is_refused_by_name() {
        let options = Options {
            architecture: Architecture::Arm64,
            ..Options::default()
        };
        let error = run(&options).unwrap_err().to_string();
        assert!(error.contains("arm64"), "{error}");
    }

    #[test]
    fn a_package_over_the_limit_names_what_holds_it() {
        let folder = std::env::temp_dir().join(format!("framewright-size-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let zip = folder.join("huge.zip");
        archive::write(&zip, vec![Entry::file("zeros", vec![0; 262_144_001])]).unwrap();
        let error = check_size(std::iter::once(&zip)).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            error.contains("1 over") && error.contains("huge 262.1 MB"),
            "{error}"
        );
    }
}
