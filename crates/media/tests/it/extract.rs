//! The picture of a video at a time.

use crate::server::Server;
use crate::support::{card, card_ppm, deadline, ffmpeg, file, folder, run};
use media::extract::{ExtractError, OpenError, Picture, Unsupported, VideoSource};
use media::{FailureKind, Location};
use tempfile::TempDir;

/// A video in which frame n is a plane of a grey that tells n, up to 190.
fn counting(folder: &TempDir, name: &str, fps: &str, frames: usize, options: &[&str]) -> Location {
    let source = format!(
        "color=black:size=64x48:rate={fps},geq=lum='N+20':cb=128:cr=128,trim=end_frame={frames}"
    );
    let path = file(folder, name);
    let encode = [
        "-c:v", "libx264", "-crf", "1", "-pix_fmt", "yuv420p", "-g", "20", "-bf", "3",
    ];
    run(["-f", "lavfi", "-i", &source]
        .into_iter()
        .chain(encode)
        .chain(options.iter().copied())
        .chain([path.to_str().unwrap()]));
    Location::file(path)
}

/// The pixels of pictures of one size, one after another.
fn pixels(pictures: &[Picture], format: &str) -> Vec<u8> {
    let folder = folder();
    let path = file(&folder, "pictures.mjpeg");
    let stream: Vec<u8> = pictures
        .iter()
        .flat_map(|picture| picture.body.to_vec())
        .collect();
    std::fs::write(&path, stream).unwrap();
    let exact = "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp";
    let input = [
        "-f",
        "image2pipe",
        "-c:v",
        "mjpeg",
        "-i",
        path.to_str().unwrap(),
        "-fps_mode",
        "passthrough",
    ];
    run(input
        .into_iter()
        .chain(["-vf", exact, "-pix_fmt", format, "-f", "rawvideo", "pipe:1"]))
}

/// Which frames of a counting video pictures are.
fn numbers(pictures: &[Picture]) -> Vec<usize> {
    assert!(
        pictures
            .iter()
            .all(|picture| picture.content_type == "image/jpeg")
    );
    let greys = pixels(pictures, "gray");
    assert_eq!(greys.len(), pictures.len() * 64 * 48);
    let number = |grey: u8| (f64::from(grey) * 219.0 / 255.0 + 16.0 - 20.0).round() as usize;
    greys
        .chunks(64 * 48)
        .map(|picture| number(picture[20]))
        .collect()
}

/// The pictures at all of `times`, taken in this order.
async fn pictures(video: &VideoSource, times: impl IntoIterator<Item = f64>) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for time in times {
        pictures.push(video.picture_at(time).await.unwrap());
    }
    pictures
}

async fn open(location: Location) -> VideoSource {
    VideoSource::open(&ffmpeg().await, location, deadline())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_composition_sees_the_nearest_frame_at_every_time() {
    let folder = folder();
    for (name, source, source_fps, fps) in [
        ("a.mp4", "30", 30.0, 30.0),
        ("b.mp4", "25", 25.0, 30.0),
        ("c.mp4", "24000/1001", 24_000.0 / 1001.0, 30.0),
        ("d.mp4", "60", 60.0, 24.0),
        ("e.mkv", "30", 30.0, 60.0),
    ] {
        let video = open(counting(&folder, name, source, 50, &[])).await;
        let times: Vec<f64> = (0..(2.5 * fps) as u32)
            .map(|frame| f64::from(frame) / fps)
            .collect();
        let taken = pictures(&video, times.iter().copied()).await;
        for ((seconds, found), picture) in times.into_iter().zip(numbers(&taken)).zip(taken) {
            let expected = (seconds * source_fps).min(49.0);
            // Half a frame, and what rounding to milliseconds moves in Matroska.
            assert!(
                (found as f64 - expected).abs() <= 0.5 + 0.03,
                "{name}: frame {found} at {seconds} s"
            );
            assert!(
                (picture.seconds - found as f64 / source_fps).abs() < 0.001,
                "{name}: {} s",
                picture.seconds
            );
        }
    }
}

#[tokio::test]
async fn of_two_frames_equally_near_the_later_is_shown() {
    let folder = folder();
    let video = open(counting(&folder, "a.mp4", "25", 20, &[])).await;
    assert_eq!(numbers(&pictures(&video, [0.1, 0.0999]).await), [3, 2]);
}

#[tokio::test]
async fn order_does_not_matter() {
    let folder = folder();
    let video = open(counting(&folder, "a.mp4", "10", 190, &[])).await;
    let order = [
        0, 1, 180, 181, 3, 60, 61, 2, 182, 59, 189, 62, 500, 189, 100, 99, 501, 0,
    ];
    let taken = pictures(&video, order.map(|frame| f64::from(frame) / 10.0)).await;
    assert_eq!(numbers(&taken), order.map(|frame| frame.min(189) as usize));
}

#[tokio::test]
async fn playing_reads_the_file_once_and_so_do_two_places_by_turns() {
    let folder = folder();
    counting(&folder, "a.mp4", "10", 190, &["-movflags", "+faststart"]);
    let server = Server::of(&folder);
    let video = open(server.url("a.mp4")).await;
    let before = server.requests();
    let by_turns = (0..30)
        .flat_map(|frame| [frame, frame + 120])
        .chain([990; 20]);
    let taken = pictures(
        &video,
        by_turns.clone().map(|frame| f64::from(frame) / 10.0),
    )
    .await;
    assert_eq!(
        numbers(&taken),
        by_turns
            .map(|frame| frame.min(189) as usize)
            .collect::<Vec<_>>()
    );
    assert!(
        server.requests() - before <= 8,
        "{} requests",
        server.requests() - before
    );
}

#[tokio::test]
async fn a_stream_that_begins_late_is_counted_from_the_start_of_the_file() {
    let folder = folder();
    let video = open(counting(
        &folder,
        "a.mkv",
        "25",
        60,
        &["-output_ts_offset", "1.4"],
    ))
    .await;
    let taken = pictures(
        &video,
        [0, 1, 30, 59, 70].map(|frame| f64::from(frame) / 25.0),
    )
    .await;
    assert_eq!(numbers(&taken), [0, 1, 30, 59, 59]);
}

async fn check_colours(options: &[&str], filter: &str) {
    let folder = folder();
    let (ppm, path) = (file(&folder, "card.ppm"), file(&folder, "card.mp4"));
    std::fs::write(&ppm, card_ppm()).unwrap();
    let input = [
        "-loop",
        "1",
        "-i",
        ppm.to_str().unwrap(),
        "-frames:v",
        "5",
        "-vf",
        filter,
        "-crf",
        "4",
    ];
    run(input
        .into_iter()
        .chain(options.iter().copied())
        .chain([path.to_str().unwrap()]));
    let picture = open(Location::file(path))
        .await
        .picture_at(0.1)
        .await
        .unwrap();
    let rgb = pixels(&[picture], "rgb24");
    for (index, expected) in card().into_iter().enumerate() {
        let at = (index / 8 * 80 + 40) * 640 + index % 8 * 80 + 40;
        for (found, expected) in rgb[at * 3..at * 3 + 3].iter().zip(expected) {
            assert!(
                found.abs_diff(expected) <= 4,
                "{options:?}, patch {index}: {found} instead of {expected}"
            );
        }
    }
}

#[tokio::test]
async fn colours_follow_the_tags_and_then_the_size() {
    let flags = "flags=accurate_rnd+full_chroma_int";
    let tagged = format!("scale=out_color_matrix=bt709:out_range=tv:{flags},format=yuv420p");
    check_colours(&["-colorspace", "bt709", "-color_range", "tv"], &tagged).await;
    let small = format!("scale=out_color_matrix=bt601:out_range=tv:{flags},format=yuv420p");
    check_colours(&[], &small).await;
    let to_full = "colorspace=iall=bt709:irange=tv:all=bt709:range=pc:fast=1:format=yuv444p";
    let full =
        format!("scale=out_color_matrix=bt709:out_range=tv:{flags},format=yuv444p,{to_full}");
    check_colours(&["-colorspace", "bt709", "-color_range", "pc"], &full).await;
}

#[tokio::test]
async fn pixels_that_are_not_square_are_made_so() {
    let folder = folder();
    let video = counting(&folder, "a.mp4", "25", 3, &["-aspect", "8:3"]);
    let picture = open(video).await.picture_at(0.0).await.unwrap();
    assert_eq!(pixels(&[picture], "gray").len(), 128 * 48);
}

async fn refused(location: Location) -> Unsupported {
    match VideoSource::open(&ffmpeg().await, location, deadline()).await {
        Err(OpenError::Unsupported { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn kinds_that_come_later_are_refused_by_name() {
    let folder = folder();
    let plain = counting(&folder, "plain.mp4", "25", 30, &[]).to_string();
    let path = |name: &str| file(&folder, name).to_str().unwrap().to_owned();
    let make = |name: &str, arguments: &[&str]| {
        let to = path(name);
        run(arguments.iter().copied().chain([to.as_str()]));
        Location::file(to)
    };
    turn(&plain, &path("turned.mp4"));
    assert_eq!(
        refused(Location::file(path("turned.mp4"))).await,
        Unsupported::Rotation(90)
    );
    let pq = [
        "-i",
        &plain,
        "-color_trc",
        "smpte2084",
        "-color_primaries",
        "bt2020",
        "-colorspace",
        "bt2020nc",
    ];
    assert_eq!(
        refused(make("hdr.mp4", &pq)).await,
        Unsupported::Hdr("smpte2084".to_owned())
    );
    let alpha = [
        "-i",
        &plain,
        "-vf",
        "format=yuva420p",
        "-c:v",
        "libvpx",
        "-auto-alt-ref",
        "0",
        "-b:v",
        "100k",
    ];
    assert_eq!(
        refused(make("alpha.webm", &alpha)).await,
        Unsupported::Alpha
    );
    let uneven = [
        "-i",
        &plain,
        "-vf",
        "select='lt(n,9)+not(mod(n,3))'",
        "-fps_mode",
        "vfr",
    ];
    let uneven = make("vfr.mp4", &uneven);
    assert_eq!(refused(uneven).await, Unsupported::VariableFrameRate);

    let sound = make("sound.mp4", &["-f", "lavfi", "-i", "sine=duration=1"]);
    let opened = VideoSource::open(&ffmpeg().await, sound, deadline()).await;
    assert!(matches!(opened, Err(OpenError::NoVideo(_))), "{opened:?}");
    let opened = VideoSource::open(
        &ffmpeg().await,
        Location::file(path("nowhere.mp4")),
        deadline(),
    )
    .await;
    assert!(matches!(opened, Err(OpenError::Probe(_))), "{opened:?}");
}

/// Copies an mp4 file with a display matrix that turns it by 90° to the right, which no option of all releases does.
fn turn(from: &str, to: &str) {
    let mut bytes = std::fs::read(from).unwrap();
    let upright = [0x0001_0000_u32, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];
    let right = [
        0,
        0x0001_0000,
        0,
        0xffff_0000,
        0,
        0,
        48 << 16,
        0,
        0x4000_0000,
    ];
    let encoded = |matrix: [u32; 9]| matrix.map(u32::to_be_bytes).concat();
    let track = bytes
        .windows(4)
        .position(|window| window == b"tkhd")
        .unwrap();
    let at = track
        + bytes[track..]
            .windows(36)
            .position(|window| window == encoded(upright))
            .unwrap();
    bytes[at..at + 36].copy_from_slice(&encoded(right));
    std::fs::write(to, bytes).unwrap();
}

#[tokio::test]
async fn an_uneven_frame_in_a_video_that_claims_a_rate_is_found_while_walking() {
    let folder = folder();
    let path = file(&folder, "uneven.mp4");
    let shift = "setpts='N+gte(N,80)-gte(N,90)'";
    let source = "color=black:size=64x48:rate=25,trim=end_frame=250,settb=1/25";
    run([
        "-f",
        "lavfi",
        "-i",
        source,
        "-vf",
        shift,
        "-fps_mode",
        "passthrough",
        path.to_str().unwrap(),
    ]);
    let found = match VideoSource::open(&ffmpeg().await, Location::file(path), deadline()).await {
        // Some releases see it when they open the file.
        Err(OpenError::Unsupported { reason, .. }) => reason,
        Ok(video) => {
            assert!(video.picture_at(2.0).await.is_ok());
            match video.picture_at(4.0).await {
                Err(ExtractError::Unsupported { reason, .. }) => reason,
                other => panic!("{other:?}"),
            }
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(found, Unsupported::VariableFrameRate);
}

#[tokio::test]
async fn times_that_are_none_and_videos_that_break_off_are_errors() {
    let folder = folder();
    let video = open(counting(&folder, "a.mp4", "25", 5, &[])).await;
    assert!(matches!(
        video.picture_at(-0.1).await,
        Err(ExtractError::InvalidTime(_))
    ));
    assert!(matches!(
        video.picture_at(f64::NAN).await,
        Err(ExtractError::InvalidTime(_))
    ));

    let path = file(&folder, "noise.mp4");
    let noise = "color=gray:size=320x240:rate=25:duration=8,noise=alls=100:allf=t";
    run([
        "-f",
        "lavfi",
        "-i",
        noise,
        "-preset",
        "ultrafast",
        "-movflags",
        "+faststart",
        path.to_str().unwrap(),
    ]);
    let server = Server::cutting(&folder, 2_000_000);
    let video = open(server.url("noise.mp4")).await;
    assert!(video.picture_at(0.0).await.is_ok());
    match video.picture_at(7.9).await {
        Err(ExtractError::Decode { source, .. }) => {
            assert_eq!(source.kind(), Some(FailureKind::InputLost), "{source}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_while_a_page_plays_is_replaced() {
    let folder = folder();
    let path = file(&folder, "noise.mp4");
    let noise = "color=gray:size=320x240:rate=25:duration=8,noise=alls=100:allf=t";
    let options = [
        "-preset",
        "ultrafast",
        "-g",
        "25",
        "-movflags",
        "+faststart",
    ];
    run(["-f", "lavfi", "-i", noise]
        .into_iter()
        .chain(options)
        .chain([path.to_str().unwrap()]));
    assert!(path.metadata().unwrap().len() > 9_000_000);
    let server = Server::cutting(&folder, 6_000_000);
    let video = open(server.url("noise.mp4")).await;
    for frame in 0..190 {
        let seconds = f64::from(frame) / 25.0;
        let picture = video.picture_at(seconds).await.unwrap();
        assert!((picture.seconds - seconds).abs() < 0.001);
    }
}
