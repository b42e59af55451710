//! Digests of files, and how they are written.

use std::io::Read;

use sha2::Digest;

/// The length of what `source` holds, and its digest.
pub(crate) fn of<D: Digest>(mut source: impl Read) -> std::io::Result<(u64, Vec<u8>)> {
    let mut digest = D::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, digest.finalize().to_vec()));
        }
        digest.update(&buffer[..read]);
        size += read as u64;
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
