//! Decisions a second, and policy sets a second from their texts.

use std::hint::black_box;

use crate::corpus::{Corpus, reread};
use crate::{Failure, clock};

pub(crate) fn print(corpora: &[Corpus]) -> Result<(), Failure> {
    println!("## One core, in millions a second\n");
    println!(
        "| cases | full record (bar 1.0) | verdict (bar 3.0) | sets read, compiled, decided (bar 0.1) | bytes a set |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for corpus in corpora {
        let count = corpus.entries.len() as f64;
        let millions = |seconds: f64| count / seconds / 1e6;
        let records = clock::best(|| {
            for entry in &corpus.entries {
                black_box(iam::evaluate(
                    black_box(&entry.layers),
                    black_box(&entry.request),
                ));
            }
        })?;
        let verdicts = clock::best(|| {
            for entry in &corpus.entries {
                black_box(iam::decide(
                    black_box(&entry.layers),
                    black_box(&entry.request),
                ));
            }
        })?;
        let sets = clock::best(|| {
            for entry in &corpus.entries {
                let layers = reread(black_box(&entry.layers));
                black_box(
                    layers
                        .map(|layers| iam::evaluate(&layers, &entry.request))
                        .ok(),
                );
            }
        })?;
        println!(
            "| {} ({}) | {:.2} | {:.2} | {:.3} | {} |",
            corpus.name,
            corpus.entries.len(),
            millions(records),
            millions(verdicts),
            millions(sets),
            corpus.bytes_per_set()
        );
    }
    Ok(())
}
