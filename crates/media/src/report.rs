//! The log of a run, read by a pipe of its own.

use crate::failure::RunError;
use crate::invocation::Invocation;
use std::os::fd::OwnedFd;
use tokio::net::unix::pipe::Receiver;

/// The descriptor under which the run has the other end.
const DESCRIPTOR: i32 = 3;

/// Makes the run write its whole log, at the level `info`, to the pipe that is returned, whatever it prints to its
/// standard error.
pub(crate) fn attach(invocation: Invocation) -> Result<(Invocation, Receiver), RunError> {
    let (reader, writer) = std::io::pipe().map_err(RunError::Pipe)?;
    let receiver = Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(RunError::Pipe)?;
    let target = format!("file=/proc/self/fd/{DESCRIPTOR}:level=32");
    Ok((
        invocation
            .env("FFREPORT", &target)
            .descriptor(writer.into(), DESCRIPTOR),
        receiver,
    ))
}
