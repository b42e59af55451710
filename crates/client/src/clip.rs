//! Clips: calling the clip cutter.

use aws_config::SdkConfig;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvokeWithResponseStreamResponseEvent as StreamEvent;
use protocol::names::CLIP_FUNCTION;
use protocol::payload::{Clip, ClipFailure, ClipMessage, ClipProgress, ClipResponse};

use crate::InvokeError;
use crate::invoke::{Crash, failure};

/// A caller of the clip cutter.
#[derive(Debug, Clone)]
pub struct ClipCutter {
    lambda: aws_sdk_lambda::Client,
    function: String,
}

/// There is no clip.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClipError {
    /// The cutter was not invoked, or died.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// The cutter says why.
    #[error("{}", .0.message)]
    Failed(ClipFailure),
    /// The stream of the answer broke. The clip may come to be all the same.
    #[error("the answer of function `{function}` broke off: {reason}")]
    Broken {
        /// The function.
        function: String,
        /// What the SDK says.
        reason: String,
    },
    /// The answer is no message of the cutter.
    #[error("the answer of function `{function}` cannot be read")]
    Malformed {
        /// The function.
        function: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

impl ClipCutter {
    /// A caller with the credentials of `config`, of the function `ffmpeg-clip-cutter`.
    pub fn new(config: &SdkConfig) -> Self {
        // A second attempt would cut a second time.
        let lambda = aws_sdk_lambda::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            lambda: aws_sdk_lambda::Client::from_conf(lambda),
            function: CLIP_FUNCTION.to_owned(),
        }
    }

    /// Has a clip made, and tells `progress` how far it is. Dropping the future does not end the clip.
    ///
    /// # Errors
    /// [`ClipError`].
    pub async fn cut(
        &self,
        clip: &Clip,
        mut progress: impl FnMut(ClipProgress),
    ) -> Result<ClipResponse, ClipError> {
        let streamed = Clip {
            streamed: true,
            ..clip.clone()
        };
        let body = serde_json::to_vec(&streamed).map_err(|error| self.malformed(error))?;
        let call = self
            .lambda
            .invoke_with_response_stream()
            .function_name(&self.function)
            .payload(Blob::new(body));
        let answer = Box::pin(call.send()).await;
        let answer = answer.map_err(|error| failure(&self.function, &error))?;
        let mut events = answer.event_stream;
        let mut lines = Lines::default();
        let mut last = None;
        loop {
            let event = events.recv().await;
            match event.map_err(|error| self.broken(store::causes(&error)))? {
                Some(StreamEvent::PayloadChunk(chunk)) => {
                    let bytes = chunk.payload.map(Blob::into_inner).unwrap_or_default();
                    lines.push(&bytes);
                    while let Some(line) = lines.next() {
                        match serde_json::from_slice(&line).map_err(|e| self.malformed(e))? {
                            ClipMessage::Progress(now) => progress(now),
                            end => last = Some(end),
                        }
                    }
                }
                Some(StreamEvent::InvokeComplete(complete)) => {
                    if let Some(code) = complete.error_code {
                        let details = complete.error_details.unwrap_or_default();
                        return Err(self.crashed(code, &details).into());
                    }
                    break;
                }
                Some(_) => {}
                None => break,
            }
        }
        match last {
            Some(ClipMessage::Success(response)) => Ok(response),
            Some(ClipMessage::Error(failure)) => Err(ClipError::Failed(failure)),
            _ => Err(self.broken("it ended without a result".to_owned())),
        }
    }

    fn malformed(&self, source: serde_json::Error) -> ClipError {
        let function = self.function.clone();
        ClipError::Malformed { function, source }
    }

    fn broken(&self, reason: String) -> ClipError {
        let function = self.function.clone();
        ClipError::Broken { function, reason }
    }

    fn crashed(&self, code: String, details: &str) -> InvokeError {
        let crash: Crash = serde_json::from_str(details).unwrap_or_default();
        InvokeError::CutterCrashed {
            function: self.function.clone(),
            kind: crash.error_type.unwrap_or(code),
            message: crash.error_message.unwrap_or_else(|| details.to_owned()),
        }
    }
}

/// Puts lines together that arrive in any portions.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next complete line that is not empty.
    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let end = self.0.iter().position(|byte| *byte == b'\n')?;
            let mut line: Vec<u8> = self.0.drain(..=end).collect();
            line.pop();
            if !line.is_empty() {
                return Some(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_arrive_in_any_portions() {
        let text = b"one\n\ntwo\nthree";
        for size in 1..=text.len() {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            for portion in text.chunks(size) {
                lines.push(portion);
                found.extend(std::iter::from_fn(|| lines.next()));
            }
            assert_eq!(found, [b"one".to_vec(), b"two".to_vec()], "{size}");
        }
    }
}
