//! A fragmented mp4 on its way: passed on as it comes, and its frames counted.
//!
//! Each fragment tells in front of its media how many samples it holds (`moof/traf/trun`, ISO/IEC 14496-12 §8.8).

use std::io::{self, Cursor};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::index::{Span, boxes, read_at};

/// The video is mapped before the sound.
const VIDEO_TRACK: u32 = 1;

/// No fragment's description is larger: it holds a few bytes for each of some hundred samples.
const MOST_DESCRIBED: u64 = 16 << 20;

/// How much is passed on at once.
const PIECE: usize = 256 << 10;

/// What passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed {
    /// Samples of the video.
    pub(super) frames: u64,
    /// All bytes.
    pub(super) bytes: u64,
}

/// Passes a fragmented mp4 on to its end.
pub(super) async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> io::Result<Passed> {
    let mut piece = vec![0; PIECE];
    let mut counter = Counter::default();
    let mut bytes = 0;
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            to.shutdown().await?;
            let frames = counter.frames;
            return Ok(Passed { frames, bytes });
        }
        counter.feed(&piece[..length])?;
        to.write_all(&piece[..length]).await?;
        bytes += length as u64;
    }
}

/// Counts frames in pieces of a file.
#[derive(Debug, Default)]
struct Counter {
    /// A box's header, or a whole `moof`, as far as it has come.
    held: Vec<u8>,
    /// Bytes of the current box that tell nothing.
    skipped: u64,
    frames: u64,
}

impl Counter {
    fn feed(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.skipped > 0 {
                let skipped = self.skipped.min(bytes.len() as u64);
                self.skipped -= skipped;
                // At most the length of a slice.
                bytes = &bytes[usize::try_from(skipped).unwrap_or(bytes.len())..];
                continue;
            }
            let lacking = self.wanted()?.saturating_sub(self.held.len());
            let (taken, rest) = bytes.split_at(lacking.min(bytes.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
            if self.held.len() >= self.wanted()? {
                self.close()?;
            }
        }
        Ok(())
    }

    /// How many bytes have to be held before the box can be left.
    fn wanted(&self) -> io::Result<usize> {
        let Some((header, length)) = self.measures()? else {
            return Ok(self.held.len() + 8 - self.held.len() % 8);
        };
        if self.is_described() {
            return usize::try_from(length)
                .ok()
                .filter(|_| length <= MOST_DESCRIBED)
                .ok_or_else(|| invalid("the description of a fragment is too large"));
        }
        Ok(header)
    }

    /// Bytes of the box's header and of all of it, once they have come.
    fn measures(&self) -> io::Result<Option<(usize, u64)>> {
        let Some(short) = self.held.first_chunk::<4>() else {
            return Ok(None);
        };
        let (header, length) = match u32::from_be_bytes(*short) {
            1 => match self.held.get(8..16).and_then(|long| long.try_into().ok()) {
                Some(long) => (16, u64::from_be_bytes(long)),
                None => return Ok(None),
            },
            short => (8, u64::from(short)),
        };
        if self.held.len() < header {
            return Ok(None);
        }
        if length < header as u64 {
            return Err(invalid("a box is shorter than its header"));
        }
        Ok(Some((header, length)))
    }

    fn is_described(&self) -> bool {
        self.held.get(4..8) == Some(b"moof")
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((_, length)) = self.measures()? else {
            return Ok(());
        };
        if self.is_described() {
            self.frames += video_samples(&self.held)?;
        }
        self.skipped = length - self.held.len() as u64;
        self.held.clear();
        Ok(())
    }
}

/// Samples of the video that a `moof` describes.
fn video_samples(described: &[u8]) -> io::Result<u64> {
    let mut file = Cursor::new(described);
    let whole = Span {
        begin: 0,
        end: described.len() as u64,
    };
    let mut samples = 0;
    for fragment in boxes(&mut file, whole, b"moof")? {
        for track in boxes(&mut file, fragment, b"traf")? {
            // Version and flags precede the number of the track, and that of samples.
            let header = boxes(&mut file, track, b"tfhd")?;
            let [header, ..] = header[..] else {
                return Err(invalid("a fragment does not say of which track it is"));
            };
            if u32::from_be_bytes(read_at(&mut file, header.begin + 4)?) != VIDEO_TRACK {
                continue;
            }
            for run in boxes(&mut file, track, b"trun")? {
                samples += u64::from(u32::from_be_bytes(read_at(&mut file, run.begin + 4)?));
            }
        }
    }
    Ok(samples)
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes(), &name[..], content].concat()
    }

    fn track(number: u32, samples: &[u32]) -> Vec<u8> {
        let header = boxed(b"tfhd", &[[0; 4], number.to_be_bytes()].concat());
        let run = |samples: &u32| boxed(b"trun", &[[0; 4], samples.to_be_bytes()].concat());
        let runs: Vec<u8> = samples.iter().flat_map(run).collect();
        boxed(b"traf", &[header, runs].concat())
    }

    fn file() -> Vec<u8> {
        let long = [
            &1_u32.to_be_bytes(),
            &b"mdat"[..],
            &21_u64.to_be_bytes(),
            &[9; 5],
        ]
        .concat();
        [
            boxed(b"ftyp", b"isom"),
            boxed(b"moov", &[7; 40]),
            boxed(b"moof", &[track(1, &[200, 50]), track(2, &[9])].concat()),
            long,
            boxed(b"moof", &track(1, &[3])),
            boxed(b"mdat", b"moof moof moof"),
        ]
        .concat()
    }

    #[tokio::test]
    async fn video_frames_are_counted_however_the_bytes_come() {
        let file = file();
        for piece in [1, 3, 8, 17, file.len()] {
            let mut counter = Counter::default();
            for bytes in file.chunks(piece) {
                counter.feed(bytes).unwrap();
            }
            assert_eq!(counter.frames, 253, "{piece}");
        }
        let mut passed = Vec::new();
        let told = pass(&file[..], &mut passed).await.unwrap();
        assert_eq!((told.frames, told.bytes), (253, file.len() as u64));
        assert_eq!(passed, file);
    }

    #[test]
    fn what_is_no_mp4_is_refused() {
        let fed = |bytes: &[u8]| Counter::default().feed(bytes);
        assert!(fed(&[0, 0, 0, 2, b'm', b'o', b'o', b'f']).is_err());
        let endless = [&1_u32.to_be_bytes(), &b"moof"[..], &u64::MAX.to_be_bytes()].concat();
        assert!(fed(&endless).is_err());
    }
}
