//! The stream in which pictures reach ffmpeg: Matroska, because a picture that is shown for many frames then needs to be
//! sent, decoded and converted once.
//!
//! The unit of time of the stream is a frame, which ffmpeg is told is a millisecond. Everything else that a Matroska
//! file usually has is left out, and each picture is a cluster of its own, so that ffmpeg takes it as soon as it came.

use crate::encode::settings::PictureFormat;

/// ffmpeg's name for the stream.
pub(super) const FORMAT: &str = "matroska";

/// Frames per second that ffmpeg believes the stream has.
pub(super) const NOMINAL_RATE: u32 = 1000;

const NANOSECONDS_PER_FRAME: u64 = 1_000_000_000 / NOMINAL_RATE as u64;

/// The number of the only track.
const TRACK: u8 = 1;

const EBML: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];
const SEGMENT_OF_UNKNOWN_SIZE: &[u8] = &[
    0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];
const INFO: &[u8] = &[0x15, 0x49, 0xa9, 0x66];
const TRACKS: &[u8] = &[0x16, 0x54, 0xae, 0x6b];
const CLUSTER: &[u8] = &[0x1f, 0x43, 0xb6, 0x75];
const SIMPLE_BLOCK: &[u8] = &[0xa3];

/// What precedes the first picture.
pub(super) fn header(pictures: PictureFormat) -> Vec<u8> {
    let file_type = [
        element(&[0x42, 0x82], b"matroska"),
        element(&[0x42, 0x87], &[4]),
        element(&[0x42, 0x85], &[2]),
    ];
    let info = element(&[0x2a, 0xd7, 0xb1], &NANOSECONDS_PER_FRAME.to_be_bytes());
    let mut track = vec![
        element(&[0xd7], &[TRACK]),
        element(&[0x73, 0xc5], &[TRACK]),
        element(&[0x83], &[1]),
        element(&[0x9c], &[0]),
        element(&[0x23, 0xe3, 0x83], &NANOSECONDS_PER_FRAME.to_be_bytes()),
    ];
    track.extend(codec(pictures));
    [
        element(EBML, &file_type.concat()),
        SEGMENT_OF_UNKNOWN_SIZE.to_vec(),
        element(INFO, &info),
        element(TRACKS, &element(&[0xae], &track.concat())),
    ]
    .concat()
}

/// What precedes a picture of `length` bytes that is shown from frame `frame` on.
pub(super) fn before_picture(frame: u64, length: usize) -> Vec<u8> {
    // Track, timestamp relative to the cluster, flags: a key frame.
    let block = [0x80 | TRACK, 0, 0, 0x80];
    let time = element(&[0xe7], &frame.to_be_bytes());
    let block_header = [SIMPLE_BLOCK, &size(block.len() + length), &block].concat();
    [
        CLUSTER,
        &size(time.len() + block_header.len() + length),
        &time,
        &block_header,
    ]
    .concat()
}

fn codec(pictures: PictureFormat) -> Vec<Vec<u8>> {
    const CODEC_ID: &[u8] = &[0x86];
    const CODEC_PRIVATE: &[u8] = &[0x63, 0xa2];
    match pictures {
        PictureFormat::Jpeg => vec![element(CODEC_ID, b"V_MJPEG")],
        PictureFormat::Png => {
            // Matroska has no name of its own for PNG, but takes a Windows bitmap header with a codec's tag in it.
            let mut bitmap_header = [0; 40];
            bitmap_header[0] = 40;
            bitmap_header[16..20].copy_from_slice(b"MPNG");
            vec![
                element(CODEC_ID, b"V_MS/VFW/FOURCC"),
                element(CODEC_PRIVATE, &bitmap_header),
            ]
        }
    }
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &size(body.len()), body].concat()
}

/// A length as Matroska writes it, always in eight bytes.
fn size(length: usize) -> [u8; 8] {
    let mut bytes = (length as u64).to_be_bytes();
    bytes[0] = 0x01;
    bytes
}
