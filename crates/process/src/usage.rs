//! What a tree of processes costs.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::time::Duration;

/// What a program and all its descendants used, known when all of them have ended.
///
/// Descendants whose parents never waited for them are included: the keeper waits for orphans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in user mode.
    pub user: Duration,
    /// CPU time in the kernel.
    pub system: Duration,
    /// Peak resident memory of the largest single process, not of their sum.
    pub peak_resident_bytes: u64,
}

/// What a tree of processes has used so far, and holds now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeUsage {
    /// CPU time, user and kernel together, of the living and of those that were waited for.
    pub cpu: Duration,
    /// Resident memory now; pages shared by several processes of the tree count once for each.
    pub resident_bytes: u64,
    /// Living processes.
    pub processes: usize,
}

/// One row of `/proc`.
struct Row {
    parent: u32,
    clock_ticks: u64,
    resident_pages: u64,
}

/// Sums up the descendants of `root`, without `root` itself.
pub(crate) fn of_descendants(root: u32) -> io::Result<TreeUsage> {
    let rows = read_rows()?;
    let (ticks_per_second, page_bytes) = system_units();
    let mut total = TreeUsage::default();
    let mut ticks = 0;
    for (pid, row) in &rows {
        if *pid != root && descends(&rows, *pid, root) {
            ticks += row.clock_ticks;
            total.resident_bytes += row.resident_pages * page_bytes;
            total.processes += 1;
        }
    }
    total.cpu = Duration::from_micros(ticks.saturating_mul(1_000_000) / ticks_per_second);
    Ok(total)
}

fn descends(rows: &HashMap<u32, Row>, pid: u32, root: u32) -> bool {
    let mut at = pid;
    // A chain longer than the table would be a cycle, which rows read at different moments could form.
    for _ in 0..rows.len() {
        if at == root {
            return true;
        }
        match rows.get(&at) {
            Some(row) => at = row.parent,
            None => return false,
        }
    }
    false
}

fn read_rows() -> io::Result<HashMap<u32, Row>> {
    let mut rows = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process that ended since the folder was read is no error.
        if let Some(row) = fs::read_to_string(format!("/proc/{pid}/stat"))
            .ok()
            .and_then(|stat| parse(&stat))
        {
            rows.insert(pid, row);
        }
    }
    Ok(rows)
}

/// Fields are counted from behind the command, which may hold blanks and parentheses.
fn parse(stat: &str) -> Option<Row> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Row {
        parent: fields.get(1)?.parse().ok()?,
        clock_ticks: number(11)? + number(12)? + number(13)? + number(14)?,
        resident_pages: number(21)?,
    })
}

#[expect(unsafe_code, reason = "sysconf has no safe form in std")]
fn system_units() -> (u64, u64) {
    // SAFETY: `sysconf` reads constants and touches no memory of ours.
    let (ticks, page) = unsafe {
        (
            libc::sysconf(libc::_SC_CLK_TCK),
            libc::sysconf(libc::_SC_PAGESIZE),
        )
    };
    let or = |value: i64, default: u64| {
        u64::try_from(value)
            .ok()
            .filter(|v| *v > 0)
            .unwrap_or(default)
    };
    (or(ticks, 100), or(page, 4096))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_parentheses_is_parsed() {
        let stat = "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5 6 77 8";
        let row = parse(stat).unwrap();
        assert_eq!(row.parent, 7);
        assert_eq!(row.clock_ticks, 100);
        assert_eq!(row.resident_pages, 77);
    }
}
