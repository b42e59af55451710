//! A case's answer beside the one that it expects.

use iam::Record;
use iam::case::{Case, answer};
use serde_json::Value;

/// A line of a file of cases, and what it says about the answer.
pub(crate) struct Line<'f> {
    pub(crate) text: &'f str,
    decision: String,
    blocked_by: Option<Vec<String>>,
    matched: Option<Value>,
}

impl<'f> Line<'f> {
    pub(crate) fn all(file: &'f str) -> Vec<Self> {
        file.lines().map(Self::read).collect()
    }

    fn read(text: &'f str) -> Self {
        let mut line: Value = serde_json::from_str(text).unwrap();
        let mut expected = line["expect"].take();
        let blocked_by = expected.get_mut("blocked_by").map(Value::take);
        Self {
            text,
            decision: expected["decision"].as_str().unwrap().to_owned(),
            blocked_by: blocked_by.map(|layers| serde_json::from_value(layers).unwrap()),
            matched: expected.get_mut("matched").map(Value::take),
        }
    }

    /// What is wrong with the engine's answer, if anything.
    pub(crate) fn wrong(&self) -> Option<String> {
        let case = Case::parse(self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text));
        let record = iam::evaluate(&case.layers, &case.request);
        if iam::decide(&case.layers, &case.request) != record.decision {
            return Some(format!(
                "{}: the verdict alone differs from the record",
                case.id
            ));
        }
        let layers = || record.denied_by.iter().map(|denial| denial.layer.as_str());
        let is_right = self.decision == record.decision.as_str()
            && self
                .blocked_by
                .as_ref()
                .is_none_or(|expected| layers().eq(expected))
            && self
                .matched
                .as_ref()
                .is_none_or(|expected| matches(expected, &record));
        (!is_right).then(|| format!("{}: found {}", self.text, answer(&case.id, &record)))
    }
}

/// Whether a record holds exactly the expected statements, in their order.
fn matches(expected: &Value, record: &Record) -> bool {
    let expected = expected.as_array().unwrap();
    let is_same = |(expected, found): (&Value, &iam::Matched)| {
        expected["layer"] == found.layer.as_str()
            && expected["policy"] == found.policy.name()
            && expected["statement"] == found.index
            && expected["effect"] == found.effect().as_str()
    };
    expected.len() == record.matched.len() && expected.iter().zip(&record.matched).all(is_same)
}
