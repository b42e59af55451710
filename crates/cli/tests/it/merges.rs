//! Chunks above a bound are merged before they are joined, and an output above it is stored while it is made: it comes in
//! fragments, and shows and sounds the same.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Place, decided, said};
use crate::movie;

/// The bound is this share of all bytes, so that the chunks are merged in more than one group.
const SHARE: u64 = 2;

/// Where the function kills itself, once.
const POINTS: [&str; 2] = ["mid-merge", "while-merging"];

/// Bytes of the silence with which AAC begins: ffmpeg leaves it out where the file has one index.
const PRIMING: usize = 1_024 * 4;

const OPTIONS: [&str; 5] = [
    "--frames-per-function",
    "15",
    "--concurrency",
    "2",
    "--keep-logs",
];

#[test]
fn merged_chunks_make_the_same_film_whoever_is_killed_meanwhile() {
    let place = Place::new();
    let whole = place.rendered("Sounds", "whole.mp4", &OPTIONS);
    let (frames, sound) = (movie::frame_hashes(&whole), movie::pcm(&whole));
    assert_eq!(frames.len(), 120);
    assert_eq!(merged(&place), 0, "nothing is merged below the bound");
    assert_eq!(boxes(&whole, b"moof"), 0);
    let bound = (video_bytes(&place) / SHARE).to_string();
    for point in ["", POINTS[0], POINTS[1]] {
        let before = merged(&place);
        let out = format!("merged-{point}.mp4");
        let mut command = place.render("Sounds", &out, &OPTIONS);
        command.env("FRAMEWRIGHT_MERGE_ABOVE", &bound);
        if !point.is_empty() {
            command.env("FRAMEWRIGHT_FAULT_POINTS", point);
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{point}: {}", said(&done));
        assert_eq!(movie::frame_hashes(&place.path(&out)), frames, "{point}");
        let heard = movie::pcm(&place.path(&out));
        let ahead = heard.len().saturating_sub(sound.len());
        assert!([0, PRIMING].contains(&ahead), "{point}: {ahead}");
        assert!(heard[ahead..] == sound, "{point}");
        assert_eq!(boxes(&place.path(&out), b"moov"), 1, "{point}");
        assert!(boxes(&place.path(&out), b"moof") > 1, "{point}");
        assert!(said(&done).contains("fragmented"), "{}", said(&done));
        let merges = merged(&place) - before;
        assert!(merges >= 2, "{point}: {merges} merged chunks");
        let logs = std::fs::read_to_string(place.path(&format!("{out}.log"))).unwrap();
        let killed = logs.contains("dying as the fault plan says");
        assert_eq!(killed, !point.is_empty(), "{point}");
    }
}

/// How often a file names a kind of box.
fn boxes(file: &Path, name: &[u8; 4]) -> usize {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(4).filter(|four| four == name).count()
}

/// Manifests of merged chunks that were ever written: those after the eighth chunk.
fn merged(place: &Place) -> usize {
    let is_merged = |event: &Value| {
        decided(event, "s3:PutObject")
            .filter_map(chunk_and_name)
            .any(|(chunk, name)| chunk >= 8 && name == "manifest-0.json")
    };
    let written = |event: &&Value| event["error"].is_null() && is_merged(event);
    place.events().iter().filter(written).count()
}

/// Bytes of all chunks' videos, as they were read to be joined.
fn video_bytes(place: &Place) -> u64 {
    let mut read = BTreeMap::new();
    for event in place.events() {
        for resource in decided(&event, "s3:GetObject") {
            if resource.ends_with("/video.mp4") && chunk_and_name(resource).is_some() {
                let bytes = event["bytesOut"].as_u64().unwrap();
                let most = read.entry(resource.to_owned()).or_insert(0);
                *most = bytes.max(*most);
            }
        }
    }
    assert_eq!(read.len(), 8, "{read:?}");
    read.values().sum()
}

/// What a key below a render's chunks names.
fn chunk_and_name(resource: &str) -> Option<(u32, &str)> {
    let (chunk, name) = resource.split_once("/chunks/")?.1.split_once('/')?;
    Some((chunk.parse().ok()?, name))
}
