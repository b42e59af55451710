//! The documents against what the incumbent's packages were observed to do.

#![expect(clippy::unwrap_used, reason = "what is missing ends a test")]

mod chunking;
mod framing;
mod golden;
mod payloads;
mod price;
