//! What an executable asks of the C library, read from its version requirements.

use std::fmt;

use anyhow::{Context, Result, bail};

/// A version of glibc: major, minor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct GlibcVersion(pub(crate) u32, pub(crate) u32);

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

const SHT_GNU_VERNEED: u32 = 0x6fff_fffe;

/// The newest `GLIBC_x.y` that a little-endian 64-bit ELF file requires; 0.0 if it requires none.
///
/// # Errors
/// If `file` is no such file, or its tables point outside of it.
///
/// Source: System V ABI, sections "ELF header" and "Section header"; Linux Standard Base, "Symbol versioning".
pub(crate) fn newest_glibc(file: &[u8]) -> Result<GlibcVersion> {
    if file.get(..6) != Some(b"\x7fELF\x02\x01") {
        bail!("not a little-endian 64-bit ELF file");
    }
    let sections = usize::try_from(u64_at(file, 0x28)?)?;
    let size = usize::from(u16_at(file, 0x3a)?);
    let count = usize::from(u16_at(file, 0x3c)?);
    let header = |index: usize| sections + index * size;
    let mut newest = GlibcVersion(0, 0);
    for index in 0..count {
        if u32_at(file, header(index) + 4)? != SHT_GNU_VERNEED {
            continue;
        }
        let needs = usize::try_from(u64_at(file, header(index) + 0x18)?)?;
        let strings = header(u32_at(file, header(index) + 0x28)? as usize);
        let strings = usize::try_from(u64_at(file, strings + 0x18)?)?;
        for name in required_versions(file, needs, strings)? {
            if let Some(version) = parse(&name) {
                newest = newest.max(version);
            }
        }
    }
    Ok(newest)
}

/// The version names of a `.gnu.version_r` section: a list of libraries, each with a list of versions.
fn required_versions(file: &[u8], mut library: usize, strings: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    loop {
        let versions = u16_at(file, library + 2)?;
        let mut version = library + u32_at(file, library + 8)? as usize;
        for _ in 0..versions {
            names.push(text_at(
                file,
                strings + u32_at(file, version + 8)? as usize,
            )?);
            version += u32_at(file, version + 12)? as usize;
        }
        match u32_at(file, library + 12)? {
            0 => return Ok(names),
            next => library += next as usize,
        }
    }
}

fn parse(name: &str) -> Option<GlibcVersion> {
    let mut parts = name.strip_prefix("GLIBC_")?.split('.');
    Some(GlibcVersion(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

fn bytes_at<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N]> {
    let end = at.checked_add(N).context("offset beyond the file")?;
    Ok(file
        .get(at..end)
        .context("the file ends inside a table")?
        .try_into()?)
}

fn u16_at(file: &[u8], at: usize) -> Result<u16> {
    bytes_at(file, at).map(u16::from_le_bytes)
}

fn u32_at(file: &[u8], at: usize) -> Result<u32> {
    bytes_at(file, at).map(u32::from_le_bytes)
}

fn u64_at(file: &[u8], at: usize) -> Result<u64> {
    bytes_at(file, at).map(u64::from_le_bytes)
}

fn text_at(file: &[u8], at: usize) -> Result<String> {
    let rest = file.get(at..).context("string beyond the file")?;
    let end = rest
        .iter()
        .position(|&byte| byte == 0)
        .context("string without end")?;
    Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{GlibcVersion, newest_glibc};

    #[test]
    fn this_test_needs_a_glibc_that_exists() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let version = newest_glibc(&own).unwrap();
        assert!(
            version > GlibcVersion(2, 2) && version < GlibcVersion(3, 0),
            "{version}"
        );
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(newest_glibc(&own[..200]).is_err());
        assert!(newest_glibc(b"#!/bin/sh").is_err());
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(GlibcVersion(2, 34) > GlibcVersion(2, 4));
    }
}
