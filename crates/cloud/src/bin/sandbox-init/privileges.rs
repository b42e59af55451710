//! What a function may not do, whatever it executes.

use std::fs;
use std::io;

use cloud::sandbox::SANDBOX_USER;
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use crate::identity::Identity;
use crate::refusal::{Refusal, Step};

/// Lambda's limits on descriptors and on processes with their threads.
const LIMITS: [(Resource, u64); 3] = [
    (Resource::RLIMIT_NOFILE, 1024),
    (Resource::RLIMIT_NPROC, 1024),
    (Resource::RLIMIT_CORE, 0),
];

/// Gives up all rights of the user namespace and becomes the function's user.
pub(crate) fn drop_all(identity: Identity) -> Result<(), Refusal> {
    // A function that could make user namespaces could mount and trace in them.
    fs::write("/proc/sys/user/max_user_namespaces", "0")
        .step(|| "forbid further user namespaces".into())?;
    limit()?;
    empty_bounding_set().step(|| "empty the capability bounding set".into())?;
    if identity == Identity::Everyone {
        let (user, group) = (Uid::from_raw(SANDBOX_USER), Gid::from_raw(SANDBOX_USER));
        setgroups(&[]).step(|| "leave all groups".into())?;
        setresgid(group, group, group).step(|| "change the group".into())?;
        setresuid(user, user, user).step(|| "change the user".into())?;
    }
    drop_capabilities().step(|| "drop capabilities".into())?;
    forbid_new()
}

/// Makes set-id programs gain nothing.
pub(crate) fn forbid_new() -> Result<(), Refusal> {
    prctl::set_no_new_privs().step(|| "set no_new_privs".into())
}

/// Sets [`LIMITS`], or keeps what is lower already.
pub(crate) fn limit() -> Result<(), Refusal> {
    for (resource, most) in LIMITS {
        let (_, hard) = getrlimit(resource).step(|| "read limits".into())?;
        let most = most.min(hard);
        setrlimit(resource, most, most).step(|| format!("limit {resource:?}"))?;
    }
    Ok(())
}

fn empty_bounding_set() -> io::Result<()> {
    for capability in 0..=63 {
        match prctl_call(libc::PR_CAPBSET_DROP, capability) {
            // The kernel knows no higher one.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => break,
            other => other?,
        }
    }
    Ok(())
}

fn drop_capabilities() -> io::Result<()> {
    prctl_call(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL)?;
    /// `struct __user_cap_header_struct` of linux/capability.h.
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    /// `_LINUX_CAPABILITY_VERSION_3`: two words for each of the three sets.
    const VERSION: u32 = 0x2008_0522;
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    let none = [0_u32; 6];
    #[expect(unsafe_code, reason = "the libraries at hand wrap no capset")]
    // SAFETY: header and data have the layout that the version names.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) };
    check(result)
}

fn prctl_call(option: libc::c_int, argument: libc::c_int) -> io::Result<()> {
    // All five are passed as longs: the kernel refuses calls with rubbish in the rest.
    let [argument, rest] = [libc::c_long::from(argument), 0];
    #[expect(unsafe_code, reason = "the libraries at hand wrap no such prctl")]
    // SAFETY: the options used here take numbers alone.
    let result = unsafe { libc::prctl(option, argument, rest, rest, rest) };
    check(result.into())
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}
