//! Memory cgroups, version 1 and 2.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Measure;

/// Every cgroup of this program begins so.
const PREFIX: &str = "framewright-";

/// A cgroup below which environments get theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    folder: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// The cgroup of one environment, removed when this is dropped. Its processes
/// must be gone by then.
#[derive(Debug)]
pub(crate) struct Cgroup {
    folder: PathBuf,
    version: Version,
    limit_bytes: u64,
}

impl Parent {
    /// Finds a cgroup in which this process may make others with a memory limit.
    ///
    /// What an earlier cloud left behind below it is removed.
    pub(crate) fn find() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        candidates(&mounts, &own)
            .into_iter()
            .find(Self::is_usable)
            .inspect(Self::sweep)
    }

    /// Makes a cgroup that holds `process`, and everything that it will start, to `bytes`.
    pub(super) fn child(&self, name: &str, bytes: u64, process: u32) -> io::Result<Cgroup> {
        let folder = self.folder.join(format!("{PREFIX}{name}"));
        fs::create_dir(&folder)?;
        let cgroup = Cgroup {
            folder,
            version: self.version,
            limit_bytes: bytes,
        };
        cgroup.write(self.version.limit_file(), bytes)?;
        // Swap would only make a function that is too large a slow one. Kernels
        // without swap accounting have no such file.
        let (swap_file, swap) = match self.version {
            Version::V1 => ("memory.memsw.limit_in_bytes", bytes),
            Version::V2 => ("memory.swap.max", 0),
        };
        if cgroup.folder.join(swap_file).exists() {
            cgroup.write(swap_file, swap)?;
        }
        cgroup.write("cgroup.procs", process.into())?;
        Ok(cgroup)
    }

    /// Whether a cgroup can be made here, with a limit. Only trying tells.
    fn is_usable(&self) -> bool {
        let folder = self
            .folder
            .join(format!("{PREFIX}probe-{}", std::process::id()));
        if fs::create_dir(&folder).is_err() {
            return false;
        }
        let limited = fs::write(folder.join(self.version.limit_file()), "1073741824").is_ok();
        fs::remove_dir(&folder).is_ok() && limited
    }

    fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                // One that is in use, by another cloud, refuses.
                drop(fs::remove_dir(entry.path()));
            }
        }
    }
}

impl Version {
    fn limit_file(self) -> &'static str {
        match self {
            Self::V1 => "memory.limit_in_bytes",
            Self::V2 => "memory.max",
        }
    }
}

impl Cgroup {
    pub(super) fn measure(&self) -> Measure {
        match self.version {
            Version::V1 => Measure::CgroupV1,
            Version::V2 => Measure::CgroupV2,
        }
    }

    /// Memory that the kernel cannot take back: not the page cache of files. All
    /// of it, once the kernel has killed a process for want of more.
    pub(super) fn used_bytes(&self) -> u64 {
        if self.has_killed() {
            return self.limit_bytes;
        }
        let fields: [&str; 2] = match self.version {
            Version::V1 => ["total_rss ", "total_shmem "],
            Version::V2 => ["anon ", "shmem "],
        };
        let stat = fs::read_to_string(self.folder.join("memory.stat")).unwrap_or_default();
        stat.lines()
            .filter_map(|line| fields.iter().find_map(|field| line.strip_prefix(field)))
            .filter_map(|value| value.parse::<u64>().ok())
            .sum()
    }

    fn has_killed(&self) -> bool {
        let file = match self.version {
            Version::V1 => "memory.oom_control",
            Version::V2 => "memory.events",
        };
        let events = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        let kills = events
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill "));
        kills.is_some_and(|kills| kills != "0")
    }

    fn write(&self, file: &str, value: u64) -> io::Result<()> {
        fs::write(self.folder.join(file), value.to_string())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a cgroup is left behind");
        }
    }
}

/// The places to try, best first, from the texts of `/proc/self/mountinfo` and
/// `/proc/self/cgroup`.
///
/// In version 2 a cgroup with processes passes no memory controller on, so where
/// this process lives a neighbour is tried as well.
fn candidates(mounts: &str, own: &str) -> Vec<Parent> {
    let mut found = Vec::new();
    for (version, mount_root, mount_point) in mounts.lines().filter_map(memory_mount) {
        let Some(path) = own.lines().find_map(|line| own_path(line, version)) else {
            continue;
        };
        // Inside a container the mount's root is a part of the path.
        let below = path.strip_prefix(mount_root).unwrap_or(path);
        let folder = Path::new(mount_point).join(below.trim_start_matches('/'));
        let place = |folder: &Path| Parent {
            folder: folder.to_owned(),
            version,
        };
        found.push(place(&folder));
        if version == Version::V2
            && folder != Path::new(mount_point)
            && let Some(above) = folder.parent()
        {
            found.push(place(above));
        }
    }
    found.sort_by_key(|parent| parent.version == Version::V2);
    found
}

/// Version, root and mount point of a line that mounts a memory controller.
fn memory_mount(line: &str) -> Option<(Version, &str, &str)> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(3);
    let (root, point) = (before.next()?, before.next()?);
    let mut after = after.split(' ');
    let (kind, options) = (after.next()?, after.nth(1)?);
    match kind {
        "cgroup" if options.split(',').any(|option| option == "memory") => {
            Some((Version::V1, root, point))
        }
        "cgroup2" => Some((Version::V2, root, point)),
        _ => None,
    }
}

/// The path in a line of `/proc/self/cgroup`, if it is for this hierarchy.
fn own_path(line: &str, version: Version) -> Option<&str> {
    let mut columns = line.splitn(3, ':').skip(1);
    let (controllers, path) = (columns.next()?, columns.next()?);
    let matches = match version {
        Version::V1 => controllers.split(',').any(|name| name == "memory"),
        Version::V2 => controllers.is_empty(),
    };
    matches.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mounts: &str, own: &str, expected: &[(&str, Version)]) {
        let found: Vec<_> = candidates(mounts, own)
            .into_iter()
            .map(|parent| (parent.folder.display().to_string(), parent.version))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(folder, version)| ((*folder).to_owned(), *version))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn hybrid_systems_have_the_memory_controller_in_version_1() {
        check(
            "40 30 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
             33 30 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n",
            "4:memory:/jobs/a\n0::/\n",
            &[
                ("/sys/fs/cgroup/memory/jobs/a", Version::V1),
                ("/sys/fs/cgroup/unified/", Version::V2),
            ],
        );
    }

    #[test]
    fn a_delegated_session_makes_neighbours() {
        check(
            "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
            "0::/user.slice/user@1000.service/app.slice/term.scope\n",
            &[
                (
                    "/sys/fs/cgroup/user.slice/user@1000.service/app.slice/term.scope",
                    Version::V2,
                ),
                (
                    "/sys/fs/cgroup/user.slice/user@1000.service/app.slice",
                    Version::V2,
                ),
            ],
        );
    }

    #[test]
    fn a_container_sees_its_part_as_the_root() {
        check(
            "33 30 0:29 /docker/c0 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
            "4:memory:/docker/c0\n",
            &[("/sys/fs/cgroup/memory/", Version::V1)],
        );
    }
}
