//! Pipes that hold much.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsRawFd;

/// How much a pipe to or from a program holds: several pictures, so that neither side waits for the other at each.
const PIPE_BYTES: libc::c_int = 1 << 20;

/// A pipe of a mebibyte, where the system allows it. Neither end is inherited by programs.
///
/// # Errors
/// If the system has no descriptors left.
pub fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    Ok((reader, widened(writer)))
}

/// Asks for a larger pipe. A system that refuses costs speed alone.
#[expect(unsafe_code, reason = "std has no way to size a pipe")]
pub(crate) fn widened<P: AsRawFd>(pipe: P) -> P {
    // SAFETY: `pipe` is open and stays so.
    unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_BYTES) };
    pipe
}
