//! The memory of one environment: a limit and what was used of it.
//!
//! Where a cgroup can be made the kernel holds the limit. Elsewhere the
//! proportional set size of the process tree is watched; address-space limits
//! are no way, since Chrome reserves far more than it uses.

mod cgroup;
mod tree;

use std::fmt;

pub(crate) use self::cgroup::{Cgroup, Parent};

/// How an environment is held to its memory.
#[derive(Debug)]
pub(crate) enum MemoryLimit {
    /// By the kernel, which kills what goes beyond.
    Cgroup(Cgroup),
    /// By whoever watches [`MemoryLimit::used_bytes`].
    Watched {
        /// The limit.
        bytes: u64,
    },
}

/// The name of the way, as the REPORT line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    CgroupV1,
    CgroupV2,
    ProportionalSetSize,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CgroupV1 => "cgroup v1",
            Self::CgroupV2 => "cgroup v2",
            Self::ProportionalSetSize => "proportional set size, watched",
        })
    }
}

impl MemoryLimit {
    /// A limit for the process `root` and what will descend from it: by cgroup
    /// below `parent` if there is one and it can be used.
    pub(crate) fn impose(parent: Option<&Parent>, name: &str, bytes: u64, root: u32) -> Self {
        match parent.map(|parent| parent.child(name, bytes, root)) {
            Some(Ok(cgroup)) => Self::Cgroup(cgroup),
            Some(Err(error)) => {
                tracing::debug!(%error, "no cgroup could be made");
                Self::Watched { bytes }
            }
            None => Self::Watched { bytes },
        }
    }

    /// Which way it is.
    pub(crate) fn measure(&self) -> Measure {
        match self {
            Self::Cgroup(cgroup) => cgroup.measure(),
            Self::Watched { .. } => Measure::ProportionalSetSize,
        }
    }

    /// What the tree below `root` uses now. Reads many files of `/proc` or some
    /// of `/sys`: not for the threads of the runtime.
    pub(crate) fn used_bytes(&self, root: u32) -> u64 {
        match self {
            Self::Cgroup(cgroup) => cgroup.used_bytes(),
            Self::Watched { .. } => tree::proportional_set_size(root),
        }
    }

    /// Whether `used` is more than is allowed and nobody else acts on it.
    pub(crate) fn is_exceeded(&self, used: u64) -> bool {
        match self {
            Self::Cgroup(_) => false,
            Self::Watched { bytes } => used > *bytes,
        }
    }
}
