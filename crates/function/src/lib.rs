//! The render function: every routine of the protocol, one binary.

mod launch;
