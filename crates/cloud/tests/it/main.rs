//! The embedded cloud over the wire, as real clients and as attackers see it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod account;
mod attacks;
mod cloudtrail;
mod events;
mod folder;
mod harness;
mod iam;
mod identity;
mod lambda;
mod logs;
mod metadata;
mod propagation;
mod quotas;
mod raw;
mod regions;
mod s3;
mod simulate;
mod sts;
mod triggers;
