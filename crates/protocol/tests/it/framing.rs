//! Framing against the recorded vectors, in any portions.

use proptest::prelude::*;
use protocol::frames::FrameRange;
use protocol::framing::{Decoder, Frame, FrameStatus, FramingError, encode};
use protocol::message::{ChunkComplete, FramesRendered, LambdaInvoked, Message};

use crate::golden::GOLDEN;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn decode(portions: &[&[u8]]) -> Result<Vec<Frame>, FramingError> {
    let mut decoder = Decoder::new(1 << 20);
    let mut frames = Vec::new();
    for portion in portions {
        decoder.push(portion);
        while let Some(frame) = decoder.next_frame()? {
            frames.push(frame);
        }
    }
    Ok(frames)
}

#[test]
fn recorded_frames_are_read_and_written() {
    for frame in &GOLDEN.frames {
        let wire = bytes(&frame.hex);
        let frames = decode(&[&wire]).unwrap();
        assert_eq!(frames.len(), 1);
        assert_eq!(encode(frames[0].kind, &frames[0].body), wire);
    }
}

#[test]
fn recorded_messages_are_understood() {
    let messages: Vec<_> = [&GOLDEN.frames[0], &GOLDEN.frames[1]]
        .iter()
        .map(|frame| Message::decode(&decode(&[&bytes(&frame.hex)]).unwrap()[0]).unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            Message::LambdaInvoked(LambdaInvoked { attempt: 1 }),
            Message::FramesRendered(FramesRendered {
                rendered: 3,
                encoded: 0
            }),
        ]
    );
    let complete = Message::ChunkComplete(ChunkComplete {
        start: 1,
        rendered: 2,
        frames: FrameRange::new(20, 39).unwrap(),
        bytes: 4_096,
    });
    let wire = complete.encode().unwrap();
    assert_eq!(
        Message::decode(&decode(&[&wire]).unwrap()[0]).unwrap(),
        complete
    );
}

#[test]
fn noise_before_a_frame_is_skipped() {
    let frame = encode(1, b"x");
    let frames = decode(&[
        b"log line\nremotion_buf",
        b"remotion_buffe",
        &frame[..3],
        &frame[3..],
    ]);
    assert_eq!(
        frames.unwrap(),
        [Frame {
            kind: 1,
            status: FrameStatus::Success,
            body: b"x".into()
        }]
    );
}

#[test]
fn what_is_no_frame_is_refused() {
    for (wire, expected) in [
        (
            &b"remotion_buffer:1:x:0:"[..],
            FramingError::Header("1:x:0".into()),
        ),
        (
            b"remotion_buffer:1:1:2:a",
            FramingError::Header("1:1:2".into()),
        ),
        (
            b"remotion_buffer:1:99999999:0:",
            FramingError::TooLong {
                length: 99_999_999,
                limit: 1 << 20,
            },
        ),
    ] {
        assert_eq!(decode(&[wire]), Err(expected));
    }
    assert!(decode(&[b"remotion_buffer:", &[b'1'; 80]]).is_err());
}

proptest! {
    #[test]
    fn portions_make_no_difference(
        bodies in prop::collection::vec((0..20_u32, prop::collection::vec(any::<u8>(), 0..200)), 0..8),
        noise in "[a-z:_ ]{0,20}",
        cuts in prop::collection::vec(1..40_usize, 0..60),
    ) {
        let mut wire = Vec::new();
        for (kind, body) in &bodies {
            wire.extend_from_slice(noise.as_bytes());
            wire.extend(encode(*kind, body));
        }
        let mut portions = Vec::new();
        let mut rest = wire.as_slice();
        for cut in cuts {
            let (portion, after) = rest.split_at(cut.min(rest.len()));
            portions.push(portion);
            rest = after;
        }
        portions.push(rest);
        let frames = decode(&portions).unwrap();
        let read: Vec<_> = frames.into_iter().map(|frame| (frame.kind, frame.body)).collect();
        prop_assert_eq!(read, bodies);
    }
}
