//! Who the function is: the maps of users and groups of its user namespace.

use std::fs;
use std::io;
use std::path::PathBuf;

use cloud::sandbox::SANDBOX_USER;
use nix::unistd::{Pid, getegid, geteuid};

use crate::refusal::{Refusal, Step};

/// How the ids inside relate to those outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Every id means the same inside. The sandbox is built as root, and the
    /// function then becomes [`SANDBOX_USER`], who owns nothing on the host.
    Everyone,
    /// One id exists inside, [`SANDBOX_USER`], and it is the cloud's own user.
    Oneself,
}

impl Identity {
    /// The byte by which the child learns it.
    pub(crate) fn to_byte(self) -> u8 {
        match self {
            Self::Everyone => b'e',
            Self::Oneself => b'o',
        }
    }

    /// Reads what [`Identity::to_byte`] wrote.
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'e' => Some(Self::Everyone),
            b'o' => Some(Self::Oneself),
            _ => None,
        }
    }
}

/// Writes the maps of `child`'s new user namespace.
///
/// Root passes on all ids that it has itself. Whoever may not do that can map
/// its own id alone, for which the kernel asks that `setgroups` be given up.
pub(crate) fn map(child: Pid) -> Result<Identity, Refusal> {
    let of = |file: &str| PathBuf::from(format!("/proc/{child}/{file}"));
    if geteuid().is_root()
        && let Some(users) = own_ids("/proc/self/uid_map")
        && let Some(groups) = own_ids("/proc/self/gid_map")
    {
        let mapped =
            fs::write(of("uid_map"), users).and_then(|()| fs::write(of("gid_map"), groups));
        match mapped {
            Ok(()) => return Ok(Identity::Everyone),
            // Root without CAP_SETUID or CAP_SETFCAP, as in some containers.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(error).step(|| "map user ids".into()),
        }
    }
    fs::write(of("uid_map"), format!("{SANDBOX_USER} {} 1", geteuid()))
        .step(|| "map the own user id".into())?;
    fs::write(of("setgroups"), "deny").step(|| "give up setgroups".into())?;
    fs::write(of("gid_map"), format!("{SANDBOX_USER} {} 1", getegid()))
        .step(|| "map the own group id".into())?;
    Ok(Identity::Oneself)
}

/// The identical map of all ids that this process has, if the sandbox's is one of them.
fn own_ids(map: &str) -> Option<String> {
    identical(&fs::read_to_string(map).ok()?)
}

fn identical(own: &str) -> Option<String> {
    let mut lines = String::new();
    let mut holds_sandbox = false;
    for line in own.lines() {
        let mut columns = line.split_ascii_whitespace();
        let first: u32 = columns.next()?.parse().ok()?;
        let count: u32 = columns.nth(1)?.parse().ok()?;
        holds_sandbox |= SANDBOX_USER
            .checked_sub(first)
            .is_some_and(|offset| offset < count);
        lines.push_str(&format!("{first} {first} {count}\n"));
    }
    holds_sandbox.then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::identical;

    #[test]
    fn root_of_the_host_passes_on_every_id() {
        assert_eq!(
            identical("         0          0 4294967295\n").as_deref(),
            Some("0 0 4294967295\n")
        );
    }

    #[test]
    fn root_of_a_rootless_container_passes_on_what_it_has() {
        assert_eq!(
            identical("0 1000 1\n1 100000 65536\n").as_deref(),
            Some("0 0 1\n1 1 65536\n")
        );
    }

    #[test]
    fn a_namespace_without_the_sandbox_user_is_of_no_use() {
        assert_eq!(identical("0 1000 1\n"), None);
    }
}
