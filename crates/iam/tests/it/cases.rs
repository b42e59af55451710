//! The committed decision cases.

use iam::case::{Case, answer};
use serde_json::Value;

/// Runs a file of cases; every line must be answered as it expects.
fn check(file: &str, expected_lines: usize) {
    let mut wrong = Vec::new();
    for line in file.lines() {
        let case = Case::parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let record = iam::evaluate(&case.layers, &case.request);
        assert_eq!(
            iam::decide(&case.layers, &case.request),
            record.decision,
            "{}",
            case.id
        );
        let answer: Value = serde_json::from_str(&answer(&case.id, &record)).unwrap();
        let expected: Value = serde_json::from_str::<Value>(line).unwrap()["expect"].take();
        let expects = |key: &str| expected.get(key).filter(|value| !value.is_null());
        let blocked_by: Vec<_> = record
            .denied_by
            .iter()
            .map(|denial| denial.layer.as_str())
            .collect();
        if answer["decision"] != expected["decision"]
            || expects("blocked_by").is_some_and(|layers| *layers != serde_json::json!(blocked_by))
            || expects("matched").is_some_and(|matched| *matched != answer["matched"])
        {
            wrong.push(format!("{}: expected {expected}, found {answer}", case.id));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(file.lines().count(), expected_lines);
}

#[test]
fn documented_rules() {
    check(include_str!("../data/iam-doc-cases.jsonl"), 165);
}

#[test]
fn policies_of_the_seeds() {
    check(include_str!("../data/iam-seed-cases.jsonl"), 222);
}
