//! Calls into the page, abandoned when the page throws, crashes, or takes too long.

use crate::error::{PageError, PageException};
use crate::event::Event;
use crate::page::console;
use chrome::{CallError, EvaluateError, Events};
use std::future::Future;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout_at};

/// Why a call into the page was abandoned.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Chrome or the page is gone: worth a new one.
    Died(String),
    /// The page threw.
    Threw(PageException),
    /// The deadline passed.
    TimedOut,
    /// Chrome did something that is no answer.
    Protocol(CallError),
}

/// Watches one page while it is called.
pub(crate) struct Guard {
    events: Events,
    outward: UnboundedSender<Event>,
    /// The document that was loaded last.
    loaded: String,
}

impl Guard {
    pub(crate) fn new(events: Events, outward: UnboundedSender<Event>) -> Self {
        Self {
            events,
            outward,
            loaded: String::new(),
        }
    }

    /// Waits for `call`, unless the page fails first or `deadline` passes. Console lines go outward meanwhile.
    pub(crate) async fn during<T, E: Into<Failure>>(
        &mut self,
        deadline: Instant,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        let watched = async {
            tokio::select! {
                // An exception is told before the answer of the call that set it off.
                biased;
                failure = self.failure() => Err(failure),
                answer = call => answer.map_err(Into::into),
            }
        };
        timeout_at(deadline, watched)
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    /// Waits until `document` is loaded, or for the page's failure.
    pub(crate) async fn loaded(
        &mut self,
        document: &str,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let watched = async {
            while self.loaded != document {
                let event = self.events.next().await;
                self.take(event)?;
            }
            Ok(())
        };
        timeout_at(deadline, watched)
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody may be listening any more; rendering goes on.
        let _ = self.outward.send(event);
    }

    async fn failure(&mut self) -> Failure {
        loop {
            let event = self.events.next().await;
            if let Err(failure) = self.take(event) {
                return failure;
            }
        }
    }

    fn take(&mut self, event: Option<chrome::Event>) -> Result<(), Failure> {
        match event {
            Some(chrome::Event::Console(message)) => {
                if let Some(line) = console::line(message) {
                    self.tell(Event::Console(line));
                }
                Ok(())
            }
            Some(chrome::Event::Exception(exception)) => Err(Failure::Threw(exception.into())),
            Some(chrome::Event::Crashed) => Err(Failure::Died("the page crashed".to_owned())),
            Some(chrome::Event::Loaded(document)) => {
                self.loaded = document;
                Ok(())
            }
            None => Err(Failure::Died("Chrome is gone".to_owned())),
        }
    }
}

impl Failure {
    /// How often the component that failed asks for another try.
    pub(crate) fn retries_left(&self) -> u32 {
        match self {
            Self::Threw(exception) => exception.retries_left(),
            Self::Died(_) | Self::TimedOut | Self::Protocol(_) => 0,
        }
    }

    /// As an error of the page, where nothing is left to try.
    pub(crate) fn into_error(
        self,
        frame: Option<u32>,
        timeout: Duration,
        open_handles: Vec<String>,
    ) -> PageError {
        match self {
            Self::Died(reason) => PageError::Crashed {
                frame,
                times: 1,
                reason,
            },
            Self::TimedOut => PageError::NeverReady {
                frame,
                timeout,
                open_handles,
            },
            Self::Threw(exception) => match exception.delay_render_label() {
                Some(label) => PageError::NeverReady {
                    frame,
                    timeout,
                    open_handles: vec![label],
                },
                None => PageError::Exception { frame, exception },
            },
            Self::Protocol(error) => PageError::Protocol {
                call: "a frame",
                source: Box::new(error),
            },
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Gone | CallError::PageGone => Self::Died(error.to_string()),
            CallError::Refused { ref message, .. } if is_end(message) => {
                Self::Died(message.clone())
            }
            CallError::Refused { .. } | CallError::Malformed { .. } | CallError::NothingShown => {
                Self::Protocol(error)
            }
        }
    }
}

/// What Chrome says in place of an answer when a page goes away under a call.
fn is_end(message: &str) -> bool {
    [
        "Target closed",
        "Session closed",
        "Inspected target navigated or closed",
        "Target crashed",
    ]
    .iter()
    .any(|end| message.contains(end))
}

impl From<EvaluateError> for Failure {
    fn from(error: EvaluateError) -> Self {
        match error {
            EvaluateError::Call(error) => error.into(),
            EvaluateError::Thrown(exception) => Self::Threw(exception.into()),
        }
    }
}
