//! How alike two renders are.

use crate::support::{deadline, ffmpeg, file, folder, run};
use media::Location;
use media::quality::{FrameQuality, compare};

async fn measure(render: &Location, reference: &Location, shift: u64) -> Vec<FrameQuality> {
    compare(&ffmpeg().await, render, reference, shift, deadline())
        .await
        .unwrap()
}

fn worst(frames: &[FrameQuality]) -> f64 {
    frames
        .iter()
        .map(|frame| frame.luma_ssim)
        .fold(1.0, f64::min)
}

#[tokio::test]
async fn ranges_and_matrices_do_not_count_but_a_shift_by_one_frame_does() {
    let folder = folder();
    let make = |name: &str, filter: &str, tags: &[&str]| {
        let path = file(&folder, name);
        let source = "testsrc2=size=320x180:rate=30,trim=end_frame=20";
        let input = ["-f", "lavfi", "-i", source, "-vf", filter, "-crf", "8"];
        run(input
            .into_iter()
            .chain(tags.iter().copied())
            .chain([path.to_str().unwrap()]));
        Location::file(path)
    };
    let limited = make(
        "limited.mp4",
        "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        &["-colorspace", "bt709", "-color_range", "tv"],
    );
    let full = make(
        "full.mp4",
        "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p",
        &["-colorspace", "bt470bg", "-color_range", "pc"],
    );
    let frames = measure(&limited, &full, 0).await;
    assert_eq!(
        frames.iter().map(|frame| frame.frame).collect::<Vec<_>>(),
        (0..frames.len() as u64).collect::<Vec<_>>()
    );
    assert!(worst(&frames[..15]) > 0.99, "{frames:?}");

    let shifted = measure(&limited, &limited, 1).await;
    assert_eq!(shifted.len(), 19);
    assert!(worst(&shifted) < 0.98, "{shifted:?}");
    assert_eq!(worst(&measure(&limited, &limited, 0).await), 1.0);
}
