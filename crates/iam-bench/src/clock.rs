//! CPU time of this thread.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::Failure;

/// How long a round lasts at least; the clock counts microseconds.
const ROUND: Duration = Duration::from_millis(100);
const ROUNDS: usize = 15;

fn now() -> Result<Duration, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let spent = micros(usage.user_time()) + micros(usage.system_time());
    Ok(Duration::from_micros(u64::try_from(spent)?))
}

/// What one run of `work` takes.
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> Result<(T, Duration), Failure> {
    let start = now()?;
    let done = work();
    Ok((done, now()?.saturating_sub(start)))
}

/// Seconds that one run of `work` takes, in the best of several rounds.
pub(crate) fn best(mut work: impl FnMut()) -> Result<f64, Failure> {
    let mut runs = 1_u32;
    loop {
        let ((), took) = once(|| (0..runs).for_each(|_| work()))?;
        if took >= ROUND / 4 {
            runs = (f64::from(runs) * ROUND.as_secs_f64() / took.as_secs_f64()).ceil() as u32;
            break;
        }
        runs *= 4;
    }
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let ((), took) = once(|| (0..runs).for_each(|_| work()))?;
        best = best.min(took.as_secs_f64() / f64::from(runs));
    }
    Ok(best)
}
