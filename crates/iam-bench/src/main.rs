//! How fast `iam` decides, over the committed cases, beside iam-rs: `cargo xtask bench iam`.
//!
//! Figures are of one thread's CPU time, the best of several rounds, so that other work on the machine counts little.
#![expect(clippy::print_stdout, reason = "a command that talks to a person")]

mod clock;
mod corpus;
mod peer;
mod scaling;
mod throughput;
mod wildcards;

use corpus::{Corpus, DOC_CASES, RULE_CASES, SEED_CASES};

/// What a benchmark could not do.
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let corpora = [
        Corpus::read("doc", DOC_CASES)?,
        Corpus::read("seed", SEED_CASES)?,
        Corpus::read("rule", RULE_CASES)?,
    ];
    throughput::print(&corpora)?;
    peer::print(&corpora)?;
    scaling::print()?;
    wildcards::print()
}
