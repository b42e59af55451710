//! The real binary, the packaged function, Chrome and ffmpeg, from argv to mp4.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod applied;
mod bad_input;
mod callers;
mod cancelled;
mod clients;
mod clip;
mod clip_walk;
mod configure;
mod credentials;
mod deployment;
mod doctor;
mod emulated;
mod from_target;
mod harness;
mod interrupted;
mod kills;
mod large_video;
mod least_privilege;
mod merges;
mod movie;
mod official;
mod other_bucket;
mod package;
mod permissions;
mod policies;
mod propagation;
mod quality;
mod regions;
mod render;
mod secrets;
mod secure;
mod seed_pages;
mod served;
mod snippets;
mod stills;
mod together;
mod unreachable;
mod verbose;
#[path = "../../../store/tests/it/vouched.rs"]
mod vouched;
