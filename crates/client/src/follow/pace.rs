//! How fast a render is, over the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How far back speed looks.
const WINDOW: Duration = Duration::from_secs(15);

/// Samples of a counter over a window of time.
#[derive(Debug, Default)]
pub(super) struct Pace {
    samples: VecDeque<(Instant, u32)>,
}

impl Pace {
    /// Notes that the counter stood at `count`. A counter that falls back, for a chunk that is
    /// tried again, begins anew.
    pub(super) fn note(&mut self, now: Instant, count: u32) {
        if self.samples.back().is_some_and(|(_, last)| count < *last) {
            self.samples.clear();
        }
        self.samples.push_back((now, count));
        while self.samples.len() > 2 && now - self.samples[1].0 >= WINDOW {
            self.samples.pop_front();
        }
    }

    /// Counts per second, once there are any.
    pub(super) fn per_second(&self) -> Option<f64> {
        let (from, first) = self.samples.front()?;
        let (to, last) = self.samples.back()?;
        let seconds = (*to - *from).as_secs_f64();
        (last > first && seconds > 0.0).then(|| f64::from(last - first) / seconds)
    }

    /// Time until the counter has grown by `left`.
    pub(super) fn time_for(&self, left: u32) -> Option<Duration> {
        let seconds = f64::from(left) / self.per_second()?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(samples: &[(u64, u32)]) -> Pace {
        let zero = Instant::now();
        let mut pace = Pace::default();
        for (second, count) in samples {
            pace.note(zero + Duration::from_secs(*second), *count);
        }
        pace
    }

    #[test]
    fn speed_is_that_of_the_last_seconds() {
        assert_eq!(pace(&[]).per_second(), None);
        assert_eq!(pace(&[(0, 0)]).per_second(), None);
        assert_eq!(pace(&[(0, 0), (1, 0)]).per_second(), None);
        assert_eq!(pace(&[(0, 0), (2, 10)]).per_second(), Some(5.0));
        let slowing = pace(&[(0, 0), (10, 1000), (20, 1010), (25, 1015)]);
        assert_eq!(slowing.per_second(), Some(1.0));
        assert_eq!(slowing.time_for(30), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_counter_that_falls_back_begins_anew() {
        let pace = pace(&[(0, 0), (1, 100), (2, 50), (3, 60)]);
        assert_eq!(pace.per_second(), Some(10.0));
    }
}
