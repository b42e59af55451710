//! Recorded calls: which decisions were asked for, read from whatever keeps records.
//!
//! Understood are the event history of the embedded cloud (`framewright cloud events --json`), CloudTrail events
//! alone, in `Records` and in answers of LookupEvents, cases (`iamcase/v1`), and lists with one call a line:
//! `[PRINCIPAL] ACTION RESOURCE [KEY=VALUE…]`. They may be mixed.

mod cloudtrail;
mod history;
mod list;

use crate::case::Case;
use crate::json::{self, Value, ValueKind};
use crate::{Context, Decision, Layer};

pub(crate) use list::account_of;
pub use list::{ListError, parse_request};

/// One decision that a recorded call needed.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The call, such as `lambda:CreateFunction`, where the record says.
    pub call: Option<String>,
    /// Who made it, where the record says.
    pub principal: Option<String>,
    /// The action.
    pub action: String,
    /// The resource, or `*`.
    pub resource: String,
    /// The condition keys that the record holds.
    pub context: Context,
    /// What was decided, where the record says.
    pub outcome: Option<Decision>,
    /// The layer that decided, where the record says.
    pub layer: Option<Layer>,
    /// The error message, where there was one.
    pub message: Option<String>,
    /// The line that it starts in, from 1.
    pub line: usize,
}

/// What a text records.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The decisions, in order.
    pub recorded: Vec<Recorded>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// A record that says too little, or what is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The line that it starts in, from 1.
    pub line: usize,
    /// Why it says nothing.
    pub reason: String,
}

/// After this many lines that are nothing the rest of a text is not looked at.
const MOST_SKIPPED: usize = 1_000;

impl Trace {
    /// Reads a text.
    pub fn read(text: &str) -> Self {
        let mut trace = Self::default();
        let (mut at, mut line) = (0, 1);
        while at < text.len() && trace.skipped.len() < MOST_SKIPPED {
            let rest = &text[at..];
            let space = rest.len() - rest.trim_start().len();
            line += newlines(&rest[..space]);
            at += space;
            let rest = &text[at..];
            if rest.is_empty() {
                break;
            }
            let end = if rest.starts_with(['{', '[']) {
                trace.read_json(text, at, line)
            } else {
                let end = rest.find('\n').map_or(text.len(), |end| at + end);
                trace.read_line(&text[at..end], line);
                end
            };
            line += newlines(&text[at..end]);
            at = end;
        }
        trace
    }

    fn read_line(&mut self, text: &str, line: usize) {
        let text = text.trim();
        if text.starts_with('#') {
            return;
        }
        match list::recorded(text, line) {
            Ok(recorded) => self.recorded.push(recorded),
            Err(error) => self.skip(line, error.to_string()),
        }
    }

    /// Reads the value at `start`; the offset after it, or after the line where it is none.
    fn read_json(&mut self, text: &str, start: usize, line: usize) -> usize {
        match json::parse_prefix(text, start) {
            Ok(value) => {
                self.read_value(text, &value, line);
                value.span.end as usize
            }
            Err(error) => {
                self.skip(line, error.to_string());
                text[start..]
                    .find('\n')
                    .map_or(text.len(), |end| start + end)
            }
        }
    }

    fn read_value(&mut self, text: &str, value: &Value<'_>, line: usize) {
        if let ValueKind::Array(values) = &value.kind {
            values
                .iter()
                .for_each(|value| self.read_value(text, value, line));
        } else if let Some(records) = value.get("Records").and_then(Value::as_array) {
            records
                .iter()
                .for_each(|record| self.read_value(text, record, line));
        } else if let Some(events) = value.get("Events").and_then(Value::as_array) {
            events
                .iter()
                .for_each(|event| self.read_value(text, event, line));
        } else if let Some(inner) = value.get("CloudTrailEvent").and_then(Value::as_str) {
            match json::parse(inner) {
                Ok(event) => self.read_value(inner, &event, line),
                Err(error) => self.skip(line, error.to_string()),
            }
        } else if value.get("decisions").is_some() {
            history::read(value, line, self);
        } else if value.get("eventSource").is_some() && value.get("eventName").is_some() {
            cloudtrail::read(value, line, self);
        } else if value.get("v").is_some() && value.get("request").is_some() {
            self.read_case(value.span.of(text), line);
        } else {
            self.skip(line, "is no record of a call".to_owned());
        }
    }

    fn read_case(&mut self, text: &str, line: usize) {
        match Case::parse(text) {
            Ok(case) => self.recorded.push(Recorded {
                call: None,
                principal: Some(case.request.caller.as_str().to_owned()),
                action: case.request.action.to_string(),
                resource: case.request.resource.to_string(),
                context: case.request.context,
                outcome: None,
                layer: None,
                message: None,
                line,
            }),
            Err(error) => self.skip(line, error.to_string()),
        }
    }

    fn skip(&mut self, line: usize, reason: String) {
        self.skipped.push(Skipped { line, reason });
    }
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

fn text<'v>(value: &'v Value<'_>, path: &[&str]) -> Option<&'v str> {
    path.iter()
        .try_fold(value, |value, key| value.get(key))?
        .as_str()
}
