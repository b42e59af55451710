//! Pictures.

use crate::{SMALL, launch, open};
use bytes::Bytes;
use chrome::{Options, PictureFormat};

const BOX: &str = "<body style='margin:0;background:white'><div id=b style='position:absolute;width:50px;height:50px;background:red'>";

/// Width and height as a PNG states them.
fn png_size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(&png[1..4], b"PNG");
    (number(16), number(20))
}

#[tokio::test]
async fn pictures_have_the_viewport_s_size_times_the_scale() {
    for scale in [0.5, 1.0, 2.0] {
        let options = Options {
            scale,
            ..Options::default()
        };
        let browser = chrome::Browser::launch(options).await.unwrap();
        let page = open(&browser, SMALL, BOX).await;
        let png = page.camera(PictureFormat::Png).expose().await.unwrap();
        assert_eq!(
            png_size(&png),
            ((320.0 * scale) as u32, (180.0 * scale) as u32)
        );
        let seen: Vec<f64> = page
            .evaluate("[innerWidth, innerHeight, devicePixelRatio]")
            .await
            .unwrap();
        assert_eq!(seen, [320.0, 180.0, scale]);
    }
}

#[tokio::test]
async fn what_rests_is_taken_once_and_equals_what_a_fresh_camera_sees() {
    let browser = launch().await;
    let page = open(&browser, SMALL, BOX).await;
    let mut camera = page.camera(PictureFormat::Jpeg(80));
    let mut pictures: Vec<Bytes> = Vec::new();
    // Moves for three frames, rests for four, and moves once more.
    for x in [0, 10, 20, 20, 20, 20, 20, 30] {
        page.evaluate::<()>(&format!("void (b.style.left = '{x}px')"))
            .await
            .unwrap();
        let picture = camera.expose().await.unwrap();
        pictures.push(picture);
    }
    let shared = |a: usize, b: usize| pictures[a].as_ptr() == pictures[b].as_ptr();
    assert!(
        pictures[2] == pictures[6] && shared(5, 6),
        "a picture at rest was taken again"
    );
    for (a, b) in [(0, 1), (1, 2), (6, 7)] {
        assert!(pictures[a] != pictures[b], "frames {a} and {b} differ");
    }
    // The same frames, each on a page of its own, where there is nothing to repeat.
    for (x, picture) in [(0, &pictures[0]), (20, &pictures[6]), (30, &pictures[7])] {
        let page = open(&browser, SMALL, BOX).await;
        page.evaluate::<()>(&format!("void (b.style.left = '{x}px')"))
            .await
            .unwrap();
        let alone = page.camera(PictureFormat::Jpeg(80)).expose().await.unwrap();
        assert!(
            alone == *picture,
            "frame at {x} differs from the same frame alone"
        );
    }
}

#[tokio::test]
async fn the_clock_of_a_page_stands_still_between_frames() {
    let browser = launch().await;
    let page = open(&browser, SMALL, BOX).await;
    assert!(page.is_controlled());
    page.evaluate::<()>("void (window.n = 0, (function f() { n++; requestAnimationFrame(f) })())")
        .await
        .unwrap();
    let mut camera = page.camera(PictureFormat::Png);
    for expected in 1..5 {
        assert_eq!(page.evaluate::<u32>("n").await.unwrap(), expected);
        camera.draw().await.unwrap();
    }
}

#[tokio::test]
async fn a_transparent_page_has_an_alpha_channel() {
    let browser = launch().await;
    let page = open(&browser, SMALL, "<body style='margin:0'>").await;
    let mut camera = page.camera(PictureFormat::Png);
    camera.make_transparent().await.unwrap();
    let png = camera.expose().await.unwrap();
    // Colour type 6: RGB with alpha.
    assert_eq!(png[25], 6);
}

#[tokio::test]
async fn without_begin_frame_control_screenshots_are_taken() {
    let options = Options {
        begin_frame_control: false,
        ..Options::default()
    };
    let browser = chrome::Browser::launch(options).await.unwrap();
    let page = open(&browser, SMALL, BOX).await;
    assert!(!page.is_controlled());
    let png = page.camera(PictureFormat::Png).expose().await.unwrap();
    assert_eq!(png_size(&png), (320, 180));
}
