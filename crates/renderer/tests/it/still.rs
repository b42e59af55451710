//! One frame becomes a picture.

use crate::{Bench, page};
use renderer::{PageError, Scale, StillError, StillFormat, StillRequest};

async fn request(bench: &mut Bench, id: &str, frame: u32, format: StillFormat) -> StillRequest {
    StillRequest {
        page: page(),
        composition: bench.composition(id).await,
        frame,
        format,
        scale: Scale::default(),
    }
}

#[tokio::test]
async fn a_png_has_the_composition_s_size_times_the_scale() {
    let mut bench = Bench::new().await;
    let mut request = request(&mut bench, "Hold", 50, StillFormat::Png).await;
    let still = bench.renderer.still(&request, &bench.events).await.unwrap();
    let number = |at: usize| u32::from_be_bytes(still.picture[at..at + 4].try_into().unwrap());
    assert_eq!(
        (number(16), number(20), still.content_type),
        (1280, 720, "image/png")
    );
    request.scale = Scale::new(2.0).unwrap();
    let still = bench.renderer.still(&request, &bench.events).await.unwrap();
    assert_eq!(
        u32::from_be_bytes(still.picture[16..20].try_into().unwrap()),
        2560
    );
}

#[tokio::test]
async fn frames_that_rest_are_equal_and_others_are_not() {
    let mut bench = Bench::new().await;
    let mut pictures = Vec::new();
    for frame in [10, 50, 80] {
        let request = request(&mut bench, "Hold", frame, StillFormat::Jpeg(80)).await;
        let still = bench.renderer.still(&request, &bench.events).await.unwrap();
        assert_eq!(
            (&still.picture[..2], still.content_type),
            ([0xff, 0xd8].as_slice(), "image/jpeg")
        );
        pictures.push(still.picture);
    }
    assert!(pictures[1] == pictures[2] && pictures[0] != pictures[1]);
}

#[tokio::test]
async fn a_frame_outside_the_composition_is_refused() {
    let mut bench = Bench::new().await;
    let request = request(&mut bench, "Hold", 300, StillFormat::Png).await;
    let error = bench
        .renderer
        .still(&request, &bench.events)
        .await
        .unwrap_err();
    let StillError::Page(PageError::FrameOutside {
        frame: 300,
        last: 299,
        ..
    }) = error
    else {
        panic!("{error:?}")
    };
}
