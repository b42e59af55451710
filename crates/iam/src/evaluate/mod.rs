//! Taking a decision.
//!
//! Each layer's statements are tallied first; what the tallies mean together is decided in one place,
//! from the tallies alone. Recording what matched rides along with the tallying and decides nothing.

mod combine;
mod layers;
mod notes;
mod record;
mod situation;
mod tally;

use combine::combine;
pub use layers::{Layer, Layers, Level, Settings};
use notes::Recorder;
pub use record::{Decision, Denial, DenialKind, Matched, Record};
use situation::Situation;
use tally::Tallies;

use crate::Request;
use crate::compile::Silent;

/// Decides `request` by `layers` and says why.
// spec: iam/evaluation-logic#order
pub fn evaluate(layers: &Layers, request: &Request) -> Record {
    let situation = Situation::of(layers, request);
    if situation.needs_no_permission {
        return Record::without_policies();
    }
    let mut recorder = Recorder::default();
    let tallies = Tallies::of(layers, request, &situation, &mut recorder);
    recorder.into_record(combine(&tallies, &situation))
}

/// Decides as [`evaluate`] does, without the reasons.
pub fn decide(layers: &Layers, request: &Request) -> Decision {
    let situation = Situation::of(layers, request);
    if situation.needs_no_permission {
        return Decision::Allowed;
    }
    let tallies = Tallies::of(layers, request, &situation, &mut Silent);
    combine(&tallies, &situation).decision
}
