//! Becoming the function's program.

use std::ffi::c_uint;
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use cloud::sandbox::{Report, Spec};
use nix::libc;

use crate::send;

/// Executes the first entry that exists. Returns only when none could be
/// executed, after saying so on `reports`.
pub(crate) fn execute(spec: &Spec, folder: &Path, reports: &mut UnixStream) -> io::Result<()> {
    let Some(entry) = spec.entries.iter().find(|entry| entry.exists()) else {
        let tried: Vec<_> = spec
            .entries
            .iter()
            .map(|entry| entry.display().to_string())
            .collect();
        return send(
            reports,
            &Report::Unstartable {
                absent: true,
                reason: format!("Couldn't find valid bootstrap(s): [{}]", tried.join(" ")),
            },
        );
    };
    close_on_exec_from(3)?;
    let error = Command::new(entry)
        .env_clear()
        .envs(spec.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .exec();
    send(
        reports,
        &Report::Unstartable {
            absent: false,
            reason: format!("fork/exec {}: {error}", entry.display()),
        },
    )
}

/// Marks every descriptor from `first` on, so that none that the cloud's own
/// parent forgot reaches the function.
fn close_on_exec_from(first: c_uint) -> io::Result<()> {
    #[expect(unsafe_code, reason = "the libraries at hand wrap no close_range")]
    // SAFETY: a plain system call; descriptors stay open until an exec.
    let result = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    if result == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}
