//! Taking a decision.

mod layers;
mod record;

pub use layers::{Layer, Layers, Level, Settings};
pub use record::{Decision, Denial, DenialKind, Matched, Record};

use crate::Request;

/// Decides `request` by `layers` and says why.
pub fn evaluate(layers: &Layers, request: &Request) -> Record {
    let _ = (layers, request);
    todo!()
}

/// Decides as [`evaluate`] does, without the reasons.
pub fn decide(layers: &Layers, request: &Request) -> Decision {
    let _ = (layers, request);
    todo!()
}
