//! Lists of packets, as ffmpeg's `framecrc` format writes them:
//!
//! ```text
//! #tb 0: 1/15360
//! 0,      29696,      30720,      512,     9686, 0xea03e811
//! 0,      30208,      31744,      512,     4047, 0xc997ec46, F=0x0
//! 0,          0,        512,      512,     2449, 0xea98c5a2, F=0x0, S=1,       64
//! ```
//!
//! Stream, decoding time, time shown, duration, size, checksum, flags unless it is a plain key frame, side data.

/// Seconds that a tick lasts, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeBase {
    pub(super) num: u32,
    pub(super) den: u32,
}

/// A packet of one stream: one frame of video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// When it is decoded, in ticks.
    pub(super) dts: i64,
    /// When it is shown, in ticks.
    pub(super) pts: i64,
    /// For how long, in ticks; 0 where that is not known.
    pub(super) duration: i64,
    /// Whether it needs no other.
    pub(super) key: bool,
    /// Whether it is decoded and not shown.
    pub(super) hidden: bool,
    /// Whether it carries what is needed to decrypt it.
    pub(super) sealed: bool,
}

/// One line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    TimeBase(TimeBase),
    Packet(Packet),
    Other,
}

/// Side data of packets in mp4 files that is as large as this says how a packet is encrypted: a scheme, counts, a key's
/// id and a vector. What else they carry is smaller.
const LEAST_SEAL: u64 = 40;
const KEY: u32 = 1;
const HIDDEN: u32 = 4;

impl TimeBase {
    pub(super) fn seconds(self, ticks: i64) -> f64 {
        ticks as f64 * f64::from(self.num) / f64::from(self.den)
    }

    /// The first tick that is not before `seconds`.
    pub(super) fn tick_from(self, seconds: f64) -> i64 {
        // A time that is meant to be a tick's own must not miss it by the error of a float.
        let ticks = seconds * f64::from(self.den) / f64::from(self.num);
        (ticks - 1e-6).ceil() as i64
    }

    /// A fraction of a tick, in seconds, that separates neighbours and forgives the error of a float.
    pub(super) fn tolerance(self) -> f64 {
        0.3 * f64::from(self.num) / f64::from(self.den)
    }
}

impl Line {
    pub(super) fn read(line: &str) -> Self {
        if let Some(rest) = line.strip_prefix("#tb 0: ") {
            return time_base(rest).map_or(Self::Other, Self::TimeBase);
        }
        packet(line).map_or(Self::Other, Self::Packet)
    }
}

fn time_base(text: &str) -> Option<TimeBase> {
    let (num, den) = text.trim().split_once('/')?;
    let base = TimeBase {
        num: num.parse().ok()?,
        den: den.parse().ok()?,
    };
    (base.num > 0 && base.den > 0).then_some(base)
}

fn packet(line: &str) -> Option<Packet> {
    let mut fields = line.split(',').map(str::trim);
    let _stream: u32 = fields.next()?.parse().ok()?;
    let (dts, pts): (i64, i64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let duration = fields.next()?.parse().ok()?;
    let (_size, _checksum) = (fields.next()?, fields.next()?);
    let mut flags = KEY;
    let mut side = 0;
    for field in fields {
        if let Some(hex) = field.strip_prefix("F=0x") {
            flags = u32::from_str_radix(hex, 16).ok()?;
        } else if let Ok(size) = field.parse::<u64>() {
            side = side.max(size);
        }
    }
    // A container may leave out either time.
    let known = |time: i64, other: i64| if time == i64::MIN { other } else { time };
    Some(Packet {
        dts: known(dts, pts),
        pts: known(pts, dts),
        duration,
        key: flags & KEY != 0,
        hidden: flags & HIDDEN != 0,
        sealed: side >= LEAST_SEAL,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(
            Line::read("#tb 0: 1001/30000"),
            Line::TimeBase(TimeBase {
                num: 1001,
                den: 30000
            })
        );
        assert_eq!(Line::read("#dimensions 0: 640x360"), Line::Other);
        assert_eq!(Line::read(""), Line::Other);
        let plain = Packet {
            dts: 29696,
            pts: 30720,
            duration: 512,
            key: true,
            hidden: false,
            sealed: false,
        };
        let check = |line: &str, expected: Packet| {
            assert_eq!(Line::read(line), Line::Packet(expected), "{line}");
        };
        check("0, 29696, 30720, 512, 9686, 0xea03e811", plain);
        check(
            "0, 29696, 30720, 512, 9686, 0xea03e811, F=0x0, S=1, 1",
            Packet {
                key: false,
                ..plain
            },
        );
        check(
            "0, 29696, 30720, 512, 9686, 0xea03e811, F=0x5, S=2, 56, 10",
            Packet {
                hidden: true,
                sealed: true,
                ..plain
            },
        );
        check(
            "0, 5, -9223372036854775808, 0, 1, 0x0",
            Packet {
                dts: 5,
                pts: 5,
                duration: 0,
                ..plain
            },
        );
    }

    #[test]
    fn ticks_are_found_by_their_times() {
        let base = TimeBase { num: 1, den: 15360 };
        for tick in [0, 1, 511, 512, 38_400, 107_999_999] {
            assert_eq!(base.tick_from(base.seconds(tick)), tick);
            assert_eq!(base.tick_from(base.seconds(tick) + 1e-5), tick + 1);
        }
    }
}
