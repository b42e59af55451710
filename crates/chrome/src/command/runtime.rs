//! `Runtime`: scripts in the page, and what they throw. Also the domains whose events are turned on.

use crate::command::command;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Serialize)]
pub(crate) struct EnableRuntime {}
command!(EnableRuntime, "Runtime.enable");

#[derive(Serialize)]
pub(crate) struct EnablePage {}
command!(EnablePage, "Page.enable");

#[derive(Serialize)]
pub(crate) struct EnableLog {}
command!(EnableLog, "Log.enable");

#[derive(Serialize)]
pub(crate) struct EnableInspector {}
command!(EnableInspector, "Inspector.enable");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evaluate<'a> {
    pub(crate) expression: &'a str,
    pub(crate) await_promise: bool,
    pub(crate) return_by_value: bool,
    pub(crate) user_gesture: bool,
}
command!(Evaluate<'_>, "Runtime.evaluate", Evaluated);

/// What a script came to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evaluated {
    pub(crate) result: RemoteObject,
    pub(crate) exception_details: Option<ExceptionDetails>,
}

/// A value of the page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoteObject {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) class_name: Option<String>,
    pub(crate) value: Option<Box<RawValue>>,
    pub(crate) unserializable_value: Option<String>,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExceptionDetails {
    text: String,
    exception: Option<RemoteObject>,
    stack_trace: Option<StackTrace>,
    url: Option<String>,
    #[serde(default)]
    line_number: i64,
    #[serde(default)]
    column_number: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackTrace {
    call_frames: Vec<CallFrame>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallFrame {
    function_name: String,
    url: String,
    line_number: i64,
    column_number: i64,
}

/// Something that a script threw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteException {
    /// Its class, for example `TypeError`; of what is thrown without being an error, the type.
    pub class: String,
    /// Class, message and stack as V8 writes them; of what is no error, its text.
    pub description: String,
    /// Where it was thrown, innermost first. May be empty.
    pub frames: Vec<ScriptFrame>,
}

/// A place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFrame {
    /// The function; empty where it has no name.
    pub function: String,
    /// The script.
    pub url: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// How much a line of the console matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

impl RemoteObject {
    /// The value as a console shows it.
    pub(crate) fn to_text(&self) -> String {
        match (&self.value, &self.unserializable_value, &self.description) {
            (Some(value), _, _) if self.kind == "string" => {
                serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
            }
            (_, _, Some(description)) => description.clone(),
            (Some(value), _, None) => value.get().to_owned(),
            (None, Some(value), None) => value.clone(),
            (None, None, None) => self.kind.clone(),
        }
    }
}

impl From<ExceptionDetails> for RemoteException {
    fn from(details: ExceptionDetails) -> Self {
        let mut frames = details
            .stack_trace
            .map_or_else(Vec::new, Vec::<ScriptFrame>::from);
        if frames.is_empty()
            && let Some(url) = details.url.filter(|url| !url.is_empty())
        {
            frames.push(ScriptFrame {
                function: String::new(),
                url,
                line: from_zero(details.line_number),
                column: from_zero(details.column_number),
            });
        }
        match details.exception {
            Some(exception) => Self {
                class: exception
                    .class_name
                    .clone()
                    .unwrap_or_else(|| exception.kind.clone()),
                description: exception.to_text(),
                frames,
            },
            None => Self {
                class: "Error".to_owned(),
                description: details.text,
                frames,
            },
        }
    }
}

impl From<StackTrace> for Vec<ScriptFrame> {
    fn from(trace: StackTrace) -> Self {
        let frame = |frame: CallFrame| ScriptFrame {
            function: frame.function_name,
            url: frame.url,
            line: from_zero(frame.line_number),
            column: from_zero(frame.column_number),
        };
        trace.call_frames.into_iter().map(frame).collect()
    }
}

/// DevTools counts lines and columns from 0; everyone else from 1.
fn from_zero(number: i64) -> u32 {
    u32::try_from(number.saturating_add(1)).unwrap_or(0)
}
