//! Points in time.

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i128);

const SECOND: i128 = 1_000_000_000;

impl Instant {
    /// Reads a date or date-time of W3C's ISO 8601 profile, or seconds since 1970.
    ///
    /// `2025-01`, `2025-01-31`, `2025-01-31T10:20Z`, `2025-01-31T10:20:30.5+01:00`; dates alone and times
    /// without a zone are UTC. Four digits alone could be a year or seconds, and are neither.
    // spec: iam/conditions#date
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if is_digits(text.strip_prefix('-').unwrap_or(text)) {
            return seconds(text);
        }
        let (date, time) = match text.split_once(['T', 't']) {
            None => (text, None),
            Some((date, time)) => (date, Some(time)),
        };
        let mut parts = date.split('-');
        let year = number(parts.next()?, 4)?;
        let month = number(parts.next()?, 2)?;
        let day = match parts.next() {
            Some(day) => number(day, 2)?,
            None if time.is_none() => 1,
            None => return None,
        };
        if parts.next().is_some()
            || !(1..=12).contains(&month)
            || !(1..=days_of(year, month)).contains(&day)
        {
            return None;
        }
        let midnight = i128::from(days_since_1970(year, month, day)) * 86_400 * SECOND;
        time.map_or(Some(0), time_of_day)
            .map(|time| Self(midnight + time))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn seconds(text: &str) -> Option<Instant> {
    if text.len() == 4 && is_digits(text) {
        return None;
    }
    let seconds: i64 = text.parse().ok()?;
    Some(Instant(i128::from(seconds) * SECOND))
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && is_digits(text))
        .then(|| text.parse().ok())
        .flatten()
}

/// Nanoseconds since midnight UTC of a time with its zone.
fn time_of_day(text: &str) -> Option<i128> {
    let (time, offset_minutes) = match text.find(['Z', 'z', '+', '-']) {
        None => (text, 0),
        Some(at) => (&text[..at], zone(&text[at..])?),
    };
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (second, fraction) = text
                .split_once('.')
                .map_or((text, None), |(second, rest)| (second, Some(rest)));
            (
                number(second, 2).filter(|second| *second < 60)?,
                fraction.map_or(Some(0), nanoseconds)?,
            )
        }
    };
    let whole = (hour * 60 + minute - offset_minutes) * 60 + second;
    parts
        .next()
        .is_none()
        .then(|| i128::from(whole) * SECOND + fraction)
}

fn nanoseconds(digits: &str) -> Option<i128> {
    if !is_digits(digits) {
        return None;
    }
    // Digits beyond nanoseconds are dropped.
    let padded = format!("{digits:0<9}");
    padded[..9].parse().ok()
}

/// Minutes east of UTC.
fn zone(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text[1..].split_once(':')?;
    let hours = number(hours, 2).filter(|hours| *hours < 24)?;
    let minutes = number(minutes, 2).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 60 + minutes))
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar; years from 0 to 9999.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leaps_before = |year: i64| {
        let last = year - 1;
        last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
    };
    let years = (year - 1970) * 365 + leaps_before(year) - leaps_before(1970);
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_moment() {
        for (left, right) in [
            ("1970-01-01T00:00:00Z", "0"),
            ("2025-01-01T00:00:00Z", "2025-01-01"),
            ("2025-01", "2025-01-01T00:00Z"),
            ("2025-01-01T00:00:00Z", "2025-01-01T01:00:00+01:00"),
            ("2025-01-01T00:00:00Z", "2024-12-31t19:00-05:00"),
            ("2025-01-01T00:00:00Z", "1735689600"),
            ("2000-02-29T12:30:15.5Z", "2000-02-29T12:30:15.500000000z"),
            ("2025-01-01T00:00:00", "2025-01-01"),
            ("1969-12-31T23:59:59Z", "-1"),
        ] {
            assert_eq!(
                Instant::parse(left),
                Instant::parse(right),
                "{left} {right}"
            );
            assert!(Instant::parse(left).is_some());
        }
    }

    #[test]
    fn later_is_greater() {
        let ascending = [
            "0001-01-01",
            "1969-12-31",
            "0",
            "1970-01-01T00:00:00.1Z",
            "1999-12-31",
            "2000-01-01",
            "2000-02-29",
            "2000-03-01",
            "1800000000",
            "9999-12-31",
        ];
        let read: Vec<_> = ascending
            .iter()
            .map(|text| Instant::parse(text).unwrap())
            .collect();
        assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "{read:?}");
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "2025",
            "2025-13",
            "2025-00",
            "2025-02-29",
            "2025-1-1",
            "2025-01-01T",
            "2025-01-01T24:00Z",
            "2025-01-01T00:60Z",
            "2025-01-01T00:00:60Z",
            "2025-01-01T00:00+1",
            "2025-01T00:00Z",
            "tomorrow",
            "1e9",
            "2025-01-01 00:00:00",
            "2025-01-01T00:00:00.Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
