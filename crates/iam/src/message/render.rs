//! From a record to AWS's text.

use super::Style;
use crate::{Record, Request};

/// The message with which AWS refuses `request`; `None` where `record` allows it.
pub fn denial(record: &Record, request: &Request, style: Style) -> Option<String> {
    let _ = (record, request, style);
    todo!()
}
