//! Wall and CPU seconds of a command with everything that it starts.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::cpu_account::CpuAccount;

/// What one run of a command took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// CPU seconds, user and system, of the whole tree of processes.
    pub(crate) cpu: f64,
}

/// Runs `command` in a PID namespace of its own, so that it leaves nothing behind, and a cgroup that counts.
///
/// # Errors
/// If it cannot be started or does not succeed; the message ends with what it said.
pub(crate) fn run(command: &Command) -> Result<Took> {
    let account = CpuAccount::open()?;
    let mut wrapped = Command::new("sh");
    wrapped
        .args(["-c", r#"echo $$ > "$0" && exec "$@""#])
        .arg(account.members())
        .args(["unshare", "--fork", "--pid", "--mount-proc", "--kill-child"])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    let start = Instant::now();
    let out = wrapped
        .stdin(Stdio::null())
        .output()
        .context("could not start `sh`")?;
    let took = Took {
        wall: start.elapsed().as_secs_f64(),
        cpu: account.seconds()?,
    };
    if !out.status.success() {
        bail!(
            "{command:?} ended with {}\n{}",
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(took)
}

/// The middle of `values`, or the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// The geometric mean of `values`.
pub(crate) fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::{geometric_mean, median};

    #[test]
    fn middles() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!((geometric_mean(&[1.0, 4.0]) - 2.0).abs() < 1e-12);
    }
}
