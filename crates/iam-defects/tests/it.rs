//! Every planted defect fails a case of the committed files, and without one all pass.

extern crate iam_defects as iam;

#[path = "../defects/mod.rs"]
#[expect(dead_code, reason = "the edits are for the build")]
mod defects;
#[path = "../../iam/tests/it/expected.rs"]
mod expected;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use expected::Line;

const RULE_CASES: &str = include_str!("../../iam/tests/data/iam-rule-cases.jsonl");
const OTHER_CASES: [&str; 2] = [
    include_str!("../../iam/tests/data/iam-doc-cases.jsonl"),
    include_str!("../../iam/tests/data/iam-seed-cases.jsonl"),
];

/// The first case that fails; a panic is a failure.
fn first_failure<'f>(lines: &[Line<'f>]) -> Option<&'f str> {
    let fails = |line: &&Line<'_>| {
        catch_unwind(AssertUnwindSafe(|| line.wrong())).map_or(true, |wrong| wrong.is_some())
    };
    lines.iter().find(fails).map(|line| line.text)
}

#[test]
fn without_a_defect_every_case_passes() {
    iam::plant(None);
    for file in OTHER_CASES.into_iter().chain([RULE_CASES]) {
        assert_eq!(first_failure(&Line::all(file)), None);
    }
}

#[test]
fn every_defect_fails_a_rule_case() {
    let names: BTreeSet<_> = defects::all().map(|defect| defect.name).collect();
    assert_eq!(
        names.len(),
        defects::all().count(),
        "two defects of one name"
    );
    assert!(names.len() >= 40);
    let lines = Line::all(RULE_CASES);
    let survives = |(index, defect): (usize, &'static defects::Defect)| {
        iam::plant(Some(index));
        first_failure(&lines).is_none().then_some(defect.name)
    };
    let survivors: Vec<_> = defects::all().enumerate().filter_map(survives).collect();
    assert!(
        survivors.is_empty(),
        "no rule case fails with: {survivors:#?}"
    );
}
