//! The SDK over the wire.

mod credentials;
mod follow;
mod render;
mod resolve;
mod service;
