//! Waiting when the function's concurrency is used up.

const FIRST_WAIT_MS: u64 = 250;
const LONGEST_WAIT_MS: u64 = 8_000;

/// How long to wait before renderers are invoked again: twice as long after each refusal, until one is taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttle {
    refusals: u32,
    until_ms: u64,
}

impl Throttle {
    /// An invocation was not accepted. Refusals of invocations that were sent together count once.
    pub(crate) fn refused(&mut self, now_ms: u64) {
        if now_ms < self.until_ms {
            return;
        }
        let wait = FIRST_WAIT_MS << self.refusals.min(5);
        self.until_ms = now_ms + wait.min(LONGEST_WAIT_MS);
        self.refusals += 1;
    }

    /// An invocation was accepted.
    pub(crate) fn taken(&mut self) {
        self.refusals = 0;
    }

    /// How many may be sent at once.
    pub(crate) fn at_once(&self) -> usize {
        if self.refusals == 0 { usize::MAX } else { 1 }
    }

    /// When invocations may be sent again.
    pub(crate) fn until(&self) -> u64 {
        self.until_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_start_anew() {
        let mut throttle = Throttle::default();
        assert_eq!((throttle.until(), throttle.at_once()), (0, usize::MAX));
        let mut now = 0;
        let waits: Vec<u64> = (0..7)
            .map(|_| {
                throttle.refused(now);
                throttle.refused(now);
                let wait = throttle.until() - now;
                now = throttle.until();
                wait
            })
            .collect();
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(throttle.at_once(), 1);
        throttle.taken();
        throttle.refused(now);
        assert_eq!(throttle.until() - now, 250);
    }
}
