//! The engine and the slow evaluator give the same answers.

use std::collections::BTreeMap;

use iam::case::Case;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use crate::generate;
use crate::reference::{self, Answer};

/// How many cases to try on each core: a long run asks for more.
fn cases() -> u32 {
    let all = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(20_000_u32);
    all.div_ceil(cores())
}

fn cores() -> u32 {
    std::thread::available_parallelism()
        .ok()
        .and_then(|cores| u32::try_from(cores.get()).ok())
        .unwrap_or(1)
}

fn found(line: &str) -> Answer {
    let case = Case::parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let record = iam::evaluate(&case.layers, &case.request);
    assert_eq!(
        iam::decide(&case.layers, &case.request),
        record.decision,
        "{line}"
    );
    let matched = record.matched.iter();
    Answer {
        decision: record.decision.as_str(),
        matched: matched
            .map(|m| {
                (
                    m.layer.as_str().to_owned(),
                    m.policy.name().to_owned(),
                    m.index,
                )
            })
            .collect(),
        denied_by: record
            .denied_by
            .iter()
            .map(|denial| denial.layer.as_str())
            .collect(),
    }
}

#[test]
fn generated_cases() {
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(agree);
        }
    });
}

fn agree() {
    let mut runner = TestRunner::new(Config {
        cases: cases(),
        failure_persistence: None,
        ..Config::default()
    });
    let agreement = runner.run(&generate::case(), |case| {
        let (found, expected) = (found(&case.to_string()), reference::answer(&case));
        proptest::prop_assert_eq!(found, expected, "{}", case);
        Ok(())
    });
    agreement.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn generated_cases_reach_every_answer() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..3_000 {
        let case = generate::case().new_tree(&mut runner).unwrap().current();
        let answer = reference::answer(&case);
        *seen
            .entry(format!(
                "{} {:?}",
                answer.decision,
                answer.denied_by.first()
            ))
            .or_default() += 1;
    }
    let layers = [
        "rcp", "scp", "vpce", "resource", "identity", "boundary", "session",
    ];
    let denials = layers.iter().flat_map(|layer| {
        ["implicitDeny", "explicitDeny"].map(|decision| format!("{decision} {:?}", Some(layer)))
    });
    // What AWS attaches at every level of resource control policies allows everything.
    let wanted = denials
        .filter(|answer| answer != "implicitDeny Some(\"rcp\")")
        .chain(["allowed None".to_owned()]);
    for answer in wanted {
        assert!(
            seen.get(&answer).is_some_and(|times| *times >= 10),
            "{answer} too rare: {seen:?}"
        );
    }
}
