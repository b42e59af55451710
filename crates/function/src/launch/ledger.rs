//! The progress document, and when it is written.

use protocol::progress::Progress;
use protocol::state::Leadership;

use super::event::{Command, Revision, WriteOutcome};

/// Between two writes that nobody waits for.
const WRITE_EVERY_MS: u64 = 250;

/// Between two writes at most: the sign of life.
const HEARTBEAT_EVERY_MS: u64 = 4_000;

/// After a write that got no answer.
const RETRY_AFTER_MS: u64 = 1_000;

/// The progress document of the leading launch.
///
/// One write is under way at a time, each conditional on the one before. A write that somebody waits for starts as
/// soon as possible, others at most every [`WRITE_EVERY_MS`], and at least one every [`HEARTBEAT_EVERY_MS`].
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// What the next write says, without the sign of life.
    pub(crate) progress: Progress,
    /// What the next write says to a successor.
    pub(crate) leadership: Leadership,
    revision: Option<Revision>,
    /// Number of the next write.
    next: u64,
    under_way: bool,
    /// All writes before this number are durable.
    durable: u64,
    wanted: Wanted,
    last_started_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Soon,
    Now,
    /// After a failure, not before the moment.
    At(u64),
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The document stands as it was written.
    Durable,
    /// The document is not the one that was expected: the lease decides.
    Contested,
    /// It will be written again.
    Again,
}

impl Ledger {
    /// Goes on with `progress` as it was read, in the epoch of `leadership`.
    pub(crate) fn new(
        progress: Progress,
        revision: Option<Revision>,
        leadership: Leadership,
        now_ms: u64,
    ) -> Self {
        Self {
            progress,
            leadership,
            revision,
            next: 1,
            under_way: false,
            durable: 0,
            wanted: Wanted::Now,
            last_started_ms: now_ms,
        }
    }

    /// The document has changed; it is written when its time comes.
    pub(crate) fn touch(&mut self) {
        if self.wanted == Wanted::Nothing {
            self.wanted = Wanted::Soon;
        }
    }

    /// The document has changed and somebody waits for it: returns the number of the write that will carry it.
    pub(crate) fn urge(&mut self) -> u64 {
        self.wanted = Wanted::Now;
        self.next
    }

    /// The number of the next write.
    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    /// Whether the write of this number, and with it all before, is durable.
    pub(crate) fn is_durable(&self, number: u64) -> bool {
        number < self.durable
    }

    /// The write that is due.
    pub(crate) fn due(&mut self, now_ms: u64) -> Option<Command> {
        if self.under_way || self.wakes_at() > now_ms {
            return None;
        }
        let sequence = self.next;
        self.leadership.sequence = sequence;
        self.leadership.heartbeat_unix_ms = now_ms;
        let mut document = self.progress.clone();
        document.framewright = Some(self.leadership.clone());
        self.next += 1;
        self.under_way = true;
        self.wanted = Wanted::Nothing;
        self.last_started_ms = now_ms;
        Some(Command::WriteProgress {
            sequence,
            document: Box::new(document),
            previous: self.revision.clone(),
        })
    }

    /// When the next write is due, as things stand. Later than any moment while one is under way.
    pub(crate) fn wakes_at(&self) -> u64 {
        if self.under_way {
            return u64::MAX;
        }
        match self.wanted {
            Wanted::Now => 0,
            Wanted::Soon => self.last_started_ms + WRITE_EVERY_MS,
            Wanted::Nothing => self.last_started_ms + HEARTBEAT_EVERY_MS,
            Wanted::At(moment) => moment,
        }
    }

    /// Takes over what became of the write of this number.
    pub(crate) fn settle(&mut self, number: u64, outcome: WriteOutcome, now_ms: u64) -> Settled {
        self.under_way = false;
        match outcome {
            WriteOutcome::Written(revision) => {
                self.revision = Some(revision);
                self.durable = number + 1;
                Settled::Durable
            }
            WriteOutcome::Refused => Settled::Contested,
            WriteOutcome::Failed => {
                self.wanted = Wanted::At(now_ms + RETRY_AFTER_MS);
                Settled::Again
            }
        }
    }

    /// The lease is still ours although a write was refused: goes on from the document as it now stands.
    ///
    /// Where that is a write of our own, whose answer was lost, it counts as durable. Otherwise it is a late write of
    /// an earlier leader and is replaced.
    pub(crate) fn reconcile(&mut self, stands: Option<&Progress>, revision: Option<Revision>) {
        self.revision = revision;
        let leader = stands.and_then(|progress| progress.framewright.as_ref());
        if let Some(ours) = leader.filter(|leader| leader.epoch == self.leadership.epoch) {
            self.durable = self.durable.max(ours.sequence + 1);
        }
        self.wanted = Wanted::Now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let leadership = Leadership {
            epoch: 2,
            ..Leadership::default()
        };
        Ledger::new(
            Progress::default(),
            Some(Revision("read".into())),
            leadership,
            0,
        )
    }

    fn write(ledger: &mut Ledger, now: u64) -> Option<(u64, Progress, Option<Revision>)> {
        ledger.due(now).map(|command| match command {
            Command::WriteProgress {
                sequence,
                document,
                previous,
            } => (sequence, *document, previous),
            other => panic!("{other:?}"),
        })
    }

    fn written(name: &str) -> WriteOutcome {
        WriteOutcome::Written(Revision(name.into()))
    }

    #[test]
    fn one_write_at_a_time_each_conditional_on_the_one_before() {
        let mut ledger = ledger();
        let (first, document, previous) = write(&mut ledger, 10).unwrap();
        assert_eq!((first, previous), (1, Some(Revision("read".into()))));
        let leader = document.framewright.unwrap();
        assert_eq!(
            (leader.epoch, leader.sequence, leader.heartbeat_unix_ms),
            (2, 1, 10)
        );
        let number = ledger.urge();
        assert_eq!(write(&mut ledger, 5_000), None, "one is under way");
        assert_eq!(ledger.settle(first, written("one"), 20), Settled::Durable);
        assert!(ledger.is_durable(first) && !ledger.is_durable(number));
        let (second, _, previous) = write(&mut ledger, 20).unwrap();
        assert_eq!((second, previous), (number, Some(Revision("one".into()))));
    }

    #[test]
    fn changes_wait_a_little_and_silence_is_broken() {
        let mut ledger = ledger();
        let (first, ..) = write(&mut ledger, 0).unwrap();
        ledger.settle(first, written("one"), 1);
        ledger.touch();
        assert_eq!(write(&mut ledger, WRITE_EVERY_MS - 1), None);
        let (second, ..) = write(&mut ledger, WRITE_EVERY_MS).unwrap();
        ledger.settle(second, written("two"), WRITE_EVERY_MS);
        assert_eq!(ledger.wakes_at(), WRITE_EVERY_MS + HEARTBEAT_EVERY_MS);
        assert!(write(&mut ledger, WRITE_EVERY_MS + HEARTBEAT_EVERY_MS).is_some());
    }

    #[test]
    fn a_write_without_an_answer_is_repeated_and_recognised() {
        let mut ledger = ledger();
        let (first, document, _) = write(&mut ledger, 0).unwrap();
        assert_eq!(
            ledger.settle(first, WriteOutcome::Failed, 5),
            Settled::Again
        );
        assert_eq!(write(&mut ledger, 6), None);
        // The first write had arrived: the second is refused, and what stands is the first.
        let (second, ..) = write(&mut ledger, 5 + RETRY_AFTER_MS).unwrap();
        assert_eq!(
            ledger.settle(second, WriteOutcome::Refused, 1_010),
            Settled::Contested
        );
        ledger.reconcile(Some(&document), Some(Revision("first".into())));
        assert!(!ledger.is_durable(second), "the second did not arrive");
        let (third, _, previous) = write(&mut ledger, 1_011).unwrap();
        assert_eq!((third, previous), (3, Some(Revision("first".into()))));
    }
}
