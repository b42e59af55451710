//! The memory of a process and its descendants, as `/proc` tells.

use std::fs;

/// The sum of the proportional set sizes of `root` and all that descends from
/// it, in bytes: pages that processes share are counted once.
///
/// Of a process that does not let itself be read so the resident set size is taken.
pub(super) fn proportional_set_size(root: u32) -> u64 {
    descendants(root).into_iter().map(process_bytes).sum()
}

fn process_bytes(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    let proportional = rollup.ok().and_then(|text| kilobytes(&text, "Pss:"));
    proportional
        .or_else(|| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            kilobytes(&status, "VmRSS:")
        })
        .map_or(0, |kilobytes| kilobytes * 1024)
}

fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// `root` and all that descends from it.
fn descendants(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent_of(pid)?)))
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = parents
            .iter()
            .filter(|(_, its_parent)| *its_parent == parent)
            .map(|(pid, _)| *pid);
        found.extend(children);
        next += 1;
    }
    found
}

/// The parent as `/proc/PID/stat` has it, behind a name that may hold anything.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = &stat[stat.rfind(')')? + 1..];
    after_name.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_counts_with_its_children() {
        let block = "x".repeat(32 * 1024 * 1024);
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let own = std::process::id();
        let tree = descendants(own);
        let used = proportional_set_size(own);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(
            tree.contains(&own) && tree.contains(&child.id()),
            "{tree:?}"
        );
        assert!(used > block.len() as u64, "{used}");
    }
}
