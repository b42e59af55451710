//! The layers: Chrome, ffmpeg, fonts.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::Options;
use super::archive::{self, Entry};
use super::download::{self, CHROME, FFMPEG};
use crate::paths;

/// The functions look for a packed Chrome here, below the layer's folder.
const CHROME_ARCHIVE: &str = "framewright/chrome.tar.zst";

/// Slower to pack, equally fast to unpack; the strongest that needs no more memory to unpack than others.
const ZSTD_LEVEL: i32 = 19;

const LICENSES: &str = "framewright/licenses";

/// The names under which folders hold Chrome.
const CHROME_NAMES: [&str; 4] = [
    "chromium",
    "chrome-headless-shell",
    "chromium-headless-shell",
    "headless_shell",
];

/// The Debian packages that bring the fonts: the folder or file, and the licence.
const FONTS: [(&str, &str, &str); 2] = [
    (
        "fonts-liberation",
        "/usr/share/fonts/truetype/liberation",
        "/usr/share/doc/fonts-liberation/copyright",
    ),
    (
        "fonts-noto-color-emoji",
        "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
        "/usr/share/doc/fonts-noto-color-emoji/copyright",
    ),
];

/// Licence texts that Debian has on every machine.
const COMMON: &str = "/usr/share/common-licenses";

/// Writes the zips of all layers into `out`, and returns their paths.
pub(super) fn all(options: &Options, out: &Path) -> Result<Vec<PathBuf>> {
    let chrome = match &options.chrome {
        Some(folder) => chrome_of(folder)?,
        None => chrome()?,
    };
    let ffmpeg = match &options.ffmpeg {
        Some(folder) => ffmpeg_of(folder)?,
        None => ffmpeg()?,
    };
    let fonts = match &options.fonts {
        Some(folder) => fonts_of(folder)?,
        None => fonts()?,
    };
    let mut zips = Vec::new();
    for (name, entries) in [("chrome", chrome), ("ffmpeg", ffmpeg), ("fonts", fonts)] {
        let zip = out.join(format!("{name}.zip"));
        archive::write(&zip, entries)?;
        zips.push(zip);
    }
    Ok(zips)
}

/// The Chrome that is published for Lambda.
fn chrome() -> Result<Vec<Entry>> {
    let package = untar(&mut gunzip(&download::bytes(&CHROME)?)?.as_slice())?;
    let part = |path: &str| {
        let found = package.iter().find(|entry| entry.path == path);
        let packed = &found
            .with_context(|| format!("{path} is not in the package"))?
            .bytes;
        unbrotli(packed).with_context(|| format!("could not unpack {path}"))
    };
    let mut chrome = vec![Entry::program("chromium", part("package/bin/chromium.br")?)];
    // SwiftShader, for WebGL, is looked for beside the program.
    chrome.extend(untar(
        &mut part("package/bin/swiftshader.tar.br")?.as_slice(),
    )?);
    let mut layer = vec![pack(chrome)?];
    // Lambda's search path for libraries has the `lib` of layers.
    layer.extend(untar(&mut part("package/bin/al2023.tar.br")?.as_slice())?);
    let license = package.iter().find(|entry| entry.path == "package/LICENSE");
    let license = license.context("the package has no licence")?.bytes.clone();
    layer.extend([
        licence("chrome.txt", include_bytes!("texts/chrome.txt")),
        licence("sparticuz-chromium.txt", &license),
        common_licence("MPL-2.0")?,
        common_licence("Apache-2.0")?,
        common_licence("LGPL-2.1")?,
    ]);
    Ok(layer)
}

/// A Chrome and all that lies beside it.
fn chrome_of(folder: &Path) -> Result<Vec<Entry>> {
    let mut files = files(folder, "")?;
    let program = CHROME_NAMES
        .iter()
        .find_map(|name| files.iter().position(|entry| entry.path == *name));
    let Some(program) = program else {
        bail!("{} has no {}", folder.display(), CHROME_NAMES.join(" or "));
    };
    files[program].path = CHROME_NAMES[0].to_owned();
    let texts: Vec<_> = licences_among(&files).collect();
    let mut layer = vec![pack(files)?];
    layer.extend(texts);
    Ok(layer)
}

/// `files` as one compressed archive; packed anew only where they differ from what was packed before.
fn pack(files: Vec<Entry>) -> Result<Entry> {
    let tar = archive::tar(files)?;
    let digest = Sha256::digest(&tar);
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = paths::target().join("tools/packed");
    std::fs::create_dir_all(&folder)?;
    let kept = folder.join(format!("{name}-{ZSTD_LEVEL}.tar.zst"));
    let packed = match std::fs::read(&kept) {
        Ok(packed) => packed,
        Err(_) => {
            println!("→ compress Chrome (some minutes, once)");
            let packed = zstd::bulk::compress(&tar, ZSTD_LEVEL)?;
            let half = kept.with_extension("part");
            std::fs::write(&half, &packed)?;
            std::fs::rename(&half, &kept)?;
            packed
        }
    };
    Ok(Entry::compressed(CHROME_ARCHIVE, packed))
}

/// The static ffmpeg of a Python package.
fn ffmpeg() -> Result<Vec<Entry>> {
    let mut wheel = ZipArchive::new(Cursor::new(download::bytes(&FFMPEG)?))?;
    let mut take = |path: &str| {
        let mut bytes = Vec::new();
        wheel.by_name(path)?.read_to_end(&mut bytes)?;
        anyhow::Ok(bytes)
    };
    Ok(vec![
        Entry::program(
            "bin/ffmpeg",
            take("imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v7.0.2")?,
        ),
        licence("ffmpeg.txt", include_bytes!("texts/ffmpeg.txt")),
        licence(
            "imageio-ffmpeg.txt",
            &take("imageio_ffmpeg-0.6.0.dist-info/LICENSE")?,
        ),
        common_licence("GPL-3")?,
    ])
}

fn ffmpeg_of(folder: &Path) -> Result<Vec<Entry>> {
    let program = folder.join("ffmpeg");
    let bytes =
        std::fs::read(&program).with_context(|| format!("could not read {}", program.display()))?;
    let mut layer = vec![Entry::program("bin/ffmpeg", bytes)];
    layer.extend(licences_among(&files(folder, "")?));
    Ok(layer)
}

/// The fonts that the set-up installs.
fn fonts() -> Result<Vec<Entry>> {
    let mut layer = vec![font_configuration()];
    for (package, source, copyright) in FONTS {
        let missing = || format!("{package} is not installed: `cargo xtask setup` does it");
        let source = Path::new(source);
        let found = if source.is_dir() {
            files(source, "")?
        } else {
            let bytes = std::fs::read(source).with_context(missing)?;
            let name = source.file_name().unwrap_or_default().to_string_lossy();
            vec![Entry::file(name, bytes)]
        };
        layer.extend(found.into_iter().filter_map(as_font));
        let copyright = std::fs::read(copyright).with_context(missing)?;
        layer.push(licence(&format!("{package}.txt"), &copyright));
    }
    Ok(layer)
}

fn fonts_of(folder: &Path) -> Result<Vec<Entry>> {
    let found = files(folder, "")?;
    let texts: Vec<_> = licences_among(&found).collect();
    let mut layer = vec![font_configuration()];
    layer.extend(found.into_iter().filter_map(as_font));
    if layer.len() == 1 {
        bail!("{} has no fonts", folder.display());
    }
    layer.extend(texts);
    Ok(layer)
}

fn font_configuration() -> Entry {
    let text = include_bytes!("texts/fonts.conf").to_vec();
    Entry::file("framewright/fonts.conf", text)
}

fn as_font(entry: Entry) -> Option<Entry> {
    let extension = Path::new(&entry.path).extension()?.to_ascii_lowercase();
    ["ttf", "otf", "ttc", "woff2"]
        .iter()
        .any(|known| extension == *known)
        .then(|| Entry::file(format!("framewright/fonts/{}", entry.path), entry.bytes))
}

fn licence(name: &str, text: &[u8]) -> Entry {
    Entry::file(format!("{LICENSES}/{name}"), text.to_vec())
}

fn common_licence(name: &str) -> Result<Entry> {
    let path = Path::new(COMMON).join(name);
    let text =
        std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(licence(&format!("{name}.txt"), &text))
}

/// The texts about licences among the files of a folder that somebody else filled.
fn licences_among(files: &[Entry]) -> impl Iterator<Item = Entry> {
    let texts = files.iter().filter(|entry| {
        let name = entry.path.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"]
            .iter()
            .any(|word| name.contains(word))
    });
    texts.map(|entry| licence(&entry.path.replace('/', "-"), &entry.bytes))
}

/// All files below `folder`, executable ones as programs.
fn files(folder: &Path, prefix: &str) -> Result<Vec<Entry>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("could not read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let relative = format!("{prefix}{name}");
        if path.is_dir() {
            found.extend(files(&path, &format!("{relative}/"))?);
            continue;
        }
        let bytes =
            std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let is_program = path.metadata()?.permissions().mode() & 0o111 != 0;
        found.push(if is_program {
            Entry::program(relative, bytes)
        } else {
            Entry::file(relative, bytes)
        });
    }
    Ok(found)
}

fn untar(tar: &mut &[u8]) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(tar).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        let is_program = entry.header().mode()? & 0o111 != 0;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        found.push(if is_program {
            Entry::program(path, bytes)
        } else {
            Entry::file(path, bytes)
        });
    }
    Ok(found)
}

fn gunzip(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unbrotli(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    brotli_decompressor::Decompressor::new(packed, 64 * 1024).read_to_end(&mut bytes)?;
    Ok(bytes)
}
