//! The colours of the page are the colours of the video.

use crate::Bench;
use renderer::Pictures;
use std::path::Path;
use std::process::Command;

/// The patches of the test card, in rows of four.
const PATCHES: [[u8; 3]; 16] = [
    [0x00, 0x00, 0x00],
    [0xff, 0xff, 0xff],
    [0x80, 0x80, 0x80],
    [0xff, 0x00, 0x00],
    [0x00, 0xff, 0x00],
    [0x00, 0x00, 0xff],
    [0x00, 0xff, 0xff],
    [0xff, 0x00, 0xff],
    [0xff, 0xff, 0x00],
    [0x40, 0x40, 0x40],
    [0xc0, 0xc0, 0xc0],
    [0xc8, 0x64, 0x32],
    [0x32, 0x64, 0xc8],
    [0x14, 0x34, 0x2b],
    [0xf4, 0xc7, 0xa1],
    [0x7a, 0x2b, 0x52],
];

const WIDTH: usize = 640;
const PATCH: (usize, usize) = (160, 180);

/// The first frame as RGB, converted by what the file's tags say.
fn first_frame(video: &Path) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(video)
        .args([
            "-frames:v",
            "1",
            "-vf",
            "scale=in_color_matrix=auto:out_range=pc:flags=accurate_rnd+full_chroma_int",
        ])
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[tokio::test]
async fn flat_patches_are_within_three_of_255() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Card", 0, 1).await;
    for pictures in [Pictures::Jpeg(80), Pictures::Png] {
        request.pictures = pictures;
        let chunk = bench.render(&request).await.unwrap();
        let frame = first_frame(&chunk.video.path);
        for (index, patch) in PATCHES.iter().enumerate() {
            let (x, y) = (
                (index % 4) * PATCH.0 + PATCH.0 / 2,
                (index / 4) * PATCH.1 + PATCH.1 / 2,
            );
            let seen = &frame[(y * WIDTH + x) * 3..][..3];
            let furthest = seen
                .iter()
                .zip(patch)
                .map(|(a, b)| a.abs_diff(*b))
                .max()
                .unwrap();
            assert!(
                furthest <= 3,
                "{pictures:?}: patch {index} is {patch:?} on the page and {seen:?} in the video"
            );
        }
    }
}
