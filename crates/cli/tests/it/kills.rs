//! The function dies at every stage; frames and sound equal those of a render that nothing happened to.

use crate::harness::{Place, said};
use crate::movie;

/// Where the function kills itself, once.
const POINTS: [&str; 5] = [
    "before-plan",
    "mid-chunk",
    "between-objects",
    "while-concatenating",
    "before-last-progress",
];

#[test]
fn a_function_killed_anywhere_changes_nothing() {
    let place = Place::new();
    let options = [
        "--frames-per-function",
        "30",
        "--concurrency",
        "2",
        "--keep-logs",
    ];
    let whole = place.rendered("Sounds", "whole.mp4", &options);
    let (frames, sound) = (movie::frame_hashes(&whole), movie::pcm(&whole));
    assert_eq!(frames.len(), 120);
    for point in POINTS {
        let out = format!("{point}.mp4");
        let mut command = place.render("Sounds", &out, &options);
        let done = command
            .env("FRAMEWRIGHT_FAULT_POINTS", point)
            .output()
            .unwrap();
        assert!(done.status.success(), "{point}: {}", said(&done));
        assert_eq!(movie::frame_hashes(&place.path(&out)), frames, "{point}");
        assert!(movie::pcm(&place.path(&out)) == sound, "{point}");
        let logs = std::fs::read_to_string(place.path(&format!("{out}.log"))).unwrap();
        let killed = logs.contains("dying as the fault plan says");
        assert!(killed, "{point}: nothing was killed");
    }
}
