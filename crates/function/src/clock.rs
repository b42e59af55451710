//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds of the Unix epoch; 0 for a clock before it.
pub(crate) fn now_unix_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
