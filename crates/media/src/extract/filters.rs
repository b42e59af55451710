//! From the pixels of a video to those of a JPEG file.

use crate::probe::VideoStream;

/// From this height on a video that does not tell its matrix is taken for BT.709.
const HD_HEIGHT: u32 = 720;

/// The filters that make JPEG's pixels of the frames of `video`: square, full range, matrix of BT.601.
///
/// What the stream says of matrix and range counts. Where it says nothing, videos from 720 lines on are BT.709 and smaller
/// ones BT.601, and range is limited.
pub(super) fn to_jpeg(video: &VideoStream) -> String {
    let matrix = matrix(video);
    let range = if is_full_range(video) { "pc" } else { "tv" };
    let pixels = jpeg_pixels(&video.pixel_format);
    let colours = if is_planar_yuv(&video.pixel_format) {
        format!(
            "colorspace=iall=bt709:ispace={matrix}:irange={range}:all=bt709:space=bt470bg:range=pc:fast=1:format={pixels}"
        )
    } else {
        // Greys, RGB and interleaved formats are rare, and go the long way.
        format!(
            "scale=in_color_matrix={matrix}:in_range={range}:out_color_matrix=bt601:out_range=pc,format={pixels}"
        )
    };
    match square_size(video) {
        Some((width, height)) => {
            format!("{colours},scale={width}:{height}:flags=bilinear,setsar=1")
        }
        None => colours,
    }
}

fn matrix(video: &VideoStream) -> &str {
    match video.colour.matrix.as_deref() {
        Some(known @ ("bt709" | "fcc" | "bt470bg" | "smpte170m" | "smpte240m" | "bt2020nc")) => {
            known
        }
        _ if video.height >= HD_HEIGHT => "bt709",
        _ => "bt470bg",
    }
}

fn is_full_range(video: &VideoStream) -> bool {
    video.colour.range.as_deref() == Some("pc") || video.pixel_format.starts_with("yuvj")
}

/// The formats that `colorspace` takes: 8, 10 and 12 bits, of any of the three resolutions of chroma.
fn is_planar_yuv(pixel_format: &str) -> bool {
    let planar = pixel_format
        .strip_prefix("yuvj")
        .or_else(|| pixel_format.strip_prefix("yuv"));
    planar.is_some_and(|rest| {
        let depth = ["420p", "422p", "444p"]
            .iter()
            .find_map(|chroma| rest.strip_prefix(chroma));
        matches!(depth, Some("" | "10le" | "12le"))
    })
}

/// Chroma in the resolution that the video has it in.
fn jpeg_pixels(pixel_format: &str) -> &'static str {
    match pixel_format {
        yuv if yuv.contains("420") || yuv.starts_with("nv12") || yuv.starts_with("gray") => {
            "yuv420p"
        }
        yuv if yuv.contains("422") => "yuv422p",
        _ => "yuv444p",
    }
}

/// The size in square pixels, where pixels are not square: never less than the stored size.
fn square_size(video: &VideoStream) -> Option<(u64, u64)> {
    let (wide, high) = (
        u64::from(video.sample_aspect.0),
        u64::from(video.sample_aspect.1),
    );
    if wide == high {
        return None;
    }
    let (stored_width, stored_height) = (u64::from(video.width), u64::from(video.height));
    let stretched = (2 * stored_width * wide + high) / (2 * high);
    let width = stretched.max(stored_width);
    let height = (width * stored_height * high).div_ceil(stored_width * wide);
    Some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Colour, Rate};

    fn video(
        pixel_format: &str,
        height: u32,
        sample_aspect: (u32, u32),
        matrix: Option<&str>,
    ) -> VideoStream {
        VideoStream {
            codec: "h264".to_owned(),
            pixel_format: pixel_format.to_owned(),
            width: height * 4 / 3,
            height,
            sample_aspect,
            rate: Rate::Constant(30.0),
            rotation: 0,
            interlaced: false,
            alpha: false,
            colour: Colour {
                matrix: matrix.map(str::to_owned),
                ..Colour::default()
            },
        }
    }

    #[test]
    fn matrix_and_range_follow_tags_and_then_the_size() {
        let cases = [
            (
                video("yuv420p", 480, (1, 1), None),
                "ispace=bt470bg:irange=tv",
                "format=yuv420p",
            ),
            (
                video("yuv420p", 720, (1, 1), None),
                "ispace=bt709:irange=tv",
                "format=yuv420p",
            ),
            (
                video("yuvj422p", 720, (1, 1), Some("smpte170m")),
                "ispace=smpte170m:irange=pc",
                "format=yuv422p",
            ),
            (
                video("yuv444p10le", 480, (1, 1), Some("bt709")),
                "ispace=bt709:irange=tv",
                "format=yuv444p",
            ),
            (
                video("gbrp", 720, (1, 1), Some("gbr")),
                "in_color_matrix=bt709:in_range=tv",
                "format=yuv444p",
            ),
        ];
        for (video, from, to) in cases {
            let filters = to_jpeg(&video);
            assert!(filters.contains(from) && filters.ends_with(to), "{filters}");
        }
    }

    #[test]
    fn pixels_become_square_without_losing_any() {
        assert_eq!(
            square_size(&video("yuv420p", 576, (16, 11), None)),
            Some((1117, 576))
        );
        assert_eq!(
            square_size(&video("yuv420p", 480, (8, 9), None)),
            Some((640, 540))
        );
        assert_eq!(square_size(&video("yuv420p", 480, (1, 1), None)), None);
    }
}
