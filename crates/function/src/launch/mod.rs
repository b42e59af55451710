//! `launch`: leads a render from its request to its output.
//!
//! What a launch does is decided by [`machine::Machine`], a pure step from a state and an [`event::Observation`] to a state and
//! [`event::Command`]s: it knows no clock, store or network, so that its tests can kill and delay at will. One
//! `driver` carries the commands out and feeds back what became of them.
//!
//! | module | decides |
//! | --- | --- |
//! | [`claim`] | whether this launch may lead |
//! | [`ledger`] | when the progress document is written, and on which condition |
//! | [`work`] | which part of which chunk is made next, and what is tried again |
//! | [`failure`] | how a failure is told |
//! | [`last_words`] | what is said of a render that its function may not go on with |
//! | [`report`] | what the documents say of a render and its result |
//! | [`machine`] | the order of all that |

mod assemble;
mod claim;
mod driver;
mod evaluate;
mod event;
pub(crate) mod failure;
mod hands;
pub(crate) mod last_words;
mod ledger;
mod machine;
mod report;
#[cfg(test)]
mod simulation;
mod sound;
mod stream;
mod survey;
mod work;

pub(crate) use claim::is_stalled;
pub(crate) use driver::lead;
