//! A site with a video that is much larger than what is shown of it.

use std::path::Path;
use std::process::Command;

use crate::harness::{Place, copy_folder, decided, said, site};
use crate::movie;

/// What showing one second may read of the site in all.
const MOST: u64 = 20_000_000;

#[test]
fn one_second_of_200_megabytes_reads_less_than_20() {
    let place = Place::new();
    let bundle = place.path("bundle");
    copy_folder(&site(), &bundle);
    let video = bundle.join("public/clip.mp4");
    make_video(&video);
    let size = video.metadata().unwrap().len();
    assert!(size >= 200_000_000);

    let mut command = place.command(["render"]);
    command
        .arg(&bundle)
        .args(["Clip", "clip.mp4", "--frames", "60-89"])
        .args(["--concurrency", "2"]);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(movie::read(&place.path("clip.mp4")).frames, 30);

    let reads: Vec<u64> = place
        .events()
        .iter()
        .filter(|event| {
            let role = event["principal"]["arn"].as_str().unwrap_or_default();
            role.contains("remotion-lambda-role")
                && decided(event, "s3:GetObject").any(|resource| resource.contains("/sites/"))
        })
        .map(|event| event["bytesOut"].as_u64().unwrap())
        .collect();
    let read: u64 = reads.iter().sum();
    assert!(!reads.is_empty());
    assert!(read < MOST, "{read} bytes in {} reads", reads.len());
}

/// Five minutes of pictures and sound, filled up to a constant rate.
fn make_video(to: &Path) {
    let rate = "nal-hrd=cbr:bitrate=5500:vbv-maxrate=5500:vbv-bufsize=5500:filler=1";
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=300"])
        .args(["-f", "lavfi", "-i", "sine=f=440:d=300"])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "60"])
        .args(["-pix_fmt", "yuv420p", "-x264-params", rate, "-c:a", "aac"])
        .arg(to)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
}
