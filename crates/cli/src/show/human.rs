//! Numbers as a person reads them.

use std::time::Duration;

/// For example `4.2 MB`; powers of ten.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64 / 1e3;
    let mut unit = 0;
    while size >= 1_000.0 && unit + 1 < units.len() {
        size /= 1e3;
        unit += 1;
    }
    if bytes < 1_000 {
        format!("{bytes} B")
    } else {
        format!("{size:.1} {}", units[unit])
    }
}

/// For example `10.00 s` or `3 min 20 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.2} s");
    }
    let whole = seconds.round() as u64;
    format!("{} min {} s", whole / 60, whole % 60)
}

/// Coarser than [`seconds`]: for what is only an estimate.
pub(crate) fn left(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// US dollars; small amounts keep their digits.
pub(crate) fn dollars(usd: f64) -> String {
    if usd < 0.01 {
        format!("${usd:.5}")
    } else {
        format!("${usd:.3}")
    }
}

/// RFC 3339, UTC; `-` where it is not known.
pub(crate) fn date(unix_seconds: Option<u64>) -> String {
    unix_seconds
        .and_then(|seconds| i64::try_from(seconds).ok())
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| "-".to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::{bytes, dollars, seconds};

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [bytes(999), bytes(1_500), bytes(4_200_000)],
            ["999 B", "1.5 kB", "4.2 MB"]
        );
        assert_eq!([seconds(10.0), seconds(200.4)], ["10.00 s", "3 min 20 s"]);
        assert_eq!([dollars(0.00123), dollars(1.5)], ["$0.00123", "$1.500"]);
    }
}
