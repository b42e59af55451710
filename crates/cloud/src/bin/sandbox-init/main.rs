//! Runs one function in a sandbox and ends with everything that it started.
//!
//! The cloud starts this helper with a socket as standard input and speaks
//! `cloud::sandbox`'s wire with it. The helper has one thread, so that it may
//! clone itself into new namespaces.

mod filesystem;
mod identity;
mod namespaces;
mod plain;
mod privileges;
mod program;
mod refusal;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use cloud::sandbox::{Isolation, Report, Spec};

/// The longest specification that is read. Lambda allows 4 KB of variables.
const MAX_SPEC_BYTES: u64 = 1024 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody reads this but a person who starts the helper by hand.
            let _ = writeln!(
                io::stderr(),
                "sandbox-init is a helper of the embedded cloud: {error}"
            );
            ExitCode::from(2)
        }
    }
}

fn run() -> io::Result<()> {
    let mut cloud = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // A session of its own: Ctrl-C on the cloud's terminal is the cloud's business.
    nix::unistd::setsid()?;
    let spec = read_spec(&cloud)?;
    let outcome = match spec.isolation {
        Isolation::Namespaces => namespaces::run(&spec, &mut cloud),
        Isolation::Plain => plain::run(&spec, &mut cloud),
    };
    let last = match outcome {
        Ok(end) => Report::Ended(end),
        Err(refusal) => Report::Refused {
            missing: refusal.to_string(),
        },
    };
    match send(&mut cloud, &last) {
        // The cloud ended first; nobody is left who wants to know.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn read_spec(cloud: &UnixStream) -> io::Result<Spec> {
    let mut line = String::new();
    BufReader::new(cloud.take(MAX_SPEC_BYTES)).read_line(&mut line)?;
    serde_json::from_str(&line).map_err(io::Error::other)
}

/// Writes one report as a line.
fn send(to: &mut UnixStream, report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    to.write_all(&line)
}
