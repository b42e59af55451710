//! What a page tells unasked.

use crate::command::{ExceptionDetails, Level, RemoteException, RemoteObject};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Something that happened in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A document and what it refers to are loaded: the one of this [`Navigation`](crate::Navigation).
    Loaded(String),
    /// A script wrote to the console, or Chrome did.
    Console(ConsoleMessage),
    /// A script threw something that nobody caught.
    Exception(RemoteException),
    /// The page's process died.
    Crashed,
}

/// A line of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleMessage {
    /// How much it matters.
    pub level: Level,
    /// What was written, each argument as a console shows it.
    pub arguments: Vec<String>,
}

impl Event {
    /// `None` for events that this crate does not know, and for those that do not read as they should.
    pub(crate) fn parse(method: &str, params: Option<&RawValue>) -> Option<Self> {
        match method {
            "Page.lifecycleEvent" => read(method, params)
                .filter(|event: &Lifecycle| event.name == "load")
                .map(|event| Self::Loaded(event.loader_id)),
            "Inspector.targetCrashed" => Some(Self::Crashed),
            "Runtime.consoleAPICalled" => {
                read(method, params).map(|called: ConsoleCalled| Self::Console(called.into()))
            }
            "Runtime.exceptionThrown" => read(method, params)
                .map(|thrown: Thrown| Self::Exception(thrown.exception_details.into())),
            "Log.entryAdded" => {
                read(method, params).map(|added: Added| Self::Console(added.entry.into()))
            }
            _ => None,
        }
    }
}

fn read<'a, T: Deserialize<'a>>(method: &str, params: Option<&'a RawValue>) -> Option<T> {
    match serde_json::from_str(params.map_or("{}", RawValue::get)) {
        Ok(event) => Some(event),
        Err(error) => {
            tracing::warn!(%error, method, "an event of Chrome does not read as it should");
            None
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lifecycle {
    loader_id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thrown {
    exception_details: ExceptionDetails,
}

#[derive(Deserialize)]
struct ConsoleCalled {
    #[serde(rename = "type")]
    kind: String,
    args: Vec<RemoteObject>,
}

#[derive(Deserialize)]
struct Added {
    entry: Entry,
}

#[derive(Deserialize)]
struct Entry {
    level: String,
    text: String,
    url: Option<String>,
}

impl From<ConsoleCalled> for ConsoleMessage {
    fn from(called: ConsoleCalled) -> Self {
        let level = match called.kind.as_str() {
            "error" | "assert" => Level::Error,
            "warning" => Level::Warning,
            "debug" => Level::Debug,
            _ => Level::Info,
        };
        Self {
            level,
            arguments: called.args.iter().map(RemoteObject::to_text).collect(),
        }
    }
}

impl From<Entry> for ConsoleMessage {
    fn from(entry: Entry) -> Self {
        let level = match entry.level.as_str() {
            "error" => Level::Error,
            "warning" => Level::Warning,
            "verbose" => Level::Debug,
            _ => Level::Info,
        };
        let text = match entry.url.filter(|url| !url.is_empty()) {
            Some(url) => format!("{} ({url})", entry.text),
            None => entry.text,
        };
        Self {
            level,
            arguments: vec![text],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, params: &str) -> Event {
        let params = RawValue::from_string(params.to_owned()).unwrap();
        Event::parse(method, Some(&params)).unwrap()
    }

    #[test]
    fn console_arguments_read_as_in_a_console() {
        let event = parse(
            "Runtime.consoleAPICalled",
            r#"{"type":"warning","args":[{"type":"string","value":"a \"b\""},{"type":"number","value":1.5,"description":"1.5"},
               {"type":"symbol","description":"Symbol(x)"},{"type":"undefined"},{"type":"number","unserializableValue":"NaN"}],
               "executionContextId":1,"timestamp":1}"#,
        );
        let Event::Console(message) = event else {
            panic!("{event:?}")
        };
        assert_eq!(message.level, Level::Warning);
        assert_eq!(
            message.arguments,
            ["a \"b\"", "1.5", "Symbol(x)", "undefined", "NaN"]
        );
    }

    #[test]
    fn exceptions_keep_their_stack() {
        let event = parse(
            "Runtime.exceptionThrown",
            r#"{"timestamp":1,"exceptionDetails":{"exceptionId":1,"text":"Uncaught","lineNumber":4,"columnNumber":9,
               "exception":{"type":"object","subtype":"error","className":"TypeError","description":"TypeError: no\n    at f (a.js:5:10)"},
               "stackTrace":{"callFrames":[{"functionName":"f","scriptId":"1","url":"a.js","lineNumber":4,"columnNumber":9}]}}}"#,
        );
        let Event::Exception(exception) = event else {
            panic!("{event:?}")
        };
        assert_eq!(exception.class, "TypeError");
        assert!(exception.description.starts_with("TypeError: no\n"));
        assert_eq!(
            (exception.frames[0].line, exception.frames[0].column),
            (5, 10)
        );
    }
}
