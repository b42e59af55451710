//! `info`: the function's version.

use protocol::payload::InfoResponse;

use crate::invocation::Function;

pub(crate) fn info(function: &Function) -> InfoResponse {
    InfoResponse {
        version: function.environment.version(),
    }
}
