//! The index of an mp4 file, put in front and completed.
//!
//! ffmpeg writes the index (`moov`) last, since it knows it last. Instead of writing the file once more, the new index is
//! made in memory, and the file is read as that index and what stands before the old one.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

use crate::cut::parameter_sets::ParameterSets;

/// A file whose index is to be read first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// The file as it was written.
    pub path: PathBuf,
    /// What is read before anything of the file.
    pub head: Vec<u8>,
    /// Bytes of the file that are read then.
    pub body: Range<u64>,
}

impl Indexed {
    /// Bytes in all.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.head.len() as u64 + (self.body.end - self.body.start)
    }
}

/// More than the index of any clip; an index is held in memory.
const LARGEST_INDEX: u64 = 512 << 20;

/// Boxes that hold boxes and nothing else, on the way from the index to what is changed in it.
const CONTAINERS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

/// Bytes of a sample description for video before its boxes.
const VISUAL_FIELDS: usize = 78;

/// Puts the index of the file at `path` in front, and `sets` into it.
pub(super) async fn index_first(path: &Path, sets: &ParameterSets) -> io::Result<Indexed> {
    let layout = layout(path).await?;
    let first = layout.first().ok_or_else(|| damaged("it is empty"))?;
    let index = layout
        .iter()
        .find(|one| one.name == *b"moov")
        .ok_or_else(|| damaged("it has no index"))?;
    if first.name != *b"ftyp" || layout.last() != Some(index) {
        return Err(damaged("its index is not last"));
    }
    let mut head = read(path, &first.span).await?;
    let old = read(path, &index.span).await?;
    head.extend(moved(&old, sets)?);
    Ok(Indexed {
        path: path.to_owned(),
        head,
        body: first.span.end..index.span.start,
    })
}

/// The parameter sets of the only track of the file at `path`; none where it is not h264.
pub(super) async fn parameter_sets(path: &Path) -> io::Result<Option<ParameterSets>> {
    let layout = layout(path).await?;
    let index = layout.iter().find(|one| one.name == *b"moov");
    let index = index.ok_or_else(|| damaged("it has no index"))?;
    let bytes = read(path, &index.span).await?;
    Ok(find_sets(&bytes).and_then(ParameterSets::read))
}

/// A complete index with `sets` in it.
pub(super) fn completed(index: &[u8], sets: &ParameterSets) -> io::Result<Vec<u8>> {
    Change {
        sets,
        shift: 0,
        wide: false,
    }
    .applied(index)
}

/// A box on the outermost level of a file.
#[derive(Debug, PartialEq, Eq)]
struct Outermost {
    name: [u8; 4],
    span: Range<u64>,
}

async fn layout(path: &Path) -> io::Result<Vec<Outermost>> {
    let mut file = tokio::fs::File::open(path).await?;
    let end = file.metadata().await?.len();
    let mut at = 0;
    let mut found = Vec::new();
    while at + 8 <= end {
        file.seek(SeekFrom::Start(at)).await?;
        let mut header = [0; 16];
        file.read_exact(&mut header[..8]).await?;
        let length = match u32::from_be_bytes(take(&header, 0)?) {
            0 => end - at,
            1 => {
                file.read_exact(&mut header[8..]).await?;
                u64::from_be_bytes(take(&header, 8)?)
            }
            short => u64::from(short),
        };
        if length < 8 || at.checked_add(length).is_none_or(|next| next > end) {
            return Err(damaged("a box is longer than the file"));
        }
        found.push(Outermost {
            name: take(&header, 4)?,
            span: at..at + length,
        });
        at += length;
    }
    Ok(found)
}

async fn read(path: &Path, span: &Range<u64>) -> io::Result<Vec<u8>> {
    let length = span.end - span.start;
    if length > LARGEST_INDEX {
        return Err(damaged("its index is too large"));
    }
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(span.start)).await?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// The index as it must be when it stands before everything that it points at.
fn moved(index: &[u8], sets: &ParameterSets) -> io::Result<Vec<u8>> {
    for wide in [false, true] {
        // The length does not depend on what the pointers say.
        let mut change = Change {
            sets,
            shift: 0,
            wide,
        };
        change.shift = change.applied(index)?.len() as u64;
        match change.applied(index) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {}
            applied => return applied,
        }
    }
    Err(damaged("it is too large"))
}

/// What becomes of an index.
struct Change<'a> {
    sets: &'a ParameterSets,
    /// By how many bytes everything that it points at moves back.
    shift: u64,
    /// Whether pointers get 64 bits.
    wide: bool,
}

impl Change<'_> {
    fn applied(&self, boxes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(boxes.len() + 256);
        for (name, content) in split(boxes)? {
            if CONTAINERS.contains(&&name) {
                put(&mut out, name, &self.applied(content)?)?;
                continue;
            }
            match &name {
                b"stco" if self.wide => put(&mut out, *b"co64", &self.pointers(content, 4, 8)?)?,
                b"stco" => put(&mut out, name, &self.pointers(content, 4, 4)?)?,
                b"co64" => put(&mut out, name, &self.pointers(content, 8, 8)?)?,
                b"stsd" => put(&mut out, name, &self.descriptions(content)?)?,
                _ => put(&mut out, name, content)?,
            }
        }
        Ok(out)
    }

    /// Version, flags and count, then pointers of `from` bytes, which are written as `to` bytes.
    fn pointers(&self, content: &[u8], from: usize, to: usize) -> io::Result<Vec<u8>> {
        let (fields, pointers) = content
            .split_at_checked(8)
            .ok_or_else(|| damaged("a table is cut off"))?;
        let mut out = fields.to_vec();
        for pointer in pointers.chunks_exact(from) {
            let at = pointer
                .iter()
                .fold(0_u64, |at, byte| at << 8 | u64::from(*byte));
            let bytes = (at + self.shift).to_be_bytes();
            if bytes[..8 - to].iter().any(|byte| *byte != 0) {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            out.extend(&bytes[8 - to..]);
        }
        Ok(out)
    }

    fn descriptions(&self, content: &[u8]) -> io::Result<Vec<u8>> {
        let (fields, entries) = content
            .split_at_checked(8)
            .ok_or_else(|| damaged("a table is cut off"))?;
        let mut out = fields.to_vec();
        for (name, entry) in split(entries)? {
            let parts = entry.split_at_checked(VISUAL_FIELDS);
            let (true, Some((fields, boxes))) = (matches!(&name, b"avc1" | b"avc3"), parts) else {
                put(&mut out, name, entry)?;
                continue;
            };
            let mut described = fields.to_vec();
            for (inner, content) in split(boxes)? {
                let with = (inner == *b"avcC").then(|| self.sets.added_to(content));
                put(
                    &mut described,
                    inner,
                    with.flatten().as_deref().unwrap_or(content),
                )?;
            }
            put(&mut out, name, &described)?;
        }
        Ok(out)
    }
}

fn find_sets(boxes: &[u8]) -> Option<&[u8]> {
    for (name, content) in split(boxes).ok()? {
        let inside = match &name {
            b"avcC" => return Some(content),
            b"stsd" => content.get(8..)?,
            b"avc1" | b"avc3" => content.get(VISUAL_FIELDS..)?,
            _ if CONTAINERS.contains(&&name) => content,
            _ => continue,
        };
        if let Some(found) = find_sets(inside) {
            return Some(found);
        }
    }
    None
}

/// The boxes that follow each other in `bytes`, with their contents.
fn split(mut bytes: &[u8]) -> io::Result<Vec<([u8; 4], &[u8])>> {
    let mut found = Vec::new();
    // Some writers end a list of boxes with four zeros.
    while bytes.len() >= 8 {
        let short = u32::from_be_bytes(take(bytes, 0)?);
        let (header, length) = match short {
            1 => (16, u64::from_be_bytes(take(bytes, 8)?)),
            short => (8, u64::from(short)),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length < header || length > bytes.len() {
            return Err(damaged("a box is longer than what holds it"));
        }
        found.push((take(bytes, 4)?, &bytes[header..length]));
        bytes = &bytes[length..];
    }
    Ok(found)
}

fn put(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len() + 8).map_err(|_| damaged("a box is too large"))?;
    out.extend(length.to_be_bytes());
    out.extend(name);
    out.extend(content);
    Ok(())
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> io::Result<[u8; N]> {
    let taken = bytes.get(at..).and_then(|rest| rest.first_chunk::<N>());
    taken.copied().ok_or_else(|| damaged("a box is cut off"))
}

fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, *name, content).unwrap();
        out
    }

    fn index(pointers: &[u32]) -> Vec<u8> {
        let avcc = [1, 77, 0, 30, 0xff, 0xe1, 0, 5, 0x67, 77, 0, 30, 0x80, 0];
        let entry = [&[0; VISUAL_FIELDS][..], &boxed(b"avcC", &avcc)].concat();
        let stsd = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &boxed(b"avc1", &entry)].concat();
        let mut stco = vec![0, 0, 0, 0, 0, 0, 0, pointers.len() as u8];
        stco.extend(pointers.iter().flat_map(|pointer| pointer.to_be_bytes()));
        let tables = [boxed(b"stsd", &stsd), boxed(b"stco", &stco)].concat();
        let media = boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &tables)));
        boxed(b"moov", &boxed(b"trak", &media))
    }

    fn sets() -> ParameterSets {
        let avcc = [1, 77, 0, 30, 0xff, 0xe1, 0, 5, 0x67, 77, 0, 31, 0x40, 0];
        ParameterSets::read(&avcc).unwrap()
    }

    #[test]
    fn pointers_move_by_the_length_of_the_index() {
        let same = ParameterSets::default();
        let old = index(&[40, 1000]);
        let new = moved(&old, &same).unwrap();
        assert_eq!(new.len(), old.len());
        let length = u32::try_from(new.len()).unwrap();
        assert_eq!(new, index(&[40 + length, 1000 + length]));
    }

    #[test]
    fn pointers_that_no_longer_fit_become_wide() {
        let new = moved(&index(&[u32::MAX - 8]), &ParameterSets::default()).unwrap();
        assert!(new.windows(4).any(|four| four == b"co64"));
        let at = u64::from(u32::MAX) - 8 + new.len() as u64;
        assert!(new.ends_with(&at.to_be_bytes()));
    }

    #[test]
    fn parameter_sets_are_added_and_every_length_follows() {
        let old = index(&[40]);
        let new = moved(&old, &sets()).unwrap();
        assert_eq!(new.len(), old.len() + 7);
        let found = ParameterSets::read(find_sets(&new).unwrap()).unwrap();
        assert_eq!(
            found.added_to(find_sets(&new).unwrap()).unwrap(),
            find_sets(&new).unwrap()
        );
        let length = u32::try_from(new.len()).unwrap();
        assert!(new.ends_with(&(40 + length).to_be_bytes()));
    }

    #[test]
    fn a_damaged_index_is_an_error() {
        let whole = index(&[40]);
        assert!(moved(&whole[..whole.len() - 1], &sets()).is_err());
        assert!(moved(&[0, 0, 0, 2, b'm', b'o', b'o', b'v'], &sets()).is_err());
    }

    #[tokio::test]
    async fn a_file_is_read_index_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        let (start, media) = (boxed(b"ftyp", b"isom"), boxed(b"mdat", b"frames"));
        let file = [start.clone(), media.clone(), index(&[20])].concat();
        std::fs::write(&path, &file).unwrap();
        let indexed = index_first(&path, &ParameterSets::default()).await.unwrap();
        assert_eq!(indexed.size(), file.len() as u64);
        assert_eq!(indexed.body, 12..26);
        assert!(indexed.head.starts_with(&start));
        std::fs::write(&path, [start, index(&[20]), media].concat()).unwrap();
        assert!(index_first(&path, &ParameterSets::default()).await.is_err());
    }
}
