//! JSON events, one a line.

use std::io::Write;

use serde::Serialize;
use serde_json::Value;

/// Prints `event` with its type. Nobody left to read it is no reason to stop rendering.
pub(crate) fn line(kind: &str, event: &impl Serialize) {
    let mut object = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind))]);
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => object.extend(fields),
        Ok(other) => drop(object.insert("value".into(), other)),
        Err(error) => tracing::error!(%error, kind, "an event could not be written"),
    }
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{}", Value::Object(object)).and_then(|()| out.flush()) {
        tracing::debug!(%error, "standard output is closed");
    }
}
