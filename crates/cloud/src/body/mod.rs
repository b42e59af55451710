//! The body of a request as services read it: verified, and without the wire's framing.

mod chunked;
mod received;
mod verified;

pub(crate) use self::chunked::ChunkSigning;
pub(crate) use self::received::{Leftover, ReceivedBody};
pub(crate) use self::verified::{Receipt, VerifiedBody};
