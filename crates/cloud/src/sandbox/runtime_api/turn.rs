//! Whose turn it is: the order in which a runtime may call.

use super::misstep::Misstep;

/// Where a runtime stands between its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It has started and not yet asked for work.
    Initialising,
    /// It asks for work.
    Waiting,
    /// It has this event.
    Running(String),
    /// It is sending the response to this event.
    Answering(String),
    /// It has answered this event and not yet asked for the next.
    Answered(String),
}

impl Turn {
    /// The runtime asks for work.
    pub(crate) fn next(&mut self) -> Result<(), Misstep> {
        match self {
            Self::Initialising | Self::Waiting | Self::Answered(_) => {
                *self = Self::Waiting;
                Ok(())
            }
            Self::Running(_) | Self::Answering(_) => Err(Misstep::InvalidStateTransition),
        }
    }

    /// An event goes to the runtime.
    pub(crate) fn run(&mut self, request_id: &str) {
        *self = Self::Running(request_id.to_owned());
    }

    /// The runtime begins to answer.
    pub(crate) fn begin(&mut self, request_id: &str) -> Result<(), Misstep> {
        match self {
            Self::Running(current) if current == request_id => {
                *self = Self::Answering(request_id.to_owned());
                Ok(())
            }
            Self::Answering(current) | Self::Answered(current) if current == request_id => {
                Err(Misstep::InvalidStateTransition)
            }
            _ => Err(Misstep::InvalidRequestId),
        }
    }

    /// The answer that was begun has ended; whether it was the current one.
    pub(crate) fn end(&mut self, request_id: &str) -> bool {
        if !matches!(self, Self::Answering(current) if current == request_id) {
            return false;
        }
        *self = Self::Answered(request_id.to_owned());
        true
    }

    /// The runtime reports that it could not initialise.
    pub(crate) fn fail_initialisation(&self) -> Result<(), Misstep> {
        match self {
            Self::Initialising => Ok(()),
            _ => Err(Misstep::InvalidStateTransition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_asks_answers_and_asks_again() {
        let mut turn = Turn::Initialising;
        turn.next().unwrap();
        turn.run("a");
        turn.begin("a").unwrap();
        assert!(turn.end("a"));
        turn.next().unwrap();
        assert_eq!(turn, Turn::Waiting);
    }

    #[test]
    fn no_work_before_the_answer() {
        let mut turn = Turn::Running("a".into());
        assert_eq!(turn.next(), Err(Misstep::InvalidStateTransition));
        turn.begin("a").unwrap();
        assert_eq!(turn.next(), Err(Misstep::InvalidStateTransition));
    }

    #[test]
    fn an_event_is_answered_once() {
        let mut turn = Turn::Running("a".into());
        turn.begin("a").unwrap();
        assert_eq!(turn.begin("a"), Err(Misstep::InvalidStateTransition));
        assert!(turn.end("a"));
        assert!(!turn.end("a"));
        assert_eq!(turn.begin("a"), Err(Misstep::InvalidStateTransition));
    }

    #[test]
    fn other_events_cannot_be_answered() {
        for mut turn in [
            Turn::Initialising,
            Turn::Waiting,
            Turn::Running("b".into()),
            Turn::Answered("b".into()),
        ] {
            assert_eq!(turn.begin("a"), Err(Misstep::InvalidRequestId), "{turn:?}");
        }
    }

    #[test]
    fn initialisation_fails_only_before_the_first_event() {
        assert_eq!(Turn::Initialising.fail_initialisation(), Ok(()));
        assert_eq!(
            Turn::Waiting.fail_initialisation(),
            Err(Misstep::InvalidStateTransition)
        );
    }
}
