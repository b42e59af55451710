//! The time of the cloud, passed in so that tests own it.

use std::fmt::Debug;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Tells the time to everything in the cloud: signatures, expiry, records, responses.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// `20261121T043000Z`, the form of SigV4.
pub(crate) fn basic_iso8601(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `2026-11-21T04:30:00Z`, the form of the query protocols, without fractions.
pub(crate) fn iso8601(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `Sat, 21 Nov 2026 04:30:00 GMT`, the form of HTTP headers.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_of_the_wire() {
        let at: Timestamp = "2026-11-21T04:30:05.75Z".parse().unwrap();
        assert_eq!(basic_iso8601(at), "20261121T043005Z");
        assert_eq!(iso8601(at), "2026-11-21T04:30:05Z");
        assert_eq!(http_date(at), "Sat, 21 Nov 2026 04:30:05 GMT");
    }
}
