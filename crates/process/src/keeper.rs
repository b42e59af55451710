//! The process between us and the program: it ends the program's whole tree, whatever happens to us.
//!
//! Everything here runs in a forked copy of a process with several threads, so it may make raw system calls and
//! touch what was built before the fork, and nothing else: no allocation, no lock, no standard I/O.

#![expect(
    unsafe_code,
    reason = "runs between fork and exec, where only raw system calls are safe"
)]

use crate::namespace::Namespace;
use crate::report::{Cause, Report};
use crate::usage::Usage;
use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

/// All that a keeper needs, built before the fork.
pub(crate) struct Plan {
    /// The keeper's end of the socket pair.
    pub(crate) link: RawFd,
    /// On the monotonic clock.
    pub(crate) deadline_ms: Option<i64>,
    pub(crate) namespace: Option<&'static Namespace>,
    /// Descriptors for the program, as (ours, the number it expects).
    pub(crate) descriptors: Vec<(RawFd, RawFd)>,
}

/// Milliseconds on the monotonic clock.
pub(crate) fn now_ms() -> i64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// Forks once more. Returns in the process that becomes the program; the caller becomes the keeper and never returns.
///
/// # Safety
/// To be called in a freshly forked process, before it executes a program.
pub(crate) unsafe fn split(plan: &Plan) -> io::Result<()> {
    // SAFETY: raw system calls on values built before the fork.
    unsafe {
        // A session of its own: a Ctrl-C on the terminal is for us to act on, in our order.
        libc::setsid();
        set_signals_blocked(true);
        if libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
        if let Some(namespace) = plan.namespace {
            namespace.enter()?;
        }
        match libc::fork() {
            -1 => Err(io::Error::last_os_error()),
            0 => become_program(plan),
            program => keep(program, plan),
        }
    }
}

unsafe fn become_program(plan: &Plan) -> io::Result<()> {
    // SAFETY: as for `split`.
    unsafe {
        // For the one case that the keeper cannot handle: that it is killed itself.
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
        if plan.namespace.is_some() {
            Namespace::settle()?;
        }
        for (ours, theirs) in &plan.descriptors {
            // `dup2` onto itself would keep the close-on-exec flag; sources lie above all targets (see `Command`).
            if libc::dup2(*ours, *theirs) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        set_signals_blocked(false);
    }
    Ok(())
}

unsafe fn keep(program: libc::pid_t, plan: &Plan) -> ! {
    // SAFETY: as for `split`. All descriptors but the link are given up before new ones are made.
    unsafe {
        close_all_but(plan.link);
        libc::prctl(libc::PR_SET_NAME, c"keeper".as_ptr(), 0, 0, 0);
        let mut children = Children {
            program,
            program_ended: false,
            wait_status: 0,
        };
        let cause = children.watch(plan);
        children.end_all();
        let report = Report {
            cause,
            wait_status: children.wait_status,
            usage: usage_of_children(),
        }
        .to_bytes();
        libc::send(
            plan.link,
            report.as_ptr().cast(),
            report.len(),
            libc::MSG_NOSIGNAL,
        );
        libc::_exit(0)
    }
}

struct Children {
    program: libc::pid_t,
    program_ended: bool,
    wait_status: libc::c_int,
}

enum Reaped {
    Program,
    Nothing,
    NoChildren,
}

impl Children {
    /// Waits for the first reason to end the tree.
    unsafe fn watch(&mut self, plan: &Plan) -> Cause {
        // SAFETY: as for `split`.
        unsafe {
            let mut child_ended = std::mem::zeroed::<libc::sigset_t>();
            libc::sigemptyset(&raw mut child_ended);
            libc::sigaddset(&raw mut child_ended, libc::SIGCHLD);
            let signals = libc::signalfd(-1, &raw const child_ended, libc::SFD_NONBLOCK);
            loop {
                let poll = |fd| libc::pollfd {
                    fd,
                    events: libc::POLLIN,
                    revents: 0,
                };
                let mut watched = [poll(plan.link), poll(signals)];
                let timeout = plan.deadline_ms.map_or(-1, |deadline| {
                    (deadline - now_ms()).clamp(0, i64::from(i32::MAX)) as i32
                });
                libc::poll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, timeout);
                if watched[1].revents != 0 {
                    let mut drained = [0_u8; size_of::<libc::signalfd_siginfo>()];
                    while libc::read(signals, drained.as_mut_ptr().cast(), drained.len()) > 0 {}
                }
                // Several may have ended for one signal, and one may have ended before the descriptor was made.
                if let Reaped::Program | Reaped::NoChildren = self.reap(libc::WNOHANG) {
                    return Cause::ProgramEnded;
                }
                if watched[0].revents != 0 {
                    return Cause::Owner;
                }
                if plan
                    .deadline_ms
                    .is_some_and(|deadline| now_ms() >= deadline)
                {
                    return Cause::Deadline;
                }
            }
        }
    }

    /// Kills until nothing is left. As subreaper we inherit what our dead children leave behind, however deep it was.
    unsafe fn end_all(&mut self) {
        // SAFETY: as for `split`.
        unsafe {
            if !self.program_ended {
                libc::kill(self.program, libc::SIGKILL);
            }
            loop {
                kill_children();
                // Blocks for one, so that the next look finds what that one left behind.
                if let Reaped::NoChildren = self.reap(0) {
                    return;
                }
            }
        }
    }

    /// Waits for children as `flags` says: for one, or with `WNOHANG` for all that have ended.
    unsafe fn reap(&mut self, flags: libc::c_int) -> Reaped {
        loop {
            let mut status = 0;
            // SAFETY: `status` outlives the call.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, flags | libc::__WALL) };
            if pid == self.program {
                self.wait_status = status;
                self.program_ended = true;
                return Reaped::Program;
            }
            if pid == 0 {
                return Reaped::Nothing;
            }
            if pid < 0 {
                return match io::Error::last_os_error().raw_os_error() {
                    Some(libc::ECHILD) => Reaped::NoChildren,
                    _ => continue,
                };
            }
            if flags & libc::WNOHANG == 0 {
                return Reaped::Nothing;
            }
        }
    }
}

unsafe fn usage_of_children() -> Usage {
    // SAFETY: `usage` is plain data and outlives the call.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let duration = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs())
            + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    Usage {
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        peak_resident_bytes: usage.ru_maxrss.unsigned_abs() * 1024,
    }
}

unsafe fn set_signals_blocked(blocked: bool) {
    // SAFETY: `set` is plain data and outlives the calls.
    unsafe {
        let mut set = std::mem::zeroed::<libc::sigset_t>();
        if blocked {
            libc::sigfillset(&raw mut set);
        } else {
            libc::sigemptyset(&raw mut set);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

unsafe fn close_all_but(kept: RawFd) {
    // SAFETY: closing descriptors that only this process uses.
    unsafe {
        let kept = kept.unsigned_abs();
        let below = kept == 0 || libc::syscall(libc::SYS_close_range, 0, kept - 1, 0) == 0;
        let above = libc::syscall(libc::SYS_close_range, kept + 1, u32::MAX, 0) == 0;
        if below && above {
            return;
        }
        // Kernels before 5.9.
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        for fd in 0..limit.rlim_cur.min(65_536) as u32 {
            if fd != kept {
                libc::close(fd.cast_signed());
            }
        }
    }
}

/// Sends SIGKILL to every process in `/proc` whose parent we are.
unsafe fn kill_children() {
    const ENTRIES: usize = 8 * 1024;
    /// `d_name` of `linux_dirent64`.
    const NAME_AT: usize = 19;
    /// `d_reclen` of `linux_dirent64`.
    const LENGTH_AT: usize = 16;
    // SAFETY: the kernel fills `entries` with whole records whose lengths it states.
    unsafe {
        let me = libc::getpid();
        let proc = libc::open(
            c"/proc".as_ptr(),
            libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC,
        );
        if proc < 0 {
            return;
        }
        let mut entries = [0_u8; ENTRIES];
        loop {
            let filled = libc::syscall(libc::SYS_getdents64, proc, entries.as_mut_ptr(), ENTRIES);
            let Ok(filled) = usize::try_from(filled) else {
                break;
            };
            if filled == 0 {
                break;
            }
            let mut at = 0;
            while at + NAME_AT < filled {
                let length = usize::from(u16::from_ne_bytes([
                    entries[at + LENGTH_AT],
                    entries[at + LENGTH_AT + 1],
                ]));
                let name = &entries[at + NAME_AT..(at + length).min(filled)];
                if let Some(pid) = leading_number(name)
                    && parent_of(proc, name) == Some(me)
                {
                    libc::kill(pid, libc::SIGKILL);
                }
                at += length.max(NAME_AT);
            }
        }
        libc::close(proc);
    }
}

/// The parent of the process whose folder in `/proc` has this NUL-terminated name.
unsafe fn parent_of(proc: RawFd, name: &[u8]) -> Option<libc::pid_t> {
    let mut path = [0_u8; 32];
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    path.get_mut(..digits)?.copy_from_slice(&name[..digits]);
    path.get_mut(digits..digits + 5)?.copy_from_slice(b"/stat");
    let mut stat = [0_u8; 512];
    // SAFETY: `path` ends in NUL because it is longer than any number and `/stat`; `stat` is valid for its length.
    let read = unsafe {
        let file = libc::openat(proc, path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return None;
        }
        let read = libc::read(file, stat.as_mut_ptr().cast(), stat.len());
        libc::close(file);
        usize::try_from(read).ok()?
    };
    // `pid (command) state parent …`; the command may hold anything, parentheses too.
    let stat = &stat[..read];
    let after_command = stat.iter().rposition(|byte| *byte == b')')? + 4;
    leading_number(stat.get(after_command..)?)
}

fn leading_number(text: &[u8]) -> Option<libc::pid_t> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number: Option<libc::pid_t>, digit| {
        let digit = libc::pid_t::from(digit - b'0');
        number.unwrap_or(0).checked_mul(10)?.checked_add(digit)
    })
}
