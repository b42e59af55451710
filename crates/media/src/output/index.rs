//! The index of an mp4 file, as far as it tells how many frames there are.
//!
//! ffmpeg does not say how many frames it copied (7.0 counts none), and a count of our own is independent of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A box of the file: where its content begins and ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// What an index tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Index {
    /// Samples of the first video track; 0 without one.
    pub(super) frames: u64,
    /// Bytes of the file.
    pub(super) bytes: u64,
}

/// Reads the index of the mp4 file at `path`.
pub(super) async fn read(path: &Path) -> io::Result<Index> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Index {
            frames: video_samples(&mut file, bytes)?,
            bytes,
        })
    });
    read.await.map_err(io::Error::other)?
}

/// Frames of the first video track of the mp4 file at `path`.
pub(crate) async fn frames(path: &Path) -> io::Result<u64> {
    read(path).await.map(|index| index.frames)
}

fn video_samples(file: &mut (impl Read + Seek), bytes: u64) -> io::Result<u64> {
    let file_span = Span {
        begin: 0,
        end: bytes,
    };
    for movie in boxes(file, file_span, b"moov")? {
        for track in boxes(file, movie, b"trak")? {
            for media in boxes(file, track, b"mdia")? {
                if handler(file, media)? == *b"vide" {
                    return sample_count(file, media);
                }
            }
        }
    }
    Ok(0)
}

/// What kind of media a track has.
fn handler(file: &mut (impl Read + Seek), media: Span) -> io::Result<[u8; 4]> {
    match boxes(file, media, b"hdlr")?.first() {
        // Version, flags and a field of zeros precede it.
        Some(handler) => read_at(file, handler.begin + 8),
        None => Ok([0; 4]),
    }
}

fn sample_count(file: &mut (impl Read + Seek), media: Span) -> io::Result<u64> {
    let mut spans = vec![media];
    for name in [b"minf", b"stbl", b"stsz"] {
        let inside = spans
            .iter()
            .map(|span| boxes(file, *span, name))
            .collect::<io::Result<Vec<_>>>()?;
        spans = inside.concat();
    }
    match spans.first() {
        // Version, flags and the size that all samples share precede it.
        Some(sizes) => Ok(u64::from(u32::from_be_bytes(read_at(
            file,
            sizes.begin + 8,
        )?))),
        None => Ok(0),
    }
}

/// The boxes called `name` directly inside `outer`.
pub(super) fn boxes(
    file: &mut (impl Read + Seek),
    outer: Span,
    name: &[u8; 4],
) -> io::Result<Vec<Span>> {
    let mut found = Vec::new();
    let mut at = outer.begin;
    while at + 8 <= outer.end {
        let length = u64::from(u32::from_be_bytes(read_at(file, at)?));
        let (header, length) = match length {
            0 => (8, outer.end - at),
            1 => (16, u64::from_be_bytes(read_at(file, at + 8)?)),
            short => (8, short),
        };
        if length < header {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a box is shorter than its header",
            ));
        }
        let end = at.saturating_add(length).min(outer.end);
        if read_at(file, at + 4)? == *name {
            found.push(Span {
                begin: at + header,
                end,
            });
        }
        at = end;
    }
    Ok(found)
}

pub(super) fn read_at<const N: usize>(
    file: &mut (impl Read + Seek),
    at: u64,
) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [
            &(content.len() as u32 + 8).to_be_bytes(),
            &name[..],
            content,
        ]
        .concat()
    }

    fn track(handler: &[u8; 4], samples: u32) -> Vec<u8> {
        let handler = boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 12]].concat());
        let sizes = boxed(b"stsz", &[&[0; 8], &samples.to_be_bytes()[..]].concat());
        let tables = boxed(b"minf", &boxed(b"stbl", &sizes));
        boxed(b"trak", &boxed(b"mdia", &[handler, tables].concat()))
    }

    fn check(file: &[u8]) -> io::Result<u64> {
        video_samples(&mut Cursor::new(file), file.len() as u64)
    }

    #[test]
    fn samples_of_the_first_video_track_are_counted() {
        let movie = boxed(b"moov", &[track(b"soun", 7), track(b"vide", 300)].concat());
        let media = [
            &1_u32.to_be_bytes(),
            &b"mdat"[..],
            &20_u64.to_be_bytes(),
            &[9; 4],
        ]
        .concat();
        assert_eq!(
            check(&[boxed(b"ftyp", b"isom"), media, movie].concat()).unwrap(),
            300
        );
        assert_eq!(check(&boxed(b"moov", &track(b"soun", 7))).unwrap(), 0);
    }

    #[test]
    fn a_damaged_index_is_an_error_and_no_endless_loop() {
        assert!(check(&[0, 0, 0, 2, b'm', b'o', b'o', b'v', 0, 0]).is_err());
        assert_eq!(check(b"no box").unwrap(), 0);
    }
}
