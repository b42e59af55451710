//! ffmpeg's description of an input, read line by line:
//!
//! ```text
//! Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'clip.mp4':
//!   Duration: 00:00:06.00, start: 0.000000, bitrate: 4101 kb/s
//!   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 1280x720 [SAR 1:1 DAR 16:9], 30 fps, 30 tbr, 15360 tbn
//!     Side data:
//!       displaymatrix: rotation of -90.00 degrees
//!   Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, mono, fltp, 69 kb/s
//! ```

use crate::probe::info::{AudioStream, Colour, MediaInfo, Rate, VideoStream};
use std::time::Duration;

/// Pixel formats with an alpha channel begin with one of these.
const ALPHA_FORMATS: [&str; 10] = [
    "yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8", "ayuv",
];

/// `None` if no input is described.
pub(super) fn parse(text: &str) -> Option<MediaInfo> {
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("Input #0, "));
    let (container, _) = lines
        .next()?
        .strip_prefix("Input #0, ")?
        .split_once(", from ")?;
    let mut info = MediaInfo {
        container: container.to_owned(),
        duration: None,
        bits_per_second: None,
        start: 0.0,
        video: Vec::new(),
        audio: Vec::new(),
    };
    // Whether the lines that follow tell of the video stream that was added last.
    let mut in_video = false;
    for line in lines.take_while(|line| line.starts_with(' ')) {
        let line = line.trim_start();
        if let Some(times) = line.strip_prefix("Duration: ") {
            (info.duration, info.start) = times_of(times);
            info.bits_per_second = bits_of(times);
        } else if let Some(stream) = line.strip_prefix("Stream #0:") {
            let video = video_stream(stream);
            in_video = video.is_some();
            info.video.extend(video);
            info.audio.extend(audio_stream(stream));
        } else if let (true, Some(video)) = (in_video, info.video.last_mut()) {
            detail(line, video);
        }
    }
    Some(info)
}

fn times_of(text: &str) -> (Option<Duration>, f64) {
    let mut duration = None;
    let mut start = 0.0;
    for (index, field) in text.split(", ").enumerate() {
        if index == 0 {
            duration = clock(field);
        } else if let Some(seconds) = field.strip_prefix("start: ") {
            start = seconds.parse().unwrap_or(0.0);
        }
    }
    (duration, start)
}

/// `bitrate: 4101 kb/s`
fn bits_of(text: &str) -> Option<u64> {
    let (_, rate) = text.split_once("bitrate: ")?;
    let kilobits: u64 = rate.split_once(" kb/s")?.0.parse().ok()?;
    Some(kilobits * 1000)
}

/// `00:00:06.00`; `None` for `N/A`.
fn clock(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let (hours, minutes) = (
        parts.next()?.parse::<u64>().ok()?,
        parts.next()?.parse::<u64>().ok()?,
    );
    let seconds = parts.next()?.parse::<f64>().ok()?;
    Some(
        Duration::from_secs(hours * 3600 + minutes * 60)
            + Duration::try_from_secs_f64(seconds).ok()?,
    )
}

fn video_stream(stream: &str) -> Option<VideoStream> {
    let (_, description) = stream.split_once(": Video: ")?;
    if description.contains("(attached pic)") {
        return None;
    }
    let fields = fields(description);
    let (pixel_format, colour) = pixels(fields.get(1)?);
    let field_orders = [
        "top first",
        "bottom first",
        "top coded first",
        "bottom coded first",
    ];
    let interlaced = fields
        .get(1)
        .is_some_and(|pixels| field_orders.iter().any(|order| pixels.contains(order)));
    let size_at = fields.iter().position(|field| size(field).is_some())?;
    let (width, height) = size(fields[size_at])?;
    Some(VideoStream {
        codec: first_word(fields.first()?).to_owned(),
        alpha: ALPHA_FORMATS
            .iter()
            .any(|prefix| pixel_format.starts_with(prefix)),
        pixel_format,
        width,
        height,
        sample_aspect: fields[size_at..]
            .iter()
            .find_map(|field| sample_aspect(field))
            .unwrap_or((1, 1)),
        rate: rate(&fields),
        rotation: 0,
        interlaced,
        colour,
    })
}

fn audio_stream(stream: &str) -> Option<AudioStream> {
    let (_, description) = stream.split_once(": Audio: ")?;
    let fields = fields(description);
    Some(AudioStream {
        codec: first_word(fields.first()?).to_owned(),
        sample_rate: fields
            .iter()
            .find_map(|field| field.strip_suffix(" Hz")?.parse().ok())
            .unwrap_or(0),
        channels: fields
            .get(2)
            .map(|channels| (*channels).to_owned())
            .unwrap_or_default(),
    })
}

/// A line that follows the line of a video stream.
fn detail(line: &str, video: &mut VideoStream) {
    if let Some(degrees) = line
        .strip_prefix("displaymatrix: rotation of ")
        .and_then(|rest| rest.strip_suffix(" degrees"))
    {
        // ffmpeg counts counterclockwise.
        video.rotation = degrees
            .parse::<f64>()
            .map_or(0, |degrees| (-degrees.round()).rem_euclid(360.0) as u16);
    } else if let Some((key, value)) = line.split_once(':')
        && key.trim().eq_ignore_ascii_case("alpha_mode")
    {
        video.alpha |= value.trim() != "0";
    }
}

/// The parts between commas, of which those in parentheses and brackets do not count.
fn fields(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    text.split(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .collect()
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// `yuv420p(tv, bt2020nc/bt2020/smpte2084, progressive)`
fn pixels(field: &str) -> (String, Colour) {
    let (format, rest) = field.split_once('(').unwrap_or((field, ""));
    let mut colour = Colour::default();
    for word in rest.trim_end_matches(')').split(", ") {
        let known = |name: &str| (name != "unknown").then(|| name.to_owned());
        match word.split('/').collect::<Vec<_>>()[..] {
            ["tv" | "pc"] => colour.range = known(word),
            [matrix, primaries, transfer] => {
                (colour.matrix, colour.primaries, colour.transfer) =
                    (known(matrix), known(primaries), known(transfer));
            }
            // Where all three have one name it is said once. The other single words tell of fields and bits.
            [name] if !name.is_empty() && !name.contains(' ') && name != "progressive" => {
                (colour.matrix, colour.primaries, colour.transfer) =
                    (known(name), known(name), known(name));
            }
            _ => {}
        }
    }
    (format.to_owned(), colour)
}

/// `1280x720`, also with `[SAR 1:1 DAR 16:9]` behind it.
fn size(field: &str) -> Option<(u32, u32)> {
    let (width, height) = first_word(field).split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

fn sample_aspect(field: &str) -> Option<(u32, u32)> {
    let (_, aspect) = field.split_once("SAR ")?;
    let (width, height) = first_word(aspect).split_once(':')?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

/// Compares the average rate (`fps`) with the least that has a tick for every frame (`tbr`), which is twice as high for
/// some videos with a constant rate.
fn rate(fields: &[&str]) -> Rate {
    let number = |unit: &str| {
        fields.iter().find_map(|field| {
            let number = field.split_once(unit)?.0;
            match number.strip_suffix('k') {
                Some(thousands) => thousands
                    .parse::<f64>()
                    .ok()
                    .map(|thousands| thousands * 1000.0),
                None => number.parse().ok(),
            }
        })
    };
    match (number(" fps"), number(" tbr")) {
        (Some(average), Some(ticks))
            if average == ticks || (average * 2.0 - ticks).abs() <= 0.01 =>
        {
            Rate::Constant(average)
        }
        (Some(average), _) => Rate::Variable(average),
        (None, _) => Rate::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(line: &str) -> VideoStream {
        let text = format!(
            "noise\nInput #0, mov,mp4, from 'a, from b':\n  Duration: N/A, start: 1.4, bitrate: N/A\n  {line}\nEnd"
        );
        parse(&text).unwrap().video.remove(0)
    }

    #[test]
    fn a_description_is_read_whole() {
        let text = "ffmpeg started on …\nInput #0, mov,mp4,m4a,3gp,3g2,mj2, from 'clip.mp4':\n  Metadata:\n    major_brand     : isom\n  \
                    Duration: 01:02:06.50, start: 0.021000, bitrate: 4101 kb/s\n  Chapters:\n    Chapter #0:0: start 0.000000, end 1.000000\n  \
                    Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 1280x720 [SAR 4:3 DAR 16:9], 4021 kb/s, 29.97 fps, 29.97 tbr, 30k tbn (default)\n    \
                    Side data:\n      displaymatrix: rotation of -90.00 degrees\n  \
                    Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, 5.1(side), fltp, 69 kb/s (default)\n  \
                    Stream #0:2: Video: mjpeg (Baseline), yuvj444p(pc, bt470bg/unknown/unknown), 240x160, 90k tbr, 90k tbn (attached pic)\n\
                    At least one output file must be specified\n";
        let info = parse(text).unwrap();
        assert_eq!(info.container, "mov,mp4,m4a,3gp,3g2,mj2");
        assert_eq!(info.duration, Some(Duration::from_millis(3_726_500)));
        assert!((info.start - 0.021).abs() < 1e-9);
        assert_eq!(info.bits_per_second, Some(4_101_000));
        let [video] = &info.video[..] else {
            panic!("{info:?}")
        };
        assert_eq!(
            (video.codec.as_str(), video.pixel_format.as_str()),
            ("h264", "yuv420p")
        );
        assert_eq!(
            (video.width, video.height, video.sample_aspect),
            (1280, 720, (4, 3))
        );
        assert_eq!(
            (video.rate, video.rotation, video.alpha),
            (Rate::Constant(29.97), 90, false)
        );
        assert_eq!(video.colour.transfer.as_deref(), Some("bt709"));
        let audio = AudioStream {
            codec: "aac".into(),
            sample_rate: 44_100,
            channels: "5.1(side)".into(),
        };
        assert_eq!(info.audio, [audio]);
    }

    #[test]
    fn colours_rates_and_transparency_are_told_apart() {
        let hdr = video(
            "Stream #0:0: Video: hevc, yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive), 64x48, SAR 1:1 DAR 4:3, 24 fps, 24 tbr, 1k tbn",
        );
        assert!(hdr.colour.is_hdr());
        assert_eq!(hdr.colour.matrix.as_deref(), Some("bt2020nc"));
        let plain = video(
            "Stream #0:0: Video: h264, yuv420p(progressive), 64x48, 18.33 fps, 30 tbr, 15360 tbn",
        );
        assert_eq!(
            (plain.colour.clone(), plain.rate),
            (Colour::default(), Rate::Variable(18.33))
        );
        let interlaced = video(
            "Stream #0:0: Video: h264, yuv420p(tv, smpte170m, top first), 64x48, 29.97 fps, 59.94 tbr, 90k tbn",
        );
        assert_eq!(interlaced.rate, Rate::Constant(29.97));
        assert!(interlaced.interlaced && !plain.interlaced);
        assert_eq!(interlaced.colour.matrix.as_deref(), Some("smpte170m"));
        assert!(video("Stream #0:0: Video: png, rgba(pc), 64x48, 25 tbr, 25 tbn").alpha);
        let webm = "Stream #0:0: Video: vp9 (Profile 0), yuv420p(tv), 64x64, 25 fps, 25 tbr, 1k tbn\n    Metadata:\n      alpha_mode      : 1";
        assert!(video(webm).alpha);
    }

    #[test]
    fn what_describes_no_input_is_nothing() {
        assert_eq!(parse("clip.mp4: No such file or directory"), None);
    }
}
