//! The committed decision cases.

use iam::case::{Case, answer};
use serde_json::Value;

use crate::expected::Line;

/// Runs a file of cases; every line must be answered as it expects.
fn check(file: &str, expected_lines: usize) {
    let lines = Line::all(file);
    let wrong: Vec<_> = lines.iter().filter_map(Line::wrong).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(lines.len(), expected_lines);
}

#[test]
fn documented_rules() {
    check(include_str!("../data/iam-doc-cases.jsonl"), 165);
}

#[test]
fn policies_of_the_seeds() {
    check(include_str!("../data/iam-seed-cases.jsonl"), 222);
}

#[test]
fn every_rule_in_every_situation() {
    check(include_str!("../data/iam-rule-cases.jsonl"), 2_891);
}

#[test]
fn answers_are_lines_of_json() {
    for text in include_str!("../data/iam-rule-cases.jsonl")
        .lines()
        .step_by(10)
    {
        let case = Case::parse(text).unwrap();
        let record = iam::evaluate(&case.layers, &case.request);
        let answer: Value = serde_json::from_str(&answer(&case.id, &record)).unwrap();
        let line: Value = serde_json::from_str(text).unwrap();
        assert_eq!(answer["id"], line["id"]);
        assert_eq!(answer["decision"], line["expect"]["decision"]);
        assert_eq!(answer["matched"], line["expect"]["matched"]);
        let layers: Vec<_> = answer["denied_by"]
            .as_array()
            .unwrap()
            .iter()
            .map(|denial| &denial["layer"])
            .collect();
        assert_eq!(serde_json::json!(layers), line["expect"]["blocked_by"]);
    }
}
