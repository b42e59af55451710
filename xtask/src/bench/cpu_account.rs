//! The processor time of a whole tree of processes, as the kernel accounts it to a cgroup.
//!
//! What `wait` hands to parents is not enough: whoever dies with the PID namespace that it lives in, as everything in
//! a function's sandbox does, is reaped without a trace in its parent's times.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A cgroup that counts, removed when this is dropped. Its processes must be gone by then.
pub(super) struct CpuAccount {
    folder: PathBuf,
    counter: Counter,
}

#[derive(Clone, Copy)]
enum Counter {
    /// Nanoseconds in a file of their own.
    V1,
    /// Microseconds in a line of `cpu.stat`.
    V2,
}

impl CpuAccount {
    /// Makes an empty one below this process's own cgroup.
    ///
    /// # Errors
    /// Where no hierarchy that counts processor time is mounted, or it cannot be written.
    pub(super) fn open() -> Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        let name = format!("framewright-bench-{}", std::process::id());
        for (parent, counter) in candidates(&mounts, &own) {
            let folder = parent.join(&name);
            if fs::create_dir(&folder).is_err() {
                continue;
            }
            let account = Self { folder, counter };
            if account.seconds().is_ok() {
                return Ok(account);
            }
        }
        bail!("no cgroup that counts processor time can be made here: run the benchmark as root")
    }

    /// The file that a process writes its id to, to be counted with all that it starts.
    pub(super) fn members(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// Seconds of processor time, user and system, that its processes have had.
    pub(super) fn seconds(&self) -> Result<f64> {
        let (file, prefix, unit) = match self.counter {
            Counter::V1 => ("cpuacct.usage", "", 1e-9),
            Counter::V2 => ("cpu.stat", "usage_usec ", 1e-6),
        };
        let path = self.folder.join(file);
        let read = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        let count = read
            .lines()
            .find_map(|line| line.strip_prefix(prefix))
            .context("no count of processor time")?;
        Ok(count.trim().parse::<f64>()? * unit)
    }
}

impl Drop for CpuAccount {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(&self.folder) {
            eprintln!("could not remove {}: {error}", self.folder.display());
        }
    }
}

/// The process's own cgroup in each hierarchy that counts, version 1 first: where both are mounted, the other counts too.
fn candidates(mounts: &str, own: &str) -> Vec<(PathBuf, Counter)> {
    let place = |counts: &dyn Fn(&str) -> bool| {
        own.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            counts(fields.next()?).then(|| fields.next())?
        })
    };
    let accounted = |names: &str| names.split(',').any(|name| name == "cpuacct");
    let mut found = Vec::new();
    for mount in mounts.lines() {
        let Some((before, after)) = mount.split_once(" - ") else {
            continue;
        };
        let Some(point) = before.split(' ').nth(4) else {
            continue;
        };
        let mut after = after.split(' ');
        let (kind, options) = (after.next(), after.nth(1));
        let (own, counter) = match kind {
            Some("cgroup") if options.is_some_and(accounted) => (place(&accounted), Counter::V1),
            Some("cgroup2") => (place(&str::is_empty), Counter::V2),
            _ => continue,
        };
        if let Some(own) = own {
            let folder = Path::new(point).join(own.trim_start_matches('/'));
            found.push((folder, counter));
        }
    }
    found.sort_by_key(|(_, counter)| matches!(counter, Counter::V2));
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::candidates;

    #[test]
    fn both_hierarchies_are_found() {
        let mounts = "\
            30 22 0:26 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n\
            31 22 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n";
        let own = "2:cpu,cpuacct:/session\n0::/user.slice\n";
        let found: Vec<_> = candidates(mounts, own)
            .into_iter()
            .map(|(folder, _)| folder)
            .collect();
        assert_eq!(
            found,
            [
                Path::new("/sys/fs/cgroup/cpu,cpuacct/session"),
                Path::new("/sys/fs/cgroup/unified/user.slice")
            ]
        );
    }
}
