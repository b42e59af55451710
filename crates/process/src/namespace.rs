//! A PID namespace around the program, where the kernel allows one.

#![expect(
    unsafe_code,
    reason = "runs between fork and exec, where only raw system calls are safe"
)]

use std::ffi::CStr;
use std::io;
use std::sync::OnceLock;

/// How to enter the namespaces. Built before any fork, so that nothing is allocated after it.
#[derive(Debug, Clone)]
pub(crate) struct Namespace {
    flags: libc::c_int,
    /// Identity maps, needed where the namespaces come with a user namespace.
    maps: Option<Maps>,
}

#[derive(Debug, Clone)]
struct Maps {
    users: String,
    groups: String,
}

impl Namespace {
    /// The namespaces that this process may make, or `None` if it may make none. Tried once, in a process of its own.
    pub(crate) fn available() -> Option<&'static Self> {
        static AVAILABLE: OnceLock<Option<Namespace>> = OnceLock::new();
        AVAILABLE
            .get_or_init(|| {
                let found = [Self::privileged(), Self::unprivileged()]
                    .into_iter()
                    .find(Self::works);
                tracing::debug!(available = found.is_some(), "PID namespaces");
                found
            })
            .as_ref()
    }

    fn privileged() -> Self {
        Self {
            flags: libc::CLONE_NEWPID,
            maps: None,
        }
    }

    fn unprivileged() -> Self {
        // SAFETY: both calls only read this process's identity.
        let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
        Self {
            flags: libc::CLONE_NEWUSER | libc::CLONE_NEWPID,
            maps: Some(Maps {
                users: format!("{user} {user} 1\n"),
                groups: format!("{group} {group} 1\n"),
            }),
        }
    }

    /// Makes the namespace for the processes that the caller forks from now on.
    pub(crate) fn enter(&self) -> io::Result<()> {
        // SAFETY: `unshare` takes flags alone. The caller is a single-threaded forked process.
        if unsafe { libc::unshare(self.flags) } != 0 {
            return Err(io::Error::last_os_error());
        }
        if let Some(maps) = &self.maps {
            // The kernel demands `deny` before an unprivileged process may map its group.
            write_file(c"/proc/self/setgroups", b"deny")?;
            write_file(c"/proc/self/uid_map", maps.users.as_bytes())?;
            write_file(c"/proc/self/gid_map", maps.groups.as_bytes())?;
        }
        Ok(())
    }

    /// Gives the first process of the namespace a `/proc` that shows its own namespace.
    ///
    /// Without one, a program that writes to `/proc/<pid>` would reach a stranger with the same number. The mount is seen
    /// by the program and its descendants alone: the keeper needs the `/proc` that shows it its children.
    pub(crate) fn settle() -> io::Result<()> {
        // SAFETY: as for `enter`.
        if unsafe { libc::unshare(libc::CLONE_NEWNS) } != 0 {
            return Err(io::Error::last_os_error());
        }
        mount(None, c"/", None, libc::MS_REC | libc::MS_PRIVATE)?;
        mount(
            Some(c"proc"),
            c"/proc",
            Some(c"proc"),
            libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
        )
    }

    /// Goes through all of it in a throw-away process.
    fn works(&self) -> bool {
        // SAFETY: the forked processes make raw system calls only and leave with `_exit`.
        unsafe {
            let probe = libc::fork();
            if probe == 0 {
                if self.enter().is_err() {
                    libc::_exit(1);
                }
                let inner = libc::fork();
                if inner == 0 {
                    libc::_exit(i32::from(Self::settle().is_err()));
                }
                libc::_exit(i32::from(inner < 0 || wait_for(inner) != 0));
            }
            probe > 0 && wait_for(probe) == 0
        }
    }
}

/// The raw wait status of `pid`, or −1.
fn wait_for(pid: libc::pid_t) -> libc::c_int {
    let mut status = -1;
    loop {
        // SAFETY: `status` outlives the call.
        let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
        if waited == pid {
            return status;
        }
        if waited < 0 && io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return -1;
        }
    }
}

fn write_file(path: &CStr, content: &[u8]) -> io::Result<()> {
    // SAFETY: `path` is NUL-terminated, `content` is valid for its length, the descriptor is closed here.
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file < 0 {
            return Err(io::Error::last_os_error());
        }
        let written = libc::write(file, content.as_ptr().cast(), content.len());
        let result = if written < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        };
        libc::close(file);
        result
    }
}

fn mount(
    source: Option<&CStr>,
    target: &CStr,
    kind: Option<&CStr>,
    flags: libc::c_ulong,
) -> io::Result<()> {
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: all strings are NUL-terminated and outlive the call; absent ones are null, which these mounts allow.
    let result = unsafe {
        libc::mount(
            pointer(source),
            target.as_ptr(),
            pointer(kind),
            flags,
            std::ptr::null(),
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
